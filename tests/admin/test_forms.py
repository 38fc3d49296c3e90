"""Forms of the staff's pages: they do what the operations do, and tell what those refuse at its field."""

import re

import httpx
import pytest

from domain.roles import UserRole
from domain.running_settings import RunningSetting
from domain.service_types import ServiceSource, ServiceType
from domain.staff_acts import StaffAct
from models import AuditEntry, Category, Gift, Provider, Service
from resolvers.running_settings import stored
from resolvers.shop import Shop
from tests.admin.visits import Visit, said
from tests.database_state import stored_rows
from tests.resolvers.staff.world import World, create_world


async def visit_of_owner(shop: Shop, client: httpx.AsyncClient) -> tuple[Visit, World]:
    world = await create_world(shop)
    return await Visit.of(shop, client, world.owner.user), world


def service_form(world: World, **values: str) -> dict[str, str]:
    return {
        "name": "Likes",
        "category": str(world.category.id),
        "price": "۱۲۰۰",
        "min_quantity": "10",
        "max_quantity": "5000",
        "type": "default",
        "source": "manual",
        **values,
    }


async def test_a_category_is_made_and_changed(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, world = await visit_of_owner(shop, client)

    made = await visit.post("/categories/create", {"name": " Instagram ", "position": "2"})
    category = await Category.get(name="Instagram")
    changed = await visit.post(
        "/categories/edit", {"name": "Insta", "image": "https://example.com/i.png"}, pk=category.id
    )

    assert (made.status_code, changed.status_code) == (303, 303)
    category = await Category.get(id=category.id)
    assert (category.name, category.position, category.image) == ("Insta", 0, "https://example.com/i.png")
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.act, entry.actor_id) for entry in entries] == [
        (StaffAct.CREATE_CATEGORY, world.owner.user.id),
        (StaffAct.UPDATE_CATEGORY, world.owner.user.id),
    ]


async def test_a_service_is_made_with_its_provider(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, world = await visit_of_owner(shop, client)
    form = service_form(
        world, source="api", provider=str(world.provider.id), provider_service_id="17", can_refill="on"
    )

    answer = await visit.post("/services/create", form)

    assert answer.status_code == 303, said(answer)
    service = await Service.get(name="Likes")
    assert (service.category_id, service.provider_id, service.provider_service_id) == (
        world.category.id,
        world.provider.id,
        "17",
    )
    assert (service.price, service.type, service.source) == (1_200, ServiceType.DEFAULT, ServiceSource.API)
    assert (service.can_refill, service.can_cancel, service.added_by_id) == (True, False, world.owner.user.id)


async def test_an_unchecked_box_takes_away_what_was_checked(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, world = await visit_of_owner(shop, client)
    await Service.filter(id=world.service.id).update(can_refill=True)

    answer = await visit.post("/services/edit", service_form(world), pk=world.service.id)

    assert answer.status_code == 303
    service = await Service.get(id=world.service.id)
    assert (service.can_refill, service.name, service.provider_id) == (False, "Likes", world.provider.id)


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
async def test_a_wrong_value_is_told_at_its_field_and_changes_nothing(
    changed: dict[str, str], field: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    visit, world = await visit_of_owner(shop, client)
    before = await stored_rows()

    answer = await visit.post("/services/create", service_form(world, **changed))

    assert answer.status_code == 422
    assert field in wrong_fields(answer)
    assert "5000" in answer.text or "max_quantity" in changed
    assert await stored_rows() == before


def wrong_fields(answer: httpx.Response) -> set[str]:
    """The names of the inputs that are marked as wrong."""
    tags = re.findall(r"<(?:input|select|textarea)[^>]*>", answer.text)
    named = [re.search(r'\bname="([^"]+)"', tag) for tag in tags if "is-invalid" in tag]
    return {match[1] for match in named if match}


async def test_a_provider_keeps_its_key_where_none_is_entered(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, _ = await visit_of_owner(shop, client)
    form = {"name": "Panel of ours", "url": "https://panel.example/api/v2", "api_key": "k1"}
    numbers = {"toman_per_unit": "60000", "margin_percent": "20", "rounding": "10", "concurrency": "5"}

    made = await visit.post("/providers/create", {**form, **numbers})
    provider = await Provider.get(name="Panel of ours")
    changed = await visit.post(
        "/providers/edit", {**form, **numbers, "api_key": "", "name": "Panel 2"}, pk=provider.id
    )

    assert (made.status_code, changed.status_code) == (303, 303)
    provider = await Provider.get(id=provider.id)
    assert (provider.name, provider.api_key, provider.toman_per_unit) == ("Panel 2", "k1", 60_000)


async def test_a_gift_is_put_on_the_wheel(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, world = await visit_of_owner(shop, client)
    form = {"service": str(world.service.id), "min_quantity": "5", "max_quantity": "9"}

    made = await visit.post("/gifts/create", form)
    refused = await visit.post("/gifts/create", {**form, "max_quantity": "4"})

    assert (made.status_code, refused.status_code) == (303, 422)
    assert wrong_fields(refused) == {"max_quantity"}
    assert await Gift.filter(service_id=world.service.id, min_quantity=5, max_quantity=9).count() == 1


async def test_settings_are_kept_refused_and_reset(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, _ = await visit_of_owner(shop, client)
    page = await visit.get("/settings")
    form = dict(re.findall(r'name="([a-z_]+_[a-z_]+)"[^>]*value="(\d+)"', page.text))
    assert len(form) == 7

    kept = await visit.post("/settings", {**form, "free_credit_max": "۵۰۰", "refuse_duplicate_orders": "on"})
    refused = await visit.post("/settings", {**form, "payment_min": "x"})
    impossible = await visit.post("/settings", {**form, "free_credit_min": "100000000"})
    overridden = await stored()
    reset = await visit.post("/settings", {**form, "reset": "1"})

    assert (kept.status_code, reset.status_code) == (303, 303)
    assert (refused.status_code, wrong_fields(refused)) == (422, {"payment_min"})
    assert (impossible.status_code, wrong_fields(impossible)) == (422, {"free_credit_max"})
    assert overridden[RunningSetting.FREE_CREDIT_MAX] == 500
    assert overridden[RunningSetting.REFUSE_DUPLICATE_ORDERS] is True
    assert await stored() == {}


async def test_managers_see_settings_and_change_none(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.staff[UserRole.MANAGER].user)

    page = await visit.get("/settings")
    sent = await visit.post("/settings", {"reset": "1"})

    assert 'type="submit" name="reset"' not in page.text
    assert sent.status_code == 422
    assert await AuditEntry.all().count() == 0


@pytest.mark.parametrize("key", ["categories", "services", "gifts", "providers"])
async def test_support_makes_nothing(key: str, shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.staff[UserRole.SUPPORT].user)
    before = await stored_rows()

    assert (await visit.post(f"/{key}/create", service_form(world))).status_code == 403
    assert (await visit.post(f"/{key}/edit", service_form(world), pk=1)).status_code == 403

    assert await stored_rows() == before
