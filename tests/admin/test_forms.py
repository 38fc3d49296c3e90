"""Forms of the staff pages: they run the operations, and report refusals at the right field."""

import re

import httpx
import pytest

from domain.permissions import StaffAct
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from domain.service_types import ServiceSource, ServiceType
from models import AuditEntry, Category, Gift, Provider, Service
from resolvers.app_context import AppContext
from resolvers.runtime_settings import load_overrides
from tests.admin.http_client import StaffClient, get_message
from tests.database_state import read_stored_rows
from tests.resolvers.staff.scenario import Scenario, create_scenario


async def create_owner_client(app: AppContext, client: httpx.AsyncClient) -> tuple[StaffClient, Scenario]:
    scenario = await create_scenario(app)
    return await StaffClient.create(app, client, scenario.owner.user), scenario


def build_service_form(scenario: Scenario, **values: str) -> dict[str, str]:
    return {
        "name": "Likes",
        "category": str(scenario.category.id),
        "price": "۱۲۰۰",
        "min_quantity": "10",
        "max_quantity": "5000",
        "type": "default",
        "source": "manual",
        **values,
    }


async def test_a_category_is_created_and_changed(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client, scenario = await create_owner_client(app, client)

    created = await staff_client.post("/categories/create", {"name": " Instagram ", "position": "2"})
    category = await Category.get(name="Instagram")
    changed = await staff_client.post(
        "/categories/edit", {"name": "Insta", "image": "https://example.com/i.png"}, pk=category.id
    )

    assert (created.status_code, changed.status_code) == (303, 303)
    category = await Category.get(id=category.id)
    assert (category.name, category.position, category.image) == ("Insta", 0, "https://example.com/i.png")
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        (StaffAct.CREATE_CATEGORY, scenario.owner.user.id),
        (StaffAct.UPDATE_CATEGORY, scenario.owner.user.id),
    ]


async def test_a_service_is_created_with_its_provider(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client, scenario = await create_owner_client(app, client)
    form = build_service_form(
        scenario, source="api", provider=str(scenario.provider.id), provider_service_id="17", can_refill="on"
    )

    answer = await staff_client.post("/services/create", form)

    assert answer.status_code == 303, get_message(answer)
    service = await Service.get(name="Likes")
    assert (service.category_id, service.provider_id, service.provider_service_id) == (
        scenario.category.id,
        scenario.provider.id,
        "17",
    )
    assert (service.price, service.type, service.source) == (1_200, ServiceType.DEFAULT, ServiceSource.API)
    assert (service.can_refill, service.can_cancel, service.added_by_id) == (
        True,
        False,
        scenario.owner.user.id,
    )


async def test_unchecking_a_box_clears_its_value(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client, scenario = await create_owner_client(app, client)
    await Service.filter(id=scenario.service.id).update(can_refill=True)

    answer = await staff_client.post("/services/edit", build_service_form(scenario), pk=scenario.service.id)

    assert answer.status_code == 303
    service = await Service.get(id=scenario.service.id)
    assert (service.can_refill, service.name, service.provider_id) == (False, "Likes", scenario.provider.id)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"price": "-1"}, "price"),
        ({"price": "9" * 30}, "price"),
        ({"price": "x"}, "price"),
        ({"max_quantity": "5"}, "max_quantity"),
        ({"source": "api"}, "provider"),
        ({"category": "2000000000"}, "category"),
        ({"category": "x"}, "category"),
        ({"provider": "2000000000"}, "provider"),
        ({"type": "nothing"}, "type"),
    ],
)
async def test_an_invalid_value_is_reported_at_its_field_and_changes_nothing(
    changed: dict[str, str], field: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    staff_client, scenario = await create_owner_client(app, client)
    before = await read_stored_rows()

    answer = await staff_client.post("/services/create", build_service_form(scenario, **changed))

    assert answer.status_code == 422
    assert field in list_invalid_fields(answer)
    assert "5000" in answer.text or "max_quantity" in changed
    assert await read_stored_rows() == before


def list_invalid_fields(answer: httpx.Response) -> set[str]:
    """The names of the inputs that are marked as wrong."""
    tags = re.findall(r"<(?:input|select|textarea)[^>]*>", answer.text)
    named = [re.search(r'\bname="([^"]+)"', tag) for tag in tags if "is-invalid" in tag]
    return {match[1] for match in named if match}


async def test_a_provider_keeps_its_key_where_none_is_entered(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    staff_client, _ = await create_owner_client(app, client)
    form = {"name": "Panel of ours", "url": "https://panel.example/api/v2", "api_key": "k1"}
    numbers = {"toman_per_unit": "60000", "margin_percent": "20", "rounding": "10", "concurrency": "5"}

    created = await staff_client.post("/providers/create", {**form, **numbers})
    provider = await Provider.get(name="Panel of ours")
    changed = await staff_client.post(
        "/providers/edit", {**form, **numbers, "api_key": "", "name": "Panel 2"}, pk=provider.id
    )

    assert (created.status_code, changed.status_code) == (303, 303)
    provider = await Provider.get(id=provider.id)
    assert (provider.name, provider.api_key, provider.toman_per_unit) == ("Panel 2", "k1", 60_000)


async def test_a_gift_is_put_on_the_wheel(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client, scenario = await create_owner_client(app, client)
    form = {"service": str(scenario.service.id), "min_quantity": "5", "max_quantity": "9"}

    created = await staff_client.post("/gifts/create", form)
    refused = await staff_client.post("/gifts/create", {**form, "max_quantity": "4"})

    assert (created.status_code, refused.status_code) == (303, 422)
    assert list_invalid_fields(refused) == {"max_quantity"}
    assert await Gift.filter(service_id=scenario.service.id, min_quantity=5, max_quantity=9).count() == 1


async def test_settings_are_saved_refused_and_reset(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client, _ = await create_owner_client(app, client)
    page = await staff_client.get("/settings")
    form = dict(re.findall(r'name="([a-z_]+_[a-z_]+)"[^>]*value="(\d+)"', page.text))
    assert len(form) == 7

    kept = await staff_client.post(
        "/settings", {**form, "free_credit_max": "۵۰۰", "refuse_duplicate_orders": "on"}
    )
    refused = await staff_client.post("/settings", {**form, "payment_min": "x"})
    impossible = await staff_client.post("/settings", {**form, "free_credit_min": "100000000"})
    overridden = await load_overrides()
    reset = await staff_client.post("/settings", {**form, "reset": "1"})

    assert (kept.status_code, reset.status_code) == (303, 303)
    assert (refused.status_code, list_invalid_fields(refused)) == (422, {"payment_min"})
    assert (impossible.status_code, list_invalid_fields(impossible)) == (422, {"free_credit_max"})
    assert overridden[RunningSetting.FREE_CREDIT_MAX] == 500
    assert overridden[RunningSetting.REFUSE_DUPLICATE_ORDERS] is True
    assert await load_overrides() == {}


async def test_managers_see_settings_and_cannot_change_them(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.staff[UserRole.MANAGER].user)

    page = await staff_client.get("/settings")
    sent = await staff_client.post("/settings", {"reset": "1"})

    assert 'type="submit" name="reset"' not in page.text
    assert sent.status_code == 422
    assert await AuditEntry.all().count() == 0


@pytest.mark.parametrize("key", ["categories", "services", "gifts", "providers"])
async def test_support_can_create_nothing(key: str, app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.staff[UserRole.SUPPORT].user)
    before = await read_stored_rows()

    assert (await staff_client.post(f"/{key}/create", build_service_form(scenario))).status_code == 403
    assert (await staff_client.post(f"/{key}/edit", build_service_form(scenario), pk=1)).status_code == 403

    assert await read_stored_rows() == before
