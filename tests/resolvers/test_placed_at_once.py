"""On PostgreSQL an order is placed by one statement, and leaves what placing it step by step leaves."""

import asyncio
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain.order_details import DripFeed, OrderDetails
from domain.problems import IdempotencyKeyReused, InsufficientBalance, QuantityOutOfRange, ServiceUnavailable
from domain.service_types import ServiceType
from models import Category, IdempotencyKey, Order, Service, User, database, placing
from resolvers.idempotency import LIFETIME
from resolvers.shop import Shop
from tests.append_only import rewritable_rows
from tests.database_state import Rows, all_rows, recorded_statements
from tests.fakes import create_user
from tests.resolvers.money_records import balance_of, place, stop_clock
from tests.resolvers.provider_records import create_provider, create_provider_service
from tests.resolvers.records import create_service
from tests.resolvers.test_create_order import ASKED

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]

WRITTEN = ("order_deltas", "orders", "order_events", "ledger_entries", "idempotency_keys")
_NUMBERS = {"id", "user_id", "order_id", "service_id", "category_id", "cause", "answer", "fingerprint"}
CASES: dict[str, tuple[dict[str, Any], OrderDetails]] = {
    **{str(type_): ({"type": type_}, details) for type_, details in ASKED.items()},
    "drip-feed": ({"drip_feed": True}, OrderDetails(quantity=10, drip_feed=DripFeed(runs=3, interval=5))),
    "for nothing": ({"price": 0}, OrderDetails(quantity=100)),
    "at a discount": ({"price": 1_999}, OrderDetails(quantity=100)),
}


@pytest.fixture(params=["at once", "step by step"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "step by step":
        monkeypatch.setattr(placing, "client", lambda: None)
    return str(request.param)


def without_numbers(rows: Rows) -> Rows:
    """What was written, without what differs from one buyer to the next."""
    return {
        table: [{name: value for name, value in row.items() if name not in _NUMBERS} for row in rows[table]]
        for table in WRITTEN
    }


async def written_by(
    shop: Shop, buyer: User, service: Service, details: OrderDetails, key: str | None
) -> Any:
    """The rows that one order leaves; they are taken away again."""
    before = await balance_of(buyer)
    order = await place(shop, buyer, service, details=details, key=key)
    stored = await Order.get(id=order.id)
    assert order.seen == stored.seen
    rows = without_numbers(await all_rows())
    spent = before - await balance_of(buyer)
    async with rewritable_rows():
        await database.fetch("DELETE FROM ledger_entries WHERE kind = 'order_charge'")
        for table in ("idempotency_keys", "order_events", "orders", "order_deltas"):
            await database.fetch(f"DELETE FROM {table}")
    await User.filter(id=buyer.id).update(balance=before)
    return rows, spent


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("case", CASES)
async def test_both_ways_leave_the_same(
    case: str, key: str | None, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_clock(monkeypatch)
    columns, details = CASES[case]
    buyer = await create_user(balance=1_000_000)
    if case == "at a discount":
        await User.filter(id=buyer.id).update(custom_rate=13)
        buyer = await User.get(id=buyer.id)
    service = await create_service(**{"price": 1_999, **columns})

    at_once = await written_by(shop, buyer, service, details, key)
    monkeypatch.setattr(placing, "client", lambda: None)

    step_by_step = await written_by(shop, buyer, service, details, key)
    for table in WRITTEN:
        assert at_once[0][table] == step_by_step[0][table]
    assert at_once == step_by_step
    assert len(at_once[0]["orders"]) == 1


async def test_what_a_provider_delivers_is_queued_either_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_clock(monkeypatch)
    buyer = await create_user(balance=1_000)
    service = await create_provider_service(await create_provider())
    details = OrderDetails(quantity=100)

    at_once = await written_by(shop, buyer, service, details, None)
    monkeypatch.setattr(placing, "client", lambda: None)

    assert at_once == await written_by(shop, buyer, service, details, None)
    assert at_once[0]["orders"][0]["due_at"] is not None


async def test_it_takes_one_statement_once_the_service_is_known(shop: Shop) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place(shop, buyer, service, key="k")

    with recorded_statements() as statements:
        await place(shop, buyer, service, key="l")

    (write,) = [statement for statement in statements if "setting_overrides" not in statement]
    assert write.strip().startswith("WITH clock")


@pytest.mark.parametrize(
    ("changed", "charge"), [({"price": 2_000}, 200), ({"provider_drip_feed": False}, 100), ({}, 100)]
)
async def test_a_known_service_that_changed_is_sold_as_it_is_now(
    changed: dict[str, Any], charge: int, shop: Shop, way: str
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place(shop, buyer, service)
    if changed:
        await Service.filter(id=service.id).update(**changed)

    for number in (1, 2):
        assert (await place(shop, buyer, service)).charge == charge
        assert await balance_of(buyer) == 900 - number * charge


async def test_limits_that_were_raised_count_for_whom_they_refused(shop: Shop, way: str) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()
    more = service.max_quantity + 1
    with pytest.raises(QuantityOutOfRange):
        await place(shop, buyer, service, quantity=more)
    await Service.filter(id=service.id).update(max_quantity=more)

    assert (await place(shop, buyer, service, quantity=more)).quantity == more


async def test_a_change_of_a_service_between_two_looks_at_it_is_noticed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    look_up = Service.get_on_sale

    async def changed_before(service_id: int, **wanted: Any) -> Service | None:
        await Service.filter(id=service_id).update(price=2_000)
        return await look_up(service_id, **wanted)

    monkeypatch.setattr(Service, "get_on_sale", changed_before)

    assert (await place(shop, buyer, service)).charge == 200


async def test_a_balance_that_is_too_low_keeps_the_refusal_under_the_key_and_nothing_else(
    shop: Shop, way: str
) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    for _ in range(2):
        with pytest.raises(InsufficientBalance):
            await place(shop, buyer, service, key="k")

    assert await Order.all().count() == 0
    assert await balance_of(buyer) == 99
    assert (await IdempotencyKey.get()).answer is not None


async def test_a_discount_that_changed_meanwhile_counts(shop: Shop, way: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await User.filter(id=buyer.id).update(custom_rate=50)

    assert (await place(shop, buyer, service)).charge == 50
    assert await balance_of(buyer) == 950


async def test_a_used_key_gives_its_order_again_and_refuses_another(shop: Shop, way: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place(shop, buyer, service, key="k")

    assert (await place(shop, buyer, service, key="k")).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        await place(shop, buyer, service, key="k", quantity=200)
    assert await balance_of(buyer) == 900


async def test_an_expired_key_begins_anew(shop: Shop, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stop_clock(monkeypatch)
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place(shop, buyer, service, key="k")
    clock.move(LIFETIME)

    assert (await place(shop, buyer, service, key="k")).id != first.id


@pytest.mark.parametrize("off", ["service", "category"])
async def test_what_is_switched_off_is_not_sold(off: str, shop: Shop, way: str) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place(shop, buyer, service)
    if off == "service":
        await Service.filter(id=service.id).update(is_active=False)
    else:
        await Category.filter(id=service.category_id).update(is_active=False)

    with pytest.raises(ServiceUnavailable):
        await place(shop, buyer, service)


async def test_within_a_transaction_it_is_placed_in_that(shop: Shop) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    async def fail() -> None:
        async with in_transaction():
            await place(shop, buyer, service)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await Order.all().count() == 0
    assert await balance_of(buyer) == 1_000


async def test_many_at_once_under_one_key_are_one_order(shop: Shop) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    placed = await asyncio.gather(*(place(shop, buyer, service, key="k") for _ in range(60)))

    assert len({order.id for order in placed}) == 1
    assert await Order.all().count() == 1
    assert await balance_of(buyer) == 900


@pytest.mark.parametrize("keys", [False, True], ids=["without keys", "with keys"])
async def test_the_last_money_is_spent_once(keys: bool, shop: Shop) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    async def attempt(number: int) -> bool:
        try:
            await place(shop, buyer, service, key=f"k{number}" if keys else None)
        except InsufficientBalance:
            return False
        return True

    done = await asyncio.gather(*map(attempt, range(60)))

    assert sum(done) == await Order.all().count() == 10
    assert await balance_of(buyer) == 0
    assert service.type is ServiceType.DEFAULT
