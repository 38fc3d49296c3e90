"""The pages in Persian and in English: nothing is left untranslated, and each goes its own way."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import httpx
import pytest
import starlette_admin
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from admin import labels, language
from domain.order_life import Dispatch, OrderActor
from domain.order_status import OrderSource, OrderStatus
from domain.permissions import Permission
from domain.roles import UserRole
from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from domain.staff_acts import StaffAct, StaffSubject
from domain.states import LedgerKind, PaymentStatus, RefillStatus, TicketStatus
from resolvers.shop import Shop
from tests.admin.visits import Visit, said
from tests.live_servers import ROOT
from tests.resolvers.staff.world import create_world

KINDS: list[type[StrEnum]] = [
    Dispatch,
    LedgerKind,
    OrderActor,
    OrderSource,
    OrderStatus,
    PaymentStatus,
    Permission,
    RefillStatus,
    ServiceFlag,
    ServiceSource,
    ServiceType,
    StaffAct,
    StaffSubject,
    TicketStatus,
    UserRole,
]
NAMES_ALIKE = {"GraphQL"}
LIBRARY = Path(starlette_admin.__file__).parent / "translations" / "de" / "LC_MESSAGES" / "admin.po"


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def said_by_us() -> Iterator[str]:
    """Every sentence in our sources and templates, and every label of the shop's own words."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    for _, _, message, _, _ in extract_from_dir(
        ROOT / "admin", methods, keywords={"_": None, "gettext": None, "lazy_gettext": None}
    ):
        assert isinstance(message, str)
        yield message
    for kind in KINDS:
        for member in kind:
            yield labels.english(member)


def test_everything_is_in_persian() -> None:
    ours, library = (catalogue(language.CATALOGUES / name) for name in ("shop.po", "library.po"))
    told = {message.id: message for file in (library, ours) for message in file if message.id}
    wanted = {*said_by_us(), *(message.id for message in catalogue(LIBRARY) if message.id)}

    assert wanted - told.keys() == set()
    assert {message.id for message in ours if message.id} <= set(said_by_us())
    for id_, message in told.items():
        texts = [message.string] if isinstance(message.string, str) else message.string or []
        assert texts
        assert all(re.search("[آ-ی]", text) for text in texts) or id_ in NAMES_ALIKE, id_
        assert not list(message.check()), id_


def test_members_of_two_kinds_with_one_value_have_labels_of_their_own() -> None:
    assert labels.english(OrderSource.API) != labels.english(ServiceSource.API)


@pytest.mark.parametrize(
    ("chosen", "direction", "style", "words"),
    [
        ("fa", "rtl", "tabler.rtl.min.css", ["سفارش‌ها", "۱۰۰ تومان", "خطا", "فیلترها"]),
        ("en", "ltr", "vendor/tabler.min.css", ["Orders", "100 Toman", "Error", "Filters"]),
    ],
)
async def test_a_page_is_in_the_language_that_was_chosen(
    chosen: str, direction: str, style: str, words: list[str], shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user, language=chosen)

    page = await visit.get("/orders/list")

    assert re.search(rf'<html lang="{chosen}"[^>]* ?dir="{direction}"', page.text)
    assert style in page.text
    assert [word for word in words if word not in said(page)] == []


async def test_persian_is_what_nobody_has_to_choose(client: httpx.AsyncClient) -> None:
    page = await client.get("/admin/login", headers={"Accept-Language": "en-US,en;q=0.9"})

    assert 'dir="rtl"' in page.text
    assert "ورود کارکنان ویترین" in said(page)


@pytest.mark.parametrize(
    "page",
    [
        "/orders/list",
        "/services/create",
        "/tickets/detail?pk=1",
        "/settings",
        "/service-tokens",
        "/refills/list",
        "/",
    ],
)
async def test_a_persian_page_says_nothing_in_english(
    page: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user, language="fa")

    answer = await visit.client.get(f"/admin{page.replace('pk=1', f'pk={world.ticket.id}')}")

    body = re.sub(r"<script.*?</script>|<style.*?</style>", " ", answer.text, flags=re.DOTALL)
    english = catalogue(LIBRARY)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", body))
    sentences = {message.id for message in english if isinstance(message.id, str) and len(message.id) > 3}
    assert {sentence for sentence in sentences if re.search(rf"\b{re.escape(sentence)}\b", words)} == set()
