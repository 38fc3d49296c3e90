"""A provider that refuses or loses all orders is paused; its orders wait, and it is probed."""

from datetime import timedelta

import pytest

import database
from domain.enums import NotificationKind, PauseReason
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.public_reasons import PublicReason
from domain.roles import UserRole
from gateways.errors import (
    GatewayError,
    GatewayInvalidResponse,
    GatewayRateLimited,
    GatewayRejected,
    GatewayUnavailable,
)
from models import Notification, Order, Provider, User
from resolvers import alert_checks, order_polling, order_submission, provider_health
from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders
from tests.fakes import create_user
from tests.resolvers.provider_factories import create_provider_service, make_due, place_order, send_order

pytestmark = pytest.mark.both_databases

POOR = GatewayRejected(200, "Not enough funds on balance")
PAGE = GatewayInvalidResponse("panel.example answered HTTP 503 with no JSON", is_outage=True)
REASONS: list[tuple[GatewayError, PauseReason]] = [
    (POOR, PauseReason.FUNDS),
    (GatewayRejected(200, "Invalid API key"), PauseReason.ACCOUNT),
    (GatewayRateLimited("too many requests"), PauseReason.BUSY),
]


async def queue(app: AppContext, provider: Provider, orders: int) -> None:
    service = await create_provider_service(provider)
    buyer = await create_user(balance=1_000_000)
    for number in range(orders):
        await place_order(app, service, buyer=buyer, link=f"page{number}")


async def submit(app: AppContext, provider: Provider) -> Provider:
    """The provider after a round of its worker."""
    await order_submission.submit_orders(app, await Provider.get(id=provider.id))
    return await Provider.get(id=provider.id)


async def end_pause(provider: Provider) -> None:
    await Provider.filter(id=provider.id).update(paused_until=await database.now() - timedelta(seconds=1))


async def list_states() -> dict[OrderStatus, int]:
    found = [order.status for order in await Order.all()]
    return {status: found.count(status) for status in found}


@pytest.mark.parametrize(("error", "reason"), REASONS, ids=lambda value: str(value)[:20])
async def test_a_provider_wide_error_pauses_the_provider_and_keeps_its_orders_queued(
    error: GatewayError,
    reason: PauseReason,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    await queue(app, provider, 5)
    fake_providers.fail_always["add"] = error

    paused = await submit(app, provider)
    await submit(app, provider)

    assert paused.paused_until is not None
    assert (paused.pause_reason, paused.pauses) == (reason, 1)
    assert fake_providers.calls == ["add"]
    assert await list_states() == {OrderStatus.PENDING: 5}
    assert {(order.dispatch, order.worker) for order in await Order.all()} == {(Dispatch.QUEUED, None)}


async def test_three_outages_in_a_row_pause_the_provider_and_the_rest_of_the_queue_stays(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 20)
    fake_providers.fail_always["add"] = PAGE

    paused = await submit(app, provider)

    assert paused.pause_reason is PauseReason.OUTAGE
    assert await list_states() == {OrderStatus.AWAITING: 3, OrderStatus.PENDING: 17}
    assert fake_providers.calls == ["add"] * 3


async def test_an_order_of_unknown_outcome_is_never_sent_again_when_the_provider_is_back(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 5)
    fake_providers.fail_always["add"] = GatewayUnavailable("panel.example unavailable", request_sent=True)
    await submit(app, provider)
    fake_providers.fail_always.clear()
    await end_pause(provider)

    await provider_health.probe_paused_provider(app, await Provider.get(id=provider.id))
    found_back = await submit(app, provider)

    assert await list_states() == {OrderStatus.AWAITING: 3, OrderStatus.PROCESSING: 2}
    assert found_back.pause_reason is None
    assert (found_back.paused_until, found_back.pauses) == (None, 0)


async def test_outages_that_are_not_in_a_row_pause_nothing(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 4)
    for failure in (PAGE, PAGE, None, PAGE):
        fake_providers.fail_next = [] if failure is None else [failure]
        order = await Order.filter(dispatch=Dispatch.QUEUED).first()
        assert order is not None
        await (
            Order.filter(dispatch=Dispatch.QUEUED)
            .exclude(id=order.id)
            .update(due_at=await database.now() + timedelta(hours=1))
        )
        provider = await submit(app, provider)
        await Order.filter(dispatch=Dispatch.QUEUED).update(due_at=order.created_at)

    assert provider.pause_reason is None
    assert provider.outages == 1


async def test_a_pause_lasts_twice_as_long_each_time_and_ends_with_an_order_taken(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 1)
    fake_providers.fail_always["add"] = POOR
    lengths = []
    for _ in range(6):
        paused = await submit(app, provider)
        assert paused.paused_until is not None
        lengths.append(round((paused.paused_until - await database.now()).total_seconds() / 60))
        await end_pause(provider)
        await provider_health.probe_paused_provider(app, await Provider.get(id=provider.id))
        order = await Order.get()
        assert order.public_reason is PublicReason.DELAYED
        await make_due(order)
    assert lengths == [10, 20, 40, 80, 120, 120]

    fake_providers.fail_always.clear()
    provider = await submit(app, provider)

    assert provider.pause_reason is None
    assert provider.pauses == 0
    order = await Order.get()
    assert order.status is OrderStatus.PROCESSING
    assert order.public_reason is None
    assert order.staff_note is None


async def test_a_provider_without_money_stays_paused_until_its_balance_is_above_zero(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 1)
    fake_providers.fail_next = [POOR]
    await submit(app, provider)
    for left, is_paused in (("0", True), ("-3.5", True), ("12.5", False)):
        fake_providers.balance_value = left
        await end_pause(provider)
        await provider_health.probe_paused_provider(app, await Provider.get(id=provider.id))
        provider = await Provider.get(id=provider.id)
        assert (provider.paused_until is not None) is is_paused
        assert provider.balance == left


async def test_a_pause_is_not_probed_before_its_time_and_a_failed_probe_prolongs_it(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await queue(app, provider, 1)
    fake_providers.fail_always["add"] = POOR
    provider = await submit(app, provider)
    assert await provider_health.probe_paused_provider(app, provider) == 0

    fake_providers.fail_always["balance"] = PAGE
    await end_pause(provider)
    assert await provider_health.probe_paused_provider(app, await Provider.get(id=provider.id)) == 1

    provider = await Provider.get(id=provider.id)
    assert (provider.pauses, provider.pause_reason) == (2, PauseReason.FUNDS)
    assert provider.paused_until is not None
    assert provider.paused_until > await database.now() + timedelta(minutes=15)


async def test_the_owner_is_notified_of_a_pause_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    owner = await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    await queue(app, provider, 3)
    fake_providers.fail_always["add"] = POOR
    for _ in range(3):
        await submit(app, provider)
        await alert_checks.watch_shop(app)
        await end_pause(provider)
        await provider_health.probe_paused_provider(app, await Provider.get(id=provider.id))
        await alert_checks.watch_shop(app)
        await Order.all().update(due_at=await database.now())

    notes = await Notification.filter(user_id=owner.id, kind=NotificationKind.SHOP_ALERT)
    assert [provider.name in note.message for note in notes] == [True]


async def test_the_orders_of_a_paused_provider_are_polled_only_if_it_lacks_credit(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await send_order(app, provider)
    for reason, requested in ((PauseReason.OUTAGE, 0), (PauseReason.FUNDS, 1)):
        provider.paused_until, provider.pause_reason = await database.now() + timedelta(hours=1), reason
        await order_polling.poll_orders(app, provider)
        assert fake_providers.calls.count("statuses") == requested


async def test_other_refusals_are_errors_with_our_own_message_for_buyers(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    terms = {
        "neworder.error.link_duplicate": PublicReason.DUPLICATE_LINK,
        "Incorrect link": PublicReason.LINK_REFUSED,
        "neworder.error.min_quantity": PublicReason.QUANTITY_REFUSED,
        "Incorrect service ID": PublicReason.SERVICE_REFUSED,
        "Ошибка": PublicReason.UNDER_REVIEW,
    }
    await queue(app, provider, len(terms))
    fake_providers.fail_next = [GatewayRejected(200, text) for text in terms]

    provider = await submit(app, provider)

    orders = await Order.all()
    assert {order.staff_note: order.public_reason for order in orders} == terms
    assert {order.status for order in orders} == {OrderStatus.ERROR}
    assert {order.note for order in orders} == {None}
    assert provider.paused_until is None
