"""Idempotency keys: a repeated request gets the stored result, and its operation runs once."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

import database
from config.settings import Settings
from domain.order_details import DripFeed, OrderDetails, Subscription
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.problems import (
    DuplicateOrder,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    Problem,
    ServiceUnavailable,
)
from domain.service_types import ServiceType
from models import IdempotencyKey, Order, Service, User
from resolvers import free_credit, gifts, idempotency, orders, payments, wheel
from resolvers.app_context import AppContext
from resolvers.idempotency import LIFETIME, IdempotentRequest
from tests.database_state import read_all_rows, read_stored_rows
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.factories import create_gift, create_service
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import (
    LINK,
    SECOND,
    Clock,
    get_balance,
    get_columns,
    place_order_for,
    stop_clock,
)

pytestmark = pytest.mark.both_databases

CHANGED_ORDER: dict[str, Any] = {
    "status": OrderStatus.PARTIAL,
    "refunded": 40,
    "start_count": 7,
    "remains": 60,
    "provider_order_id": "12345",
    "note": "half of it",
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def get_idempotent_request(app: AppContext, buyer: User, service: Service, **changes: Any) -> Order:
    """An order under the key `k`, with `changes`."""
    sound = {"service_id": service.id, "link": LINK, "details": OrderDetails(quantity=100)}
    return await orders.create_order(
        app, buyer, source=OrderSource.GRAPHQL, idempotency_key="k", **{**sound, **changes}
    )


async def get_problem(operation: Awaitable[object]) -> dict[str, object]:
    """The problem raised by `operation`, with its values."""
    with pytest.raises(Problem) as refusal:
        await operation
    return {"kind": type(refusal.value), **vars(refusal.value)}


async def test_the_same_key_returns_the_same_order_and_charges_once(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    first = await place_order_for(app, buyer, service, key="k")
    before = await read_stored_rows()
    again = await place_order_for(app, buyer, service, key="k")

    assert get_columns(again) == get_columns(first)
    assert await read_stored_rows() == before
    assert await get_balance(buyer) == 900


async def test_without_a_key_an_order_is_placed_each_time(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    first, second = await place_order_for(app, buyer, service), await place_order_for(app, buyer, service)

    assert first.id != second.id
    assert not await IdempotencyKey.exists()


async def test_a_repeated_order_is_answered_as_first_placed(app: AppContext, clock: Clock) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place_order_for(app, buyer, service, key="k")
    await Order.filter(id=first.id).update(updated_at=clock.current + timedelta(hours=1), **CHANGED_ORDER)

    assert get_columns(await place_order_for(app, buyer, service, key="k")) == get_columns(first)
    assert (await Order.get()).status is OrderStatus.PARTIAL


async def test_a_repeated_subscription_is_answered_as_first_placed(app: AppContext) -> None:
    buyer = await create_user(balance=1_000)
    service = await create_service(type=ServiceType.SUBSCRIPTIONS)
    subscription = Subscription(posts=2, min=5, max=20, delay=0, expiry=date(2199, 1, 31))
    details = OrderDetails(username="sara", subscription=subscription)
    first = await place_order_for(app, buyer, service, details=details, key="k")
    await Order.filter(id=first.id).update(
        subscription_status=SubscriptionStatus.EXPIRED,
        subscription_response_orders="1,2",
        subscription_response_posts=2,
    )

    assert get_columns(await place_order_for(app, buyer, service, details=details, key="k")) == get_columns(
        first
    )


async def test_a_repeated_order_is_answered_after_its_service_was_removed(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place_order_for(app, buyer, service, key="k")
    await Service.all().update(is_active=False, price=9_999)

    assert get_columns(await place_order_for(app, buyer, service, key="k")) == get_columns(first)


async def test_a_stored_problem_is_returned_after_its_cause_is_gone(app: AppContext) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    first = await get_problem(place_order_for(app, buyer, service, key="k"))
    await User.all().update(balance=5_000)

    assert first == {"kind": InsufficientBalance, "balance": 99, "charge": 100}
    assert await get_problem(place_order_for(app, buyer, service, key="k")) == first
    assert (await place_order_for(app, buyer, service, key="another")).charge == 100


async def test_a_problem_stores_nothing_but_its_key(app: AppContext) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    before = await read_all_rows()

    await get_problem(place_order_for(app, buyer, service, key="k"))

    after = await read_all_rows()
    [key] = after.pop("idempotency_keys")
    assert (key["user_id"], key["key"]) == (buyer.id, "k")
    assert after == {table: rows for table, rows in before.items() if table != "idempotency_keys"}


@pytest.mark.parametrize("problem", [ServiceUnavailable, DuplicateOrder])
async def test_refusals_caused_by_the_shop_s_state_are_stored(
    problem: type[Problem], app: AppContext
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await place_order_for(app, buyer, service)
    guarded = with_settings(app, refuse_duplicate_orders=True)
    if problem is ServiceUnavailable:
        await Service.all().update(is_active=False)
    first = await get_problem(place_order_for(guarded, buyer, service, key="k"))
    await Service.all().update(is_active=True)
    await Order.all().update(status=OrderStatus.COMPLETED)

    assert first["kind"] is problem
    assert await get_problem(place_order_for(guarded, buyer, service, key="k")) == first


async def test_invalid_input_is_not_stored_and_its_key_stays_free(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    before = await read_stored_rows()
    with pytest.raises(InvalidInput):
        await place_order_for(app, buyer, service, quantity=None, key="k")
    assert await read_stored_rows() == before

    assert (await place_order_for(app, buyer, service, key="k")).quantity == 100


@pytest.mark.parametrize(
    "changes",
    [
        {"service_id": 2_000_000_000},
        {"link": "https://example.com/p/2"},
        {"link": None},
        {"category_id": 2_000_000_000},
        {"details": OrderDetails(quantity=101)},
        {"details": OrderDetails(quantity=100, hashtag="#one")},
        {"details": OrderDetails(quantity=100, drip_feed=DripFeed(runs=1, interval=5))},
    ],
    ids=str,
)
async def test_the_key_of_an_order_is_refused_for_another_one(
    changes: dict[str, Any], app: AppContext
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await get_idempotent_request(app, buyer, service)
    before = await read_stored_rows()

    with pytest.raises(IdempotencyKeyReused):
        await get_idempotent_request(app, buyer, service, **changes)

    assert await read_stored_rows() == before


OTHER_OPERATIONS: dict[str, Callable[[AppContext, User], Awaitable[object]]] = {
    "start_payment": lambda app, user: payments.start_payment(app, user, amount=5_000, idempotency_key="k"),
    "claim_free_credit": lambda app, user: free_credit.claim_free_credit(app, user, idempotency_key="k"),
    "spin_wheel": lambda app, user: wheel.spin_wheel(app, user, idempotency_key="k"),
    "use_gift": lambda _, user: gifts.use_gift(user, user_gift_id=1, link=LINK, idempotency_key="k"),
    "use_oldest_gift": lambda _, user: gifts.use_oldest_gift(user, gift_id=1, link=LINK, idempotency_key="k"),
}


@pytest.mark.parametrize("operation", OTHER_OPERATIONS)
async def test_the_key_of_an_order_is_refused_for_another_operation(operation: str, app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    await create_gift(service)
    await place_order_for(app, buyer, service, key="k")
    before = await read_stored_rows()

    with pytest.raises(IdempotencyKeyReused):
        await OTHER_OPERATIONS[operation](app, buyer)

    assert await read_stored_rows() == before


async def transfer(
    sender: User, *, to: int, amount: int = 5, note: str | None = None, idempotency_key: str | None = None
) -> IdempotentRequest | None:
    """An invented operation, to see which arguments its fingerprint covers."""
    return idempotency.request_for(transfer, locals(), user=sender, key=idempotency_key, excluded={"note"})


async def test_the_fingerprint_covers_every_argument_that_the_operation_does_not_leave_out() -> None:
    user = User(id=1)

    async def fingerprint(**arguments: Any) -> str:
        attempt = await transfer(user, idempotency_key="k", **arguments)
        assert attempt is not None
        return attempt.fingerprint

    assert await fingerprint(to=1) == await fingerprint(to=1, amount=5, note="of no matter")
    assert len({await fingerprint(to=1), await fingerprint(to=2), await fingerprint(to=1, amount=6)}) == 3


async def test_the_key_of_an_order_is_accepted_by_an_api_that_also_sends_the_category(
    app: AppContext,
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    first = await get_idempotent_request(app, buyer, service)

    assert (await get_idempotent_request(app, buyer, service, category_id=service.category_id)).id == first.id


async def test_users_do_not_share_keys(app: AppContext) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()

    mine, others = (
        await place_order_for(app, buyer, service, key="k"),
        await place_order_for(app, other, service, key="k"),
    )

    assert (mine.user_id, others.user_id) == (buyer.id, other.id)
    assert await get_balance(buyer) == await get_balance(other) == 900


async def test_a_key_expires_after_exactly_a_day_and_can_be_reused(app: AppContext, clock: Clock) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    first = await place_order_for(app, buyer, service, key="k")

    clock.move(LIFETIME - SECOND)
    assert (await place_order_for(app, buyer, service, key="k")).id == first.id
    clock.move(SECOND)
    second = await place_order_for(app, buyer, service, quantity=200, key="k")

    assert second.id != first.id
    assert (await place_order_for(app, buyer, service, quantity=200, key="k")).id == second.id
    assert await get_balance(buyer) == 700


async def test_an_expired_refusal_is_forgotten(app: AppContext, clock: Clock) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    await get_problem(place_order_for(app, buyer, service, key="k"))
    await User.all().update(balance=5_000)

    clock.move(LIFETIME)

    assert (await place_order_for(app, buyer, service, key="k")).charge == 100


async def test_a_crashed_operation_stores_neither_its_key_nor_anything_else(app: AppContext) -> None:
    user = await create_user()
    # No amount lies between these two: drawing one fails.
    broken = with_settings(app, free_credit_min=100, free_credit_max=10)
    before = await read_stored_rows()

    with pytest.raises(ValueError, match="positive"):
        await free_credit.claim_free_credit(broken, user, idempotency_key="k")
    assert await read_stored_rows() == before

    assert (await free_credit.claim_free_credit(app, user, idempotency_key="k")).amount >= 10


@pytest.mark.parametrize("key", ["", " \n", "k" * 256, "a\x00b", "\ud800"], ids=ascii)
async def test_a_key_that_is_blank_or_too_long_or_cannot_be_stored_is_refused(
    key: str, app: AppContext
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    before = await read_stored_rows()

    with pytest.raises(InvalidInput) as refusal:
        await place_order_for(app, buyer, service, key=key)

    assert refusal.value.field == "idempotencyKey"
    assert await read_stored_rows() == before


@pytest.mark.parametrize("key", ["k" * 255, "😀" * 255, "کلید", "'\"%_\\"])
async def test_any_other_key_is_accepted_without_surrounding_blanks(key: str, app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    first = await place_order_for(app, buyer, service, key=key)

    assert (await place_order_for(app, buyer, service, key=f" {key}\n")).id == first.id
    assert (await IdempotencyKey.get()).key == key


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        (ServiceUnavailable, {"service_id": 10**30}),
        (InvalidLink, {"link": "\ud800"}),
        (InvalidInput, {"details": OrderDetails(quantity=10**30)}),
    ],
    ids=["service_id", "link", "quantity"],
)
async def test_values_beyond_json_are_refused_with_a_key_as_they_are_without(
    problem: type[Problem], changes: dict[str, Any], app: AppContext
) -> None:
    with pytest.raises(problem):
        await get_idempotent_request(app, await create_user(balance=1_000), await create_service(), **changes)


async def test_a_key_outlives_the_connection(database_url: str) -> None:
    app = build_app(Settings(database_url=database_url), RecordingSms())
    async with database.open_connections(database_url):
        buyer, service = await create_user(balance=1_000), await create_service()
        first = await place_order_for(app, buyer, service, key="k")

    async with database.open_connections(database_url):
        assert get_columns(await place_order_for(app, buyer, service, key="k")) == get_columns(first)
        assert await get_balance(buyer) == 900
