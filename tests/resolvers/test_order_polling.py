"""Providers' reports: each is applied once, refunded exactly, and polled in time."""

import asyncio
from datetime import timedelta

import pytest

import database
from domain.order_details import OrderDetails
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from models import Order, Provider
from resolvers import order_polling
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.database_state import read_all_rows, record_statements
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.resolvers.provider_factories import get_balance, get_history, make_due, send_order

pytestmark = pytest.mark.both_databases

S = OrderStatus
WRONG_NUMBER = "Incorrect order ID"


async def poll(app: AppContext, provider: Provider, order: Order) -> Order:
    """The order after the provider was asked about it."""
    await make_due(order)
    await order_polling.poll_orders(app, provider)
    return await Order.get(id=order.id)


async def send_many(app: AppContext, provider: Provider, fake_providers: FakeProviders, number: int) -> None:
    """Send `number` orders, numbered from 501 at the provider, which reports them as processing."""
    first = await send_order(app, provider)
    twins = []
    for provider_order_id in map(str, range(502, 501 + number)):
        twin = first.clone()
        twin.provider_order_id = provider_order_id
        twins.append(twin)
        fake_providers.report(provider_order_id, S.PROCESSING)
    await Order.bulk_create(twins)


@pytest.mark.parametrize(
    ("reported", "status", "refunded"),
    [
        (None, S.PROCESSING, 0),
        (S.PENDING, S.PROCESSING, 0),
        (S.PROCESSING, S.PROCESSING, 0),
        (S.INPROGRESS, S.INPROGRESS, 0),
        (S.COMPLETED, S.COMPLETED, 0),
        (S.PARTIAL, S.PARTIAL, 25),
        (S.CANCELED, S.CANCELED, 100),
        (S.REFUNDED, S.REFUNDED, 100),
    ],
)
async def test_each_provider_status_maps_to_one_of_ours_and_refunds_the_amount_due(
    reported: OrderStatus | None,
    status: OrderStatus,
    refunded: int,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", reported, remains=25, start_count=7)

    for _ in range(2):
        order = await poll(app, provider, order)

    is_over = status not in (S.PROCESSING, S.INPROGRESS)
    assert (order.status, order.refunded, order.remains, order.start_count) == (status, refunded, 25, 7)
    assert order.dispatch is (Dispatch.CLOSED if is_over else Dispatch.SENT)
    assert await get_balance(order) == 1_000_000 - 100 + refunded
    assert (await get_history(order))[2:] == (
        [] if status is S.PROCESSING else [(OrderActor.PROVIDER, status)]
    )
    assert await audit_ledger() == []
    assert len(fake_providers.calls) == 1 + (1 if is_over else 2)


@pytest.mark.parametrize(("remains", "start_count"), [(None, None), (-1, -1), (101, 2**53)])
async def test_implausible_numbers_are_not_shown(
    remains: int | None,
    start_count: int | None,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.INPROGRESS, remains=60, start_count=7)
    await poll(app, provider, order)
    fake_providers.report("501", S.INPROGRESS, remains=remains, start_count=start_count)

    order = await poll(app, provider, order)

    assert (order.remains, order.start_count) == (60, 7)


@pytest.mark.parametrize("reported", [None, S.PENDING, S.PROCESSING])
async def test_a_step_back_is_ignored(
    reported: OrderStatus | None, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.INPROGRESS)
    await poll(app, provider, order)
    fake_providers.report("501", reported)

    order = await poll(app, provider, order)

    assert (order.status, order.dispatch) == (S.INPROGRESS, Dispatch.SENT)
    assert [status for _, status in await get_history(order)] == [S.PENDING, S.PROCESSING, S.INPROGRESS]


@pytest.mark.parametrize(("remains", "refunded"), [(0, 0), (1, 33), (2, 66), (3, 100)])
async def test_a_partial_delivery_gives_back_its_share_rounded_down(
    remains: int, refunded: int, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider, details=OrderDetails(quantity=3), price=33_333)
    assert order.charge == 100
    fake_providers.report("501", S.PARTIAL, remains=remains)

    order = await poll(app, provider, order)

    assert (order.status, order.refunded) == (S.PARTIAL, refunded)
    assert await get_balance(order) == 999_900 + refunded
    assert await audit_ledger() == []


@pytest.mark.parametrize("remains", [None, -1, 101])
async def test_a_partial_delivery_with_an_implausible_count_is_held_for_staff(
    remains: int | None, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.PARTIAL, remains=remains)

    for _ in range(2):
        order = await poll(app, provider, order)

    assert (order.status, order.dispatch) == (S.AWAITING, Dispatch.UNKNOWN)
    assert (order.staff_note, order.refunded) == (f"partial with {remains} of 100 remaining", 0)
    assert fake_providers.calls.count("statuses") == 1


@pytest.mark.parametrize("waited", [timedelta(0), timedelta(hours=5)], ids=["at once", "late"])
async def test_an_order_just_sent_and_unknown_to_its_provider_is_polled_again(
    waited: timedelta, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    await Order.filter(id=order.id).update(created_at=order.created_at - waited)
    del fake_providers.states["501"]
    fake_providers.errors["501"] = WRONG_NUMBER

    order = await poll(app, provider, order)

    assert (order.status, order.dispatch) == (S.PROCESSING, Dispatch.SENT)
    assert order.due_at is not None


async def test_an_order_unknown_to_its_provider_after_an_hour_is_held_for_staff(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    del fake_providers.states["501"]
    fake_providers.errors["501"] = WRONG_NUMBER
    await Order.filter(id=order.id).update(unclear_since=order.created_at - timedelta(hours=1))

    order = await poll(app, provider, order)

    assert (order.status, order.dispatch, order.refunded) == (S.AWAITING, Dispatch.UNKNOWN, 0)
    assert order.staff_note == f"order 501 at the provider: the provider says of it: {WRONG_NUMBER}"


async def test_one_unknown_order_number_does_not_delay_other_orders(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    orders = [await send_order(app, provider) for _ in range(3)]
    del fake_providers.states["501"]
    fake_providers.errors["501"] = WRONG_NUMBER
    fake_providers.report("502", S.COMPLETED)
    # Of 503 the answer says nothing at all.
    del fake_providers.states["503"]

    assert await order_polling.poll_orders(app, provider) == 3

    found = [await Order.get(id=order.id) for order in orders]
    assert [order.status for order in found] == [S.PROCESSING, S.COMPLETED, S.PROCESSING]
    assert all(order.due_at > order.created_at for order in found if order.due_at)


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("panel.example unavailable", request_sent=True),
        GatewayInvalidResponse("HTTP 502 with no JSON", is_outage=True),
        GatewayRejected(200, "Invalid API key"),
    ],
    ids=["away", "outage", "refused"],
)
async def test_an_unreachable_provider_changes_no_order_and_is_polled_again_after_the_usual_interval(
    failure: GatewayError, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.CANCELED)
    fake_providers.fail_next = [failure]
    before, began = await read_all_rows(), await database.now()

    assert await order_polling.poll_orders(app, provider) == 0
    assert await order_polling.poll_orders(app, provider) == 0

    ended, after = await database.now(), await read_all_rows()
    due_at = (await Order.get(id=order.id)).due_at
    assert due_at is not None
    assert began <= due_at - timedelta(seconds=5) <= ended
    before["orders"][0]["due_at"] = after["orders"][0]["due_at"]
    # What it says of itself is counted.
    before["providers"] = after["providers"]
    assert after == before
    assert (await poll(app, provider, order)).status is S.CANCELED


@pytest.mark.parametrize("status", [S.PROCESSING, S.INPROGRESS])
@pytest.mark.parametrize("reported", [S.PENDING, S.PROCESSING], ids=str)
async def test_unchanged_orders_take_no_transaction_of_their_own(
    reported: OrderStatus,
    status: OrderStatus,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    await send_many(app, provider, fake_providers, 20)
    await Order.all().update(status=status)
    for number in map(str, range(501, 521)):
        fake_providers.report(number, reported)
    untouched = [order.updated_at for order in await Order.all().order_by("id")]

    with record_statements() as statements:
        assert await order_polling.poll_orders(app, provider) == 20

    # The clock, the claim, the orders, and when to ask next.
    assert len(statements) == 4
    assert [order.updated_at for order in await Order.all().order_by("id")] == untouched


async def test_only_the_changed_order_costs_a_transaction(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await send_many(app, provider, fake_providers, 20)
    fake_providers.report("510", S.INPROGRESS)

    with record_statements() as statements:
        await order_polling.poll_orders(app, provider)

    touched = [statement for statement in statements if "order_events" in statement]
    assert len(touched) == 1
    assert [order.provider_order_id for order in await Order.filter(status=S.INPROGRESS)] == ["510"]


@pytest.mark.parametrize(
    ("age", "wait"), [(0, 5), (90, 5), (200, 15), (600, 60), (3_000, 300), (10_000, 900), (900_000, 900)]
)
async def test_an_order_is_polled_again_after_a_twentieth_of_its_age(
    age: int, wait: int, app: AppContext, provider: Provider
) -> None:
    order = await send_order(app, provider)
    began = await database.now()
    await Order.filter(id=order.id).update(created_at=began - timedelta(seconds=age))

    await order_polling.poll_orders(app, provider)

    due_at = (await Order.get(id=order.id)).due_at
    assert due_at is not None
    assert began <= due_at - timedelta(seconds=wait) <= await database.now()


async def test_a_call_polls_at_most_a_hundred_orders(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await send_many(app, provider, fake_providers, 150)

    assert [await order_polling.poll_orders(app, provider) for _ in range(3)] == [100, 50, 0]

    assert sorted(fake_providers.polled_orders) == [str(number) for number in range(501, 651)]


async def test_several_workers_poll_no_order_twice(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    await send_many(app, provider, fake_providers, 150)
    workers = [build_app(app.settings, sms, providers=fake_providers, worker_name=name) for name in "abcd"]

    counts = await asyncio.gather(*(order_polling.poll_orders(worker, provider) for worker in workers))

    assert sum(counts) == 150
    assert sorted(fake_providers.polled_orders) == [str(number) for number in range(501, 651)]


async def test_two_workers_with_the_same_report_refund_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.CANCELED)
    state = fake_providers.states["501"]

    await asyncio.gather(*(order_polling._apply_status(order, state) for _ in range(4)))

    assert (await Order.get(id=order.id)).refunded == 100
    assert await get_balance(order) == 1_000_000
    assert await audit_ledger() == []


async def test_orders_of_a_disabled_provider_are_still_polled(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider)
    fake_providers.report("501", S.COMPLETED)
    await Provider.filter(id=provider.id).update(is_active=False)

    await order_polling.poll_orders(app, await Provider.get(id=provider.id))

    assert (await Order.get(id=order.id)).status is S.COMPLETED
