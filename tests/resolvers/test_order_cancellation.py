"""Canceling: at once where no provider has the order, else by asking, and the ends of subscriptions."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

import database
from domain import calendar_days
from domain.order_details import OrderDetails, Subscription
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.problems import Forbidden, InvalidInput, OrderNotCancelable, OrderNotFound
from domain.service_types import ServiceType
from gateways.errors import GatewayError, GatewayRejected, GatewayUnavailable
from models import Order, OrderEvent, Provider, User
from resolvers import order_cancellation, order_submission
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.provider_health import ProviderHealth
from tests.database_state import read_stored_rows
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.provider_factories import (
    create_provider_service,
    get_balance,
    get_history,
    make_due,
    place_order,
    send_order,
)

pytestmark = pytest.mark.both_databases

S = OrderStatus
SUBSCRIPTION = OrderDetails(username="sara", subscription=Subscription(posts=3, min=10, max=20, delay=30))


async def cancel(order: Order) -> Order:
    """The order after its buyer canceled it."""
    return await order_cancellation.cancel_order(await User.get(id=order.user_id), order_id=order.id)


async def queue_order(app: AppContext, provider: Provider) -> Order:
    return await place_order(app, await create_provider_service(provider))


async def get_last_note(order: Order) -> str | None:
    *_, event = await OrderEvent.filter(order_id=order.id).order_by("id")
    return event.staff_note


async def test_an_order_that_no_provider_has_is_canceled_at_once_and_gives_back_all(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queue_order(app, provider)

    canceled = await cancel(order)

    assert (canceled.status, canceled.dispatch, canceled.refunded) == (S.CANCELED, Dispatch.CLOSED, 100)
    assert await get_balance(order) == 1_000_000
    assert await get_history(order) == [(OrderActor.BUYER, S.PENDING), (OrderActor.BUYER, S.CANCELED)]
    assert await order_submission.submit_orders(app, provider) == 0
    assert fake_providers.calls == []


async def test_an_order_claimed_but_not_started_by_a_worker_is_canceled_and_not_sent(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queue_order(app, provider)
    claim = await order_submission._claim(app, provider)
    [claimed] = claim.orders

    await cancel(order)
    await order_submission._submit(app, provider, claimed, ProviderHealth(app, provider), claim.now())

    assert (await Order.get(id=order.id)).status is S.CANCELED
    assert fake_providers.placed == {}


async def test_a_sent_order_is_canceled_when_its_provider_confirms(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider, can_cancel=True)

    requested = await cancel(order)

    assert (requested.status, requested.refunded) == (S.PROCESSING, 0)
    assert requested.cancel_requested_at is not None
    assert await get_last_note(order) == "cancellation asked for"
    assert [await order_cancellation.send_cancellations(app, provider) for _ in range(2)] == [1, 0]
    assert fake_providers.canceled == ["501"]
    assert await get_last_note(order) == "the provider will try to cancel"
    found = await Order.get(id=order.id)
    assert (found.status, found.cancel_due_at) == (S.PROCESSING, None)


async def test_a_refused_cancellation_is_recorded_and_the_order_continues(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider, can_cancel=True)
    fake_providers.refuses_to_cancel["501"] = "Too late"
    await cancel(order)

    for _ in range(2):
        await order_cancellation.send_cancellations(app, provider)

    found = await Order.get(id=order.id)
    assert (found.status, found.dispatch, found.cancel_due_at) == (S.PROCESSING, Dispatch.SENT, None)
    assert await get_last_note(order) == "the provider does not cancel: Too late"
    assert fake_providers.canceled == ["501"]


async def test_an_order_in_flight_is_canceled_once_its_provider_has_it(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await place_order(app, await create_provider_service(provider, can_cancel=True))

    class Slow(FakeProviders):
        """Takes the order while its buyer cancels it."""

        async def add(self, account: object, sent: object) -> str:
            await cancel(order)
            assert await order_cancellation.send_cancellations(app, provider) == 0
            return "777"

    slow = build_app(app.settings, RecordingSms(), providers=Slow())
    await order_submission.submit_orders(slow, provider)

    assert await order_cancellation.send_cancellations(app, provider) == 1
    assert fake_providers.canceled == ["777"]


async def test_an_order_canceled_in_flight_that_was_not_sent_is_not_sent_again(
    app: AppContext, provider: Provider
) -> None:
    order = await place_order(app, await create_provider_service(provider, can_cancel=True))

    class Closed(FakeProviders):
        """Cannot be reached; the buyer cancels meanwhile."""

        async def add(self, account: object, sent: object) -> str:
            await cancel(order)
            raise GatewayUnavailable("panel.example unavailable", request_sent=False)

    closed = build_app(app.settings, RecordingSms(), providers=Closed())
    await order_submission.submit_orders(closed, provider)
    await make_due(order)
    await order_submission.submit_orders(closed, provider)

    found = await Order.get(id=order.id)
    assert (found.status, found.dispatch, found.refunded) == (S.CANCELED, Dispatch.CLOSED, 100)
    assert found.attempts == 1
    assert await get_balance(order) == 1_000_000


@pytest.mark.parametrize(
    ("columns", "can_cancel"),
    [
        ({}, False),
        ({"dispatch": Dispatch.NONE}, True),
        ({"dispatch": Dispatch.UNKNOWN, "status": S.AWAITING}, True),
        ({"dispatch": Dispatch.REFUSED, "status": S.ERROR}, True),
        *[
            ({"dispatch": Dispatch.CLOSED, "status": status}, True)
            for status in (S.COMPLETED, S.PARTIAL, S.CANCELED, S.REFUNDED)
        ],
    ],
    ids=[
        "service without cancel",
        "delivered by staff",
        "outcome unknown",
        "refused",
        "completed",
        "partial",
        "canceled",
        "refunded",
    ],
)
async def test_an_uncancelable_order_is_refused_and_unchanged(
    columns: dict[str, object], can_cancel: bool, app: AppContext, provider: Provider
) -> None:
    order = await send_order(app, provider, can_cancel=can_cancel)
    if columns:
        await Order.filter(id=order.id).update(**columns)
    before = await read_stored_rows()

    with pytest.raises(OrderNotCancelable):
        await cancel(order)

    assert await read_stored_rows() == before


async def test_a_cancellation_can_be_requested_once(app: AppContext, provider: Provider) -> None:
    order = await send_order(app, provider, can_cancel=True)
    await cancel(order)
    with pytest.raises(OrderNotCancelable):
        await cancel(order)


@pytest.mark.parametrize("order_id", [0, -1, 4_711, 2**31, 2**63])
async def test_an_order_that_does_not_exist_is_not_found(order_id: int, db: str) -> None:
    with pytest.raises(OrderNotFound):
        await order_cancellation.cancel_order(await create_user(), order_id=order_id)


async def test_another_user_s_order_is_not_canceled(app: AppContext, provider: Provider) -> None:
    order = await queue_order(app, provider)
    with pytest.raises(Forbidden):
        await order_cancellation.cancel_order(await create_user(), order_id=order.id)
    assert (await Order.get(id=order.id)).status is S.PENDING


@pytest.mark.parametrize("is_sent", [False, True], ids=["queued", "sent"])
async def test_of_two_concurrent_cancellations_one_counts(
    is_sent: bool, app: AppContext, provider: Provider
) -> None:
    order = await (send_order(app, provider, can_cancel=True) if is_sent else queue_order(app, provider))

    outcomes = await asyncio.gather(*(cancel(order) for _ in range(5)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Order"] + ["OrderNotCancelable"] * 4
    assert (await Order.get(id=order.id)).refunded == (0 if is_sent else 100)
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("panel.example unavailable", request_sent=True),
        GatewayRejected(200, "Invalid API key"),
    ],
    ids=["away", "refused"],
)
async def test_a_cancellation_is_sent_again_a_minute_later_if_the_provider_is_unreachable(
    failure: GatewayError, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_order(app, provider, can_cancel=True)
    await cancel(order)
    fake_providers.fail_next = [failure]
    began = await database.now()

    assert [await order_cancellation.send_cancellations(app, provider) for _ in range(2)] == [0, 0]

    due_at = (await Order.get(id=order.id)).cancel_due_at
    assert due_at is not None
    assert began <= due_at - timedelta(minutes=1) <= await database.now()
    await Order.filter(id=order.id).update(cancel_due_at=order.created_at)
    assert await order_cancellation.send_cancellations(app, provider) == 1
    assert fake_providers.canceled == ["501"]


async def test_several_workers_ask_for_each_cancellation_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    first = await send_order(app, provider, can_cancel=True)
    await Order.filter(id=first.id).update(cancel_due_at=first.created_at)
    first = await Order.get(id=first.id)
    twins = [first.clone() for _ in range(119)]
    for number, twin in enumerate(twins, start=502):
        twin.provider_order_id = str(number)
    await Order.bulk_create(twins)
    workers = [build_app(app.settings, sms, providers=fake_providers, worker_name=name) for name in "abc"]

    counts = await asyncio.gather(
        *(order_cancellation.send_cancellations(worker, provider) for worker in workers)
    )

    assert sum(counts) == 120
    assert max(counts) <= 100
    assert sorted(fake_providers.canceled) == [str(number) for number in range(501, 621)]


async def subscribe(app: AppContext, provider: Provider, *, last_day: date | None) -> Order:
    service = await create_provider_service(provider, type=ServiceType.SUBSCRIPTIONS)
    order = await place_order(app, service, details=SUBSCRIPTION)
    await Order.filter(id=order.id).update(
        subscription_expiry=last_day and calendar_days.format_day(last_day)
    )
    return await Order.get(id=order.id)


@pytest.mark.parametrize(
    ("days_left", "status", "refunded"), [(-1, S.CANCELED, 60), (0, S.PENDING, 0), (None, S.PENDING, 0)]
)
async def test_a_subscription_that_expired_before_it_was_sent_is_canceled(
    days_left: int | None, status: OrderStatus, refunded: int, app: AppContext, provider: Provider
) -> None:
    today = calendar_days.to_day(await database.now())
    last_day = None if days_left is None else today + timedelta(days=days_left)
    order = await subscribe(app, provider, last_day=last_day)

    ended = [await order_cancellation.end_expired_subscriptions(app) for _ in range(2)]

    found = await Order.get(id=order.id)
    assert (found.status, found.refunded) == (status, refunded)
    assert ended == [int(status is S.CANCELED), 0]
    expected = SubscriptionStatus.EXPIRED if status is S.CANCELED else SubscriptionStatus.ACTIVE
    assert found.subscription_status is expected
    assert await audit_ledger() == []


async def test_a_subscription_ends_by_the_shop_s_midnight_and_not_by_utc_s(
    app: AppContext, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = await database.now()
    zones = map(ZoneInfo, ("Pacific/Kiritimati", "Etc/GMT+12"))
    # 26 hours apart: it is another day than UTC's in one of them, at any time.
    elsewhere = next(zone for zone in zones if now.astimezone(zone).date() != now.date())
    monkeypatch.setitem(calendar_days._state, "zone", elsewhere)
    today = calendar_days.to_day(now)
    lasting = await subscribe(app, provider, last_day=today)
    over = await subscribe(app, provider, last_day=today - timedelta(days=1))

    await order_cancellation.end_expired_subscriptions(app)

    assert (await Order.get(id=lasting.id)).status is S.PENDING
    assert (await Order.get(id=over.id)).status is S.CANCELED
    service = await create_provider_service(provider, type=ServiceType.SUBSCRIPTIONS)
    subscription = Subscription(posts=3, min=10, max=20, delay=30)
    for last_day, is_taken in ((today, True), (today - timedelta(days=1), False)):
        requested = replace(SUBSCRIPTION, subscription=replace(subscription, expiry=last_day))
        with nullcontext() if is_taken else pytest.raises(InvalidInput):
            await place_order(app, service, details=requested)


@pytest.mark.parametrize(("days_left", "is_held"), [(-3, True), (-2, False), (0, False)])
async def test_a_subscription_never_ended_by_its_provider_is_held_for_staff(
    days_left: int, is_held: bool, app: AppContext, provider: Provider
) -> None:
    today = calendar_days.to_day(await database.now())
    order = await subscribe(app, provider, last_day=today + timedelta(days=days_left))
    await order_submission.submit_orders(app, provider)

    assert await order_cancellation.end_expired_subscriptions(app) == int(is_held)

    found = await Order.get(id=order.id)
    assert found.status is (S.AWAITING if is_held else S.PROCESSING)
    assert found.dispatch is (Dispatch.UNKNOWN if is_held else Dispatch.SENT)
    assert found.refunded == 0


async def test_a_subscription_that_its_buyer_cancels_before_it_is_sent_is_canceled_in_every_column(
    app: AppContext, provider: Provider
) -> None:
    order = await subscribe(app, provider, last_day=None)
    canceled = await cancel(order)
    assert (canceled.status, canceled.subscription_status) == (S.CANCELED, SubscriptionStatus.CANCELED)
    assert canceled.refunded == 60
