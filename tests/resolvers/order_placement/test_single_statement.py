"""On PostgreSQL an order is placed by one statement, and leaves what placing it step by step leaves."""

import asyncio
from typing import Any

import pytest
from tortoise.transactions import in_transaction

import database
from domain.order_details import DripFeed, OrderDetails
from domain.problems import IdempotencyKeyReused, InsufficientBalance, QuantityOutOfRange, ServiceUnavailable
from domain.service_types import ServiceType
from models import Category, IdempotencyKey, Order, Service, User
from resolvers.app_context import AppContext
from resolvers.idempotency import LIFETIME
from resolvers.order_placement import batched_insert
from tests.append_only import allow_row_changes
from tests.database_state import Rows, read_all_rows, record_statements
from tests.fakes import create_user
from tests.resolvers.factories import create_service
from tests.resolvers.money_steps import get_balance, place_order_for, stop_clock
from tests.resolvers.provider_factories import create_provider, create_provider_service
from tests.resolvers.test_create_order import REQUESTED

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]

WRITTEN = ("order_total_deltas", "orders", "order_events", "ledger_entries", "idempotency_keys")
_NUMBERS = {"id", "user_id", "order_id", "service_id", "category_id", "cause", "result", "fingerprint"}
CASES: dict[str, tuple[dict[str, Any], OrderDetails]] = {
    **{str(type_): ({"type": type_}, details) for type_, details in REQUESTED.items()},
    "drip-feed": ({"drip_feed": True}, OrderDetails(quantity=10, drip_feed=DripFeed(runs=3, interval=5))),
    "for nothing": ({"price": 0}, OrderDetails(quantity=100)),
    "at a discount": ({"price": 1_999}, OrderDetails(quantity=100)),
}


@pytest.fixture(params=["at once", "step by step"])
def placement_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "step by step":
        monkeypatch.setattr(batched_insert, "get_batch_client", lambda: None)
    return str(request.param)


def remove_numbers(rows: Rows) -> Rows:
    """The written rows, without values that differ between buyers."""
    return {
        table: [{name: value for name, value in row.items() if name not in _NUMBERS} for row in rows[table]]
        for table in WRITTEN
    }


async def list_written_rows(
    app: AppContext, buyer: User, service: Service, details: OrderDetails, key: str | None
) -> Any:
    """The rows that one order leaves; they are taken away again."""
    before = await get_balance(buyer)
    order = await place_order_for(app, buyer, service, details=details, key=key)
    stored = await Order.get(id=order.id)
    assert order.buyer_snapshot == stored.buyer_snapshot
    rows = remove_numbers(await read_all_rows())
    spent = before - await get_balance(buyer)
    async with allow_row_changes():
        await database.fetch("DELETE FROM ledger_entries WHERE kind = 'order_charge'")
        for table in ("idempotency_keys", "order_events", "orders", "order_total_deltas"):
            await database.fetch(f"DELETE FROM {table}")
    await User.filter(id=buyer.id).update(balance=before)
    return rows, spent


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("case", CASES)
async def test_both_placement_paths_leave_the_same_rows(
    case: str, key: str | None, app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_clock(monkeypatch)
    columns, details = CASES[case]
    buyer = await create_user(balance=1_000_000)
    if case == "at a discount":
        await User.filter(id=buyer.id).update(custom_rate=13)
        buyer = await User.get(id=buyer.id)
    service = await create_service(**{"price": 1_999, **columns})

    at_once = await list_written_rows(app, buyer, service, details, key)
    monkeypatch.setattr(batched_insert, "get_batch_client", lambda: None)

    step_by_step = await list_written_rows(app, buyer, service, details, key)
    for table in WRITTEN:
        assert at_once[0][table] == step_by_step[0][table]
    assert at_once == step_by_step
    assert len(at_once[0]["orders"]) == 1


async def test_provider_orders_are_queued_by_both_paths(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_clock(monkeypatch)
    buyer = await create_user(balance=1_000)
    service = await create_provider_service(await create_provider())
    details = OrderDetails(quantity=100)

    at_once = await list_written_rows(app, buyer, service, details, None)
    monkeypatch.setattr(batched_insert, "get_batch_client", lambda: None)

    assert at_once == await list_written_rows(app, buyer, service, details, None)
    assert at_once[0]["orders"][0]["due_at"] is not None


async def test_placing_takes_one_statement_once_the_service_is_cached(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place_order_for(app, buyer, service, key="k")

    with record_statements() as statements:
        await place_order_for(app, buyer, service, key="l")

    (write,) = [statement for statement in statements if "setting_overrides" not in statement]
    assert write.strip().startswith("WITH clock")


@pytest.mark.parametrize(
    ("changed", "charge"), [({"price": 2_000}, 200), ({"provider_drip_feed": False}, 100), ({}, 100)]
)
async def test_a_known_service_that_changed_is_sold_as_it_is_now(
    changed: dict[str, Any], charge: int, app: AppContext, placement_path: str
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place_order_for(app, buyer, service)
    if changed:
        await Service.filter(id=service.id).update(**changed)

    for number in (1, 2):
        assert (await place_order_for(app, buyer, service)).charge == charge
        assert await get_balance(buyer) == 900 - number * charge


async def test_raised_limits_apply_to_buyers_refused_before(app: AppContext, placement_path: str) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()
    more = service.max_quantity + 1
    with pytest.raises(QuantityOutOfRange):
        await place_order_for(app, buyer, service, quantity=more)
    await Service.filter(id=service.id).update(max_quantity=more)

    assert (await place_order_for(app, buyer, service, quantity=more)).quantity == more


async def test_a_service_changed_between_two_reads_is_noticed(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    look_up = Service.get_on_sale

    async def changed_before(service_id: int, **wanted: Any) -> Service | None:
        await Service.filter(id=service_id).update(price=2_000)
        return await look_up(service_id, **wanted)

    monkeypatch.setattr(Service, "get_on_sale", changed_before)

    assert (await place_order_for(app, buyer, service)).charge == 200


async def test_a_balance_that_is_too_low_keeps_the_refusal_under_the_key_and_nothing_else(
    app: AppContext, placement_path: str
) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    for _ in range(2):
        with pytest.raises(InsufficientBalance):
            await place_order_for(app, buyer, service, key="k")

    assert await Order.all().count() == 0
    assert await get_balance(buyer) == 99
    assert (await IdempotencyKey.get()).result is not None


async def test_a_discount_that_changed_meanwhile_counts(app: AppContext, placement_path: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await User.filter(id=buyer.id).update(custom_rate=50)

    assert (await place_order_for(app, buyer, service)).charge == 50
    assert await get_balance(buyer) == 950


async def test_a_used_key_returns_its_order_and_refuses_another(app: AppContext, placement_path: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place_order_for(app, buyer, service, key="k")

    assert (await place_order_for(app, buyer, service, key="k")).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        await place_order_for(app, buyer, service, key="k", quantity=200)
    assert await get_balance(buyer) == 900


async def test_an_expired_key_can_be_reused(
    app: AppContext, placement_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = stop_clock(monkeypatch)
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place_order_for(app, buyer, service, key="k")
    clock.move(LIFETIME)

    assert (await place_order_for(app, buyer, service, key="k")).id != first.id


@pytest.mark.parametrize("off", ["service", "category"])
async def test_disabled_services_are_not_sold(off: str, app: AppContext, placement_path: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place_order_for(app, buyer, service)
    if off == "service":
        await Service.filter(id=service.id).update(is_active=False)
    else:
        await Category.filter(id=service.category_id).update(is_active=False)

    with pytest.raises(ServiceUnavailable):
        await place_order_for(app, buyer, service)


async def test_an_order_in_a_transaction_is_placed_within_it(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    async def fail() -> None:
        async with in_transaction():
            await place_order_for(app, buyer, service)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await Order.all().count() == 0
    assert await get_balance(buyer) == 1_000


async def test_many_at_once_under_one_key_are_one_order(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    placed = await asyncio.gather(*(place_order_for(app, buyer, service, key="k") for _ in range(60)))

    assert len({order.id for order in placed}) == 1
    assert await Order.all().count() == 1
    assert await get_balance(buyer) == 900


@pytest.mark.parametrize("keys", [False, True], ids=["without keys", "with keys"])
async def test_the_remaining_balance_is_spent_once(keys: bool, app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    async def attempt(number: int) -> bool:
        try:
            await place_order_for(app, buyer, service, key=f"k{number}" if keys else None)
        except InsufficientBalance:
            return False
        return True

    done = await asyncio.gather(*map(attempt, range(60)))

    assert sum(done) == await Order.all().count() == 10
    assert await get_balance(buyer) == 0
    assert service.type is ServiceType.DEFAULT
