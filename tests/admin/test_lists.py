"""The lists of the staff's pages: who sees what, and that looking never breaks."""

from urllib.parse import quote

import httpx
import pytest

from admin.acts import rules_of
from admin.views.audit_log import AuditView
from admin.views.base import StaffView
from admin.views.categories import CategoryView
from admin.views.gifts import GiftView
from admin.views.ledger import LedgerView
from admin.views.orders import OrderView
from admin.views.payments import PaymentView
from admin.views.providers import ProviderView
from admin.views.refills import RefillView
from admin.views.services import ServiceView
from admin.views.tickets import TicketView
from admin.views.users import UserView
from domain.permissions import Permission, allows
from domain.roles import UserRole
from models import Order, Provider, Service, Ticket, User
from resolvers.shop import Shop
from tests.admin.visits import Visit, said
from tests.database_state import stored_rows
from tests.resolvers.staff.world import World, create_world

LISTS: list[type[StaffView]] = [
    AuditView,
    CategoryView,
    GiftView,
    LedgerView,
    OrderView,
    PaymentView,
    ProviderView,
    RefillView,
    ServiceView,
    TicketView,
    UserView,
]
STAFF = [UserRole.SUPPORT, UserRole.MANAGER, UserRole.OWNER]


def record_of(world: World, view: type[StaffView]) -> int:
    records: dict[type[StaffView], int] = {
        CategoryView: world.category.id,
        GiftView: world.gift.id,
        OrderView: world.order.id,
        PaymentView: world.payment.id,
        ProviderView: world.provider.id,
        RefillView: world.refill.id,
        ServiceView: world.service.id,
        TicketView: world.ticket.id,
        UserView: world.buyer.id,
    }
    return records[view]


@pytest.mark.parametrize("role", STAFF)
async def test_a_role_sees_what_it_may_read(role: UserRole, shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.staff[role].user)

    for view in LISTS:
        answer = await visit.get(f"/{view.key}/list")
        assert answer.status_code == (200 if allows(role, view.reads) else 403), view
    settings = await visit.get("/settings")
    assert settings.status_code == (200 if allows(role, Permission.READ_SETTINGS) else 403)
    first = await visit.get("/")
    assert first.status_code == (200 if allows(role, Permission.READ_FIGURES) else 303)


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("view", [view for view in LISTS if view not in (AuditView, LedgerView)])
async def test_a_record_offers_the_acts_of_the_role(
    view: type[StaffView], role: UserRole, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    if not allows(role, view.reads):
        return
    visit = await Visit.of(shop, client, world.staff[role].user)
    record = await view.of.get(id=record_of(world, view))
    made = view(shop)
    rules = {
        name: rules_of(handler)
        for name, handler in made._row_actions_handlers.items()
        if name not in ("view", "edit", "delete")
    }

    offered = await visit.buttons(str(view.key), record.pk) - {"view", "edit"}

    assert offered == {
        name
        for name, rule in rules.items()
        if allows(role, rule.needs) and (rule.when is None or rule.when(record))
    }


@pytest.mark.parametrize("view", LISTS)
async def test_looking_never_breaks_and_changes_nothing(
    view: type[StaffView], shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    before = await stored_rows()
    hostile = ["'\"%_\\", "#1", "۲۰۰۰۰۰۰۰۰۰", "9" * 30, "\x00", "<script>", "-1", "س" * 500]
    for term in hostile:
        assert (await visit.get(f"/{view.key}/list", q=term)).status_code in (200, 400), term
        assert (await visit.get(f"/{view.key}/detail", pk=term)).status_code == 404, term
    for query in ("page=0", "page=99999999999999999999", "page_size=7", "sort=nothing__asc", "sort=id__up"):
        answer = await visit.client.get(f"/admin/{view.key}/list?{query}")
        assert answer.status_code in (200, 400), query
    filters = ["id__equal=99999999999999", "id__eq=x", "nothing__eq=1", "(((", "id__is_null", "id__gt=-1"]
    for chosen in filters:
        answer = await visit.client.get(f"/admin/{view.key}/list?filter={quote(chosen)}")
        assert answer.status_code in (200, 400), chosen

    assert await stored_rows() == before


@pytest.mark.parametrize("key", ["orders", "ledger", "audit", "payments", "users"])
async def test_what_only_operations_write_has_no_form(
    key: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)

    assert (await visit.get(f"/{key}/create")).status_code == 403
    assert (await visit.get(f"/{key}/edit", pk=1)).status_code == 403
    assert (await visit.post(f"/{key}/edit", {"balance": "5"}, pk=world.buyer.id)).status_code == 403


@pytest.mark.parametrize("view", LISTS)
async def test_nothing_is_deleted_exported_or_imported(
    view: type[StaffView], shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    before = await stored_rows()

    for name in ("delete", "export"):
        answer = await visit.post(f"/_api/{view.key}/action", {}, name=name, pks="1")
        assert answer.status_code == 400, name
    assert (await visit.act(str(view.key), 1, "delete")).status_code == 400
    assert (await visit.post(f"/_api/{view.key}/import", {})).status_code == 403

    assert await stored_rows() == before


async def test_support_sees_no_provider(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    await Provider.filter(id=world.provider.id).update(name="Secret Panel")
    manager = await Visit.of(shop, client, world.manager.user)
    assert "Secret Panel" in (await manager.get("/orders/detail", pk=world.order.id)).text

    support = await Visit.of(shop, client, world.staff[UserRole.SUPPORT].user)
    for page in ("/orders/detail", "/services/detail"):
        pk = world.order.id if "orders" in page else world.service.id
        assert "Secret Panel" not in (await support.get(page, pk=pk)).text
    lookup = await support.client.get(f"/admin/_api/providers/relation-lookup?pks={world.provider.id}")
    assert (lookup.status_code, lookup.text) == (403, "null")


async def test_the_key_of_a_provider_is_on_no_page(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    await Provider.filter(id=world.provider.id).update(api_key="canary-of-a-key")
    visit = await Visit.of(shop, client, world.owner.user)
    pages = [
        await visit.get("/providers/list"),
        await visit.get("/providers/detail", pk=world.provider.id),
        await visit.get("/providers/edit", pk=world.provider.id),
        await visit.client.get("/admin/_api/providers/relation-lookup?q="),
        await visit.client.get("/admin/providers/list?filter=api_key__contains=canary"),
        await visit.get("/providers/list", sort="api_key__asc"),
    ]

    assert [page.status_code for page in pages] == [200, 200, 200, 200, 400, 200]
    assert not [page.url for page in pages if "canary-of-a-key" in page.text]


async def test_texts_of_customers_are_text_and_run_nothing(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    await Ticket.filter(id=world.ticket.id).update(subject=script, description=script)
    await Order.filter(id=world.order.id).update(link=script, note=script, comments=script)
    await User.filter(id=world.buyer.id).update(first_name=script, more_information=script)
    visit = await Visit.of(shop, client, world.owner.user)
    pages = [
        await visit.get("/tickets/list"),
        await visit.get("/tickets/detail", pk=world.ticket.id),
        await visit.get("/orders/list"),
        await visit.get("/orders/list", q=script),
        await visit.get("/orders/detail", pk=world.order.id),
        await visit.get("/users/detail", pk=world.buyer.id),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert "alert(1)" in said(pages[1])


async def test_the_search_finds_a_record_by_its_number_and_by_its_text(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    await Order.filter(id=world.order.id).update(link="https://example.com/the-one")

    for term in (str(world.order.id), f"#{world.order.id}", "THE-ONE"):
        assert "the-one" in (await visit.get("/orders/list", q=term)).text, term
    assert "the-one" not in (await visit.get("/orders/list", q="another")).text


async def test_the_search_finds_people_and_texts_in_another_spelling(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    await User.filter(id=world.buyer.id).update(mobile="09151234567", first_name="علي", last_name="كريمي")
    await Service.filter(id=world.service.id).update(name="بازديد ۱۰۰ تايي")

    for term in ("علی", "كریمی", "۰۹۱۵۱۲۳", "+98 915 123 4567", "00989151234567"):
        assert "09151234567" in (await visit.get("/users/list", q=term)).text, term
    assert "09151234567" not in (await visit.get("/users/list", q="علیی")).text
    for term in ("بازدید", "100 تایی"):
        assert "بازديد" in (await visit.get("/services/list", q=term)).text, term
    for condition, is_found in (
        ("contains=علی", True),
        ("not_contains=علی", False),
        ("contains=علیی", False),
    ):
        page = await visit.get("/users/list", filter=f"first_name__{condition}")
        assert ("09151234567" in page.text) is is_found, condition
