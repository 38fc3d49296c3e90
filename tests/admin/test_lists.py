"""The lists of the staff pages: visibility by role, and no list fails."""

from urllib.parse import quote

import httpx
import pytest

from admin.actions import get_rules
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
from domain.permissions import Permission, has_permission
from domain.roles import UserRole
from models import Order, Provider, Service, Ticket, User
from resolvers.app_context import AppContext
from tests.admin.http_client import StaffClient, get_message
from tests.database_state import read_stored_rows
from tests.resolvers.staff.scenario import Scenario, create_scenario

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


def get_record(scenario: Scenario, view: type[StaffView]) -> int:
    records: dict[type[StaffView], int] = {
        CategoryView: scenario.category.id,
        GiftView: scenario.gift.id,
        OrderView: scenario.order.id,
        PaymentView: scenario.payment.id,
        ProviderView: scenario.provider.id,
        RefillView: scenario.refill.id,
        ServiceView: scenario.service.id,
        TicketView: scenario.ticket.id,
        UserView: scenario.buyer.id,
    }
    return records[view]


@pytest.mark.parametrize("role", STAFF)
async def test_a_role_sees_what_it_may_read(
    role: UserRole, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.staff[role].user)

    for view in LISTS:
        answer = await staff_client.get(f"/{view.key}/list")
        assert answer.status_code == (200 if has_permission(role, view.read_permission) else 403), view
    settings = await staff_client.get("/settings")
    assert settings.status_code == (200 if has_permission(role, Permission.READ_SETTINGS) else 403)
    first = await staff_client.get("/")
    assert first.status_code == (200 if has_permission(role, Permission.READ_FIGURES) else 303)


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("view", [view for view in LISTS if view not in (AuditView, LedgerView)])
async def test_a_record_offers_the_actions_of_the_role(
    view: type[StaffView], role: UserRole, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    if not has_permission(role, view.read_permission):
        return
    staff_client = await StaffClient.create(app, client, scenario.staff[role].user)
    record = await view.of.get(id=get_record(scenario, view))
    created = view(app)
    rules = {
        name: get_rules(handler)
        for name, handler in created._row_actions_handlers.items()
        if name not in ("view", "edit", "delete")
    }

    offered = await staff_client.list_buttons(str(view.key), record.pk) - {"view", "edit"}

    assert offered == {
        name
        for name, rule in rules.items()
        if has_permission(role, rule.permission) and (rule.is_available is None or rule.is_available(record))
    }


@pytest.mark.parametrize("view", LISTS)
async def test_viewing_never_fails_and_changes_nothing(
    view: type[StaffView], app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    before = await read_stored_rows()
    hostile = ["'\"%_\\", "#1", "۲۰۰۰۰۰۰۰۰۰", "9" * 30, "\x00", "<script>", "-1", "س" * 500]
    for term in hostile:
        assert (await staff_client.get(f"/{view.key}/list", q=term)).status_code in (200, 400), term
        assert (await staff_client.get(f"/{view.key}/detail", pk=term)).status_code == 404, term
    for query in ("page=0", "page=99999999999999999999", "page_size=7", "sort=nothing__asc", "sort=id__up"):
        answer = await staff_client.client.get(f"/admin/{view.key}/list?{query}")
        assert answer.status_code in (200, 400), query
    filters = ["id__equal=99999999999999", "id__eq=x", "nothing__eq=1", "(((", "id__is_null", "id__gt=-1"]
    for chosen in filters:
        answer = await staff_client.client.get(f"/admin/{view.key}/list?filter={quote(chosen)}")
        assert answer.status_code in (200, 400), chosen

    assert await read_stored_rows() == before


@pytest.mark.parametrize("key", ["orders", "ledger", "audit", "payments", "users"])
async def test_tables_written_only_by_operations_have_no_form(
    key: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)

    assert (await staff_client.get(f"/{key}/create")).status_code == 403
    assert (await staff_client.get(f"/{key}/edit", pk=1)).status_code == 403
    assert (
        await staff_client.post(f"/{key}/edit", {"balance": "5"}, pk=scenario.buyer.id)
    ).status_code == 403


@pytest.mark.parametrize("view", LISTS)
async def test_nothing_is_deleted_exported_or_imported(
    view: type[StaffView], app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    before = await read_stored_rows()

    for name in ("delete", "export"):
        answer = await staff_client.post(f"/_api/{view.key}/action", {}, name=name, pks="1")
        assert answer.status_code == 400, name
    assert (await staff_client.run_action(str(view.key), 1, "delete")).status_code == 400
    assert (await staff_client.post(f"/_api/{view.key}/import", {})).status_code == 403

    assert await read_stored_rows() == before


async def test_support_sees_no_provider(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    await Provider.filter(id=scenario.provider.id).update(name="Secret Panel")
    manager = await StaffClient.create(app, client, scenario.manager.user)
    assert "Secret Panel" in (await manager.get("/orders/detail", pk=scenario.order.id)).text

    support = await StaffClient.create(app, client, scenario.staff[UserRole.SUPPORT].user)
    for page in ("/orders/detail", "/services/detail"):
        pk = scenario.order.id if "orders" in page else scenario.service.id
        assert "Secret Panel" not in (await support.get(page, pk=pk)).text
    lookup = await support.client.get(f"/admin/_api/providers/relation-lookup?pks={scenario.provider.id}")
    assert (lookup.status_code, lookup.text) == (403, "null")


async def test_the_key_of_a_provider_is_on_no_page(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    await Provider.filter(id=scenario.provider.id).update(api_key="canary-of-a-key")
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    pages = [
        await staff_client.get("/providers/list"),
        await staff_client.get("/providers/detail", pk=scenario.provider.id),
        await staff_client.get("/providers/edit", pk=scenario.provider.id),
        await staff_client.client.get("/admin/_api/providers/relation-lookup?q="),
        await staff_client.client.get("/admin/providers/list?filter=api_key__contains=canary"),
        await staff_client.get("/providers/list", sort="api_key__asc"),
    ]

    assert [page.status_code for page in pages] == [200, 200, 200, 200, 400, 200]
    assert not [page.url for page in pages if "canary-of-a-key" in page.text]


async def test_texts_of_customers_are_text_and_run_nothing(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    await Ticket.filter(id=scenario.ticket.id).update(subject=script, description=script)
    await Order.filter(id=scenario.order.id).update(link=script, note=script, comments=script)
    await User.filter(id=scenario.buyer.id).update(first_name=script, more_information=script)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    pages = [
        await staff_client.get("/tickets/list"),
        await staff_client.get("/tickets/detail", pk=scenario.ticket.id),
        await staff_client.get("/orders/list"),
        await staff_client.get("/orders/list", q=script),
        await staff_client.get("/orders/detail", pk=scenario.order.id),
        await staff_client.get("/users/detail", pk=scenario.buyer.id),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert "alert(1)" in get_message(pages[1])


async def test_the_search_finds_a_record_by_its_number_and_by_its_text(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    await Order.filter(id=scenario.order.id).update(link="https://example.com/the-one")

    for term in (str(scenario.order.id), f"#{scenario.order.id}", "THE-ONE"):
        assert "the-one" in (await staff_client.get("/orders/list", q=term)).text, term
    assert "the-one" not in (await staff_client.get("/orders/list", q="another")).text


async def test_the_search_finds_people_and_texts_in_another_spelling(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    await User.filter(id=scenario.buyer.id).update(mobile="09151234567", first_name="علي", last_name="كريمي")
    await Service.filter(id=scenario.service.id).update(name="بازديد ۱۰۰ تايي")

    for term in ("علی", "كریمی", "۰۹۱۵۱۲۳", "+98 915 123 4567", "00989151234567"):
        assert "09151234567" in (await staff_client.get("/users/list", q=term)).text, term
    assert "09151234567" not in (await staff_client.get("/users/list", q="علیی")).text
    for term in ("بازدید", "100 تایی"):
        assert "بازديد" in (await staff_client.get("/services/list", q=term)).text, term
    for condition, is_found in (
        ("contains=علی", True),
        ("not_contains=علی", False),
        ("contains=علیی", False),
    ):
        page = await staff_client.get("/users/list", filter=f"first_name__{condition}")
        assert ("09151234567" in page.text) is is_found, condition
