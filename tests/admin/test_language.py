"""The pages in Persian and English: every text is translated, with the right direction."""

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
from domain.enums import LedgerKind, PaymentStatus, RefillStatus, TicketStatus
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderSource, OrderStatus
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.roles import UserRole
from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from resolvers.app_context import AppContext
from tests.admin.http_client import StaffClient, get_message
from tests.live_servers import ROOT
from tests.resolvers.staff.scenario import create_scenario

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


def list_own_messages() -> Iterator[str]:
    """Every sentence in our sources and templates, and every label of the shop's own words."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    for _, _, message, _, _ in extract_from_dir(
        ROOT / "admin", methods, keywords={"_": None, "gettext": None, "lazy_gettext": None}
    ):
        assert isinstance(message, str)
        yield message
    for kind in KINDS:
        for member in kind:
            yield labels.to_english(member)


def test_everything_is_in_persian() -> None:
    ours, library = (catalogue(language.CATALOGUES / name) for name in ("shop.po", "library.po"))
    reported = {message.id: message for file in (library, ours) for message in file if message.id}
    wanted = {*list_own_messages(), *(message.id for message in catalogue(LIBRARY) if message.id)}

    assert wanted - reported.keys() == set()
    assert {message.id for message in ours if message.id} <= set(list_own_messages())
    for id_, message in reported.items():
        texts = [message.string] if isinstance(message.string, str) else message.string or []
        assert texts
        assert all(re.search("[آ-ی]", text) for text in texts) or id_ in NAMES_ALIKE, id_
        assert not list(message.check()), id_


def test_members_of_two_kinds_with_one_value_have_labels_of_their_own() -> None:
    assert labels.to_english(OrderSource.API) != labels.to_english(ServiceSource.API)


@pytest.mark.parametrize(
    ("chosen", "direction", "style", "terms"),
    [
        ("fa", "rtl", "tabler.rtl.min.css", ["سفارش‌ها", "۱۰۰ تومان", "خطا", "فیلترها"]),
        ("en", "ltr", "vendor/tabler.min.css", ["Orders", "100 Toman", "Error", "Filters"]),
    ],
)
async def test_a_page_is_in_the_language_that_was_chosen(
    chosen: str, direction: str, style: str, terms: list[str], app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user, language=chosen)

    page = await staff_client.get("/orders/list")

    assert re.search(rf'<html lang="{chosen}"[^>]* ?dir="{direction}"', page.text)
    assert style in page.text
    assert [term for term in terms if term not in get_message(page)] == []


async def test_persian_is_the_default_language(client: httpx.AsyncClient) -> None:
    page = await client.get("/admin/login", headers={"Accept-Language": "en-US,en;q=0.9"})

    assert 'dir="rtl"' in page.text
    assert "ورود کارکنان ویترین" in get_message(page)


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
async def test_a_persian_page_contains_no_english(
    page: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user, language="fa")

    answer = await staff_client.client.get(f"/admin{page.replace('pk=1', f'pk={scenario.ticket.id}')}")

    body = re.sub(r"<script.*?</script>|<style.*?</style>", " ", answer.text, flags=re.DOTALL)
    english = catalogue(LIBRARY)
    terms = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", body))
    sentences = {message.id for message in english if isinstance(message.id, str) and len(message.id) > 3}
    assert {sentence for sentence in sentences if re.search(rf"\b{re.escape(sentence)}\b", terms)} == set()
