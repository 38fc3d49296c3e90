"""Drip-feeds: run by run by the shop where the provider has none, else handed over whole."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

import database
from domain.order_details import DripFeed, OrderDetails
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from gateways.provider_results import ProviderStatuses
from gateways.providers import ProviderAccount
from models import Order, OrderEvent, Provider, User
from resolvers import order_cancellation, order_polling, order_submission
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.resolvers.provider_factories import get_balance, make_due, send_order

pytestmark = pytest.mark.both_databases

S = OrderStatus
THREE_RUNS = OrderDetails(quantity=100, drip_feed=DripFeed(runs=3, interval=30))


async def send_drip_feed(app: AppContext, provider: Provider, **columns: object) -> Order:
    """Three runs of 100 units for 300 Toman, by the shop, with the first run at the provider."""
    columns = {"drip_feed": True, "provider_drip_feed": False, **columns}
    return await send_order(app, provider, details=THREE_RUNS, **columns)


async def end_run(
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
    order: Order,
    status: OrderStatus = S.COMPLETED,
    remains: int | None = None,
) -> Order:
    """The order after its present run came to an end."""
    number = (await Order.get(id=order.id)).provider_order_id
    assert number is not None
    fake_providers.report(number, status, remains=remains)
    await make_due(order)
    await order_polling.poll_orders(app, provider)
    return await Order.get(id=order.id)


async def send_run(app: AppContext, provider: Provider, order: Order) -> Order:
    """The order after its next run was sent."""
    await make_due(order)
    assert await order_submission.submit_orders(app, provider) == 1
    await make_due(order)
    return await Order.get(id=order.id)


async def test_the_shop_sends_one_run_at_a_time_and_the_next_an_interval_later(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)
    assert (fake_providers.placed["501"].quantity, fake_providers.placed["501"].content.drip_feed) == (
        100,
        None,
    )
    assert (order.status, order.charge, order.quantity) == (S.PROCESSING, 300, 300)

    order = await end_run(app, provider, fake_providers, order)

    assert (order.status, order.dispatch, order.runs_done) == (S.INPROGRESS, Dispatch.QUEUED, 1)
    assert order.due_at == order.created_at + timedelta(minutes=30)
    assert await order_submission.submit_orders(app, provider) == 0
    assert list(fake_providers.placed) == ["501"]


async def test_a_run_that_took_longer_than_the_interval_is_followed_by_the_next_at_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)
    began = await database.now()
    await Order.filter(id=order.id).update(created_at=began - timedelta(hours=2))

    order = await end_run(app, provider, fake_providers, await Order.get(id=order.id))

    assert order.due_at is not None
    assert began <= order.due_at <= await database.now()


async def test_all_runs_delivered_are_a_completed_order_with_its_history(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)
    for _ in range(2):
        await end_run(app, provider, fake_providers, order)
        await send_run(app, provider, order)

    order = await end_run(app, provider, fake_providers, order)

    assert [(sent.quantity, sent.content.drip_feed) for sent in fake_providers.placed.values()] == [
        (100, None)
    ] * 3
    assert (order.status, order.dispatch, order.runs_done) == (S.COMPLETED, Dispatch.CLOSED, 3)
    assert (order.remains, order.refunded) == (0, 0)
    reported = OrderEvent.filter(order_id=order.id, actor=OrderActor.PROVIDER).order_by("id")
    assert [event.staff_note for event in await reported] == [
        f"run {run} of 3, provider's order {500 + run}: 100 delivered" for run in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("lacking", "status", "refunded"),
    [
        ((40, 0, 0), S.PARTIAL, 40),
        ((0, 0, 1), S.PARTIAL, 1),
        ((10, 20, 30), S.PARTIAL, 60),
        ((0, 0, 0), S.COMPLETED, 0),
        ((100, 100, 100), S.CANCELED, 300),
    ],
)
async def test_partial_runs_do_not_stop_the_rest_and_are_refunded_at_the_end(
    lacking: tuple[int, int, int],
    status: OrderStatus,
    refunded: int,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    order = await send_drip_feed(app, provider)
    for remains in lacking[:2]:
        order = await end_run(app, provider, fake_providers, order, S.PARTIAL, remains)
        assert (order.status, order.refunded) == (S.INPROGRESS, 0)
        await send_run(app, provider, order)

    order = await end_run(app, provider, fake_providers, order, S.PARTIAL, lacking[2])

    assert (order.status, order.remains, order.refunded) == (status, refunded, refunded)
    assert await get_balance(order) == 1_000_000 - 300 + refunded
    assert await audit_ledger() == []


async def test_the_remains_of_a_run_are_not_shown_as_the_order_s_remains(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)

    order = await end_run(app, provider, fake_providers, order, S.INPROGRESS, 60)

    assert (order.status, order.remains) == (S.INPROGRESS, 0)


@pytest.mark.parametrize("is_known", [True, False], ids=["over", "not known"])
async def test_a_late_report_about_an_earlier_run_is_not_taken_for_the_present_one_s(
    is_known: bool, app: AppContext, provider: Provider, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    order = await send_drip_feed(app, provider)
    long_ago = order.created_at - timedelta(hours=2)
    await Order.filter(id=order.id).update(created_at=long_ago, updated_at=long_ago)

    class Slow(FakeProviders):
        """Answers only when another worker has ended the run and sent the next."""

        async def statuses(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderStatuses:
            await end_run(app, provider, fake_providers, order)
            await send_run(app, provider, order)
            return await super().statuses(account, order_ids)

    slow = Slow(errors={} if is_known else {"501": "Incorrect order ID"})
    if is_known:
        slow.report("501", S.COMPLETED)

    await order_polling.poll_orders(build_app(app.settings, sms, providers=slow), provider)

    order = await Order.get(id=order.id)
    assert (order.status, order.dispatch) == (S.INPROGRESS, Dispatch.SENT)
    assert (order.runs_done, order.provider_order_id) == (1, "502")


@pytest.mark.parametrize("term", [S.CANCELED, S.REFUNDED])
async def test_a_canceled_run_ends_the_drip_feed_and_gives_back_the_rest(
    term: OrderStatus, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)
    await end_run(app, provider, fake_providers, order, S.PARTIAL, 40)
    await send_run(app, provider, order)

    order = await end_run(app, provider, fake_providers, order, term)

    assert (order.status, order.dispatch) == (S.PARTIAL, Dispatch.CLOSED)
    assert (order.remains, order.refunded) == (240, 240)
    assert await order_submission.submit_orders(app, provider) == 0
    assert await audit_ledger() == []


async def test_a_canceled_first_run_gives_back_all(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)

    order = await end_run(app, provider, fake_providers, order, S.CANCELED)

    assert (order.status, order.remains, order.refunded) == (S.CANCELED, 300, 300)


@pytest.mark.parametrize(("remains", "refunded"), [(None, 200), (40, 240), (100, 300)])
async def test_a_drip_feed_canceled_between_two_runs_refunds_the_rest(
    remains: int | None, refunded: int, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)
    term = S.COMPLETED if remains is None else S.PARTIAL
    await end_run(app, provider, fake_providers, order, term, remains)

    order = await order_cancellation.cancel_order(await User.get(id=order.user_id), order_id=order.id)

    assert order.status is (S.CANCELED if refunded == 300 else S.PARTIAL)
    assert (order.remains, order.refunded) == (refunded, refunded)
    await make_due(order)
    assert await order_submission.submit_orders(app, provider) == 0
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    ("term", "remains", "status", "refunded"),
    [
        (S.COMPLETED, None, S.PARTIAL, 200),
        (S.PARTIAL, 40, S.PARTIAL, 240),
        (S.CANCELED, None, S.CANCELED, 300),
    ],
)
async def test_no_run_follows_a_cancellation_request(
    term: OrderStatus,
    remains: int | None,
    status: OrderStatus,
    refunded: int,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    order = await send_drip_feed(app, provider, can_cancel=True)
    fake_providers.refuses_to_cancel["501"] = "Too late"
    await order_cancellation.cancel_order(await User.get(id=order.user_id), order_id=order.id)
    await order_cancellation.send_cancellations(app, provider)

    order = await end_run(app, provider, fake_providers, order, term, remains)

    assert (order.status, order.dispatch) == (status, Dispatch.CLOSED)
    assert (order.remains, order.refunded) == (refunded, refunded)
    assert list(fake_providers.placed) == ["501"]
    assert await audit_ledger() == []


@pytest.mark.parametrize("remains", [None, -1, 101])
async def test_a_partial_run_without_a_possible_number_holds_the_drip_feed(
    remains: int | None, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider)

    order = await end_run(app, provider, fake_providers, order, S.PARTIAL, remains)

    assert (order.status, order.dispatch, order.refunded) == (S.AWAITING, Dispatch.UNKNOWN, 0)
    assert order.staff_note == f"partial with {remains} of 100 remaining"


async def test_a_provider_that_runs_drip_feeds_gets_runs_and_interval(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await send_drip_feed(app, provider, provider_drip_feed=True)

    assert fake_providers.placed["501"].to_form() == {
        "service": "77",
        "link": "page",
        "quantity": "100",
        "runs": "3",
        "interval": "30",
    }
    order = await end_run(app, provider, fake_providers, order, S.PARTIAL, 150)
    assert (order.status, order.remains, order.refunded) == (S.PARTIAL, 150, 150)
    assert list(fake_providers.placed) == ["501"]
