"""An order with unreadable status reports is put on hold with a reason within an hour."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.enums import RefillStatus
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.public_reasons import PublicReason
from gateways.errors import GatewayInvalidResponse, GatewayRejected
from gateways.provider_results import ProviderRefill
from models import Alert, LedgerEntry, Order, Provider, Refill, User
from resolvers import order_cancellation, order_polling, refills
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.append_only import allow_row_changes
from tests.fake_providers import SILENT, FakeProviders
from tests.resolvers.provider_factories import create_provider_service, make_due, place_order, send_order

pytestmark = pytest.mark.both_databases
S = OrderStatus
NO_LISTS = GatewayRejected(200, "Incorrect request")
UNREADABLE = GatewayInvalidResponse("HTTP 200 with nothing about the orders")


async def poll(app: AppContext, provider: Provider) -> list[Order]:
    for order in await Order.filter(dispatch=Dispatch.SENT):
        await make_due(order)
    await order_polling.poll_orders(app, await Provider.get(id=provider.id))
    return await Order.all().order_by("id")


async def advance_time(*, minutes: int) -> None:
    for order in await Order.filter(unclear_since__not_isnull=True):
        assert order.unclear_since is not None
        await Order.filter(id=order.id).update(unclear_since=order.unclear_since - timedelta(minutes=minutes))


async def test_an_unknown_status_a_missing_number_and_an_error_hold_their_orders_after_an_hour(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    for _ in range(4):
        await send_order(app, provider)
    fake_providers.states["501"] = replace(SILENT, status_text="On vacation")
    del fake_providers.states["502"]
    del fake_providers.states["503"]
    fake_providers.errors["503"] = "Incorrect order ID"
    fake_providers.report("504", S.INPROGRESS)

    first = await poll(app, provider)
    assert [order.dispatch for order in first] == [Dispatch.SENT] * 4
    assert [order.unclear_since is None for order in first] == [False, False, False, True]
    await advance_time(minutes=51)
    orders = await poll(app, provider)

    assert [order.status for order in orders] == [S.AWAITING, S.AWAITING, S.AWAITING, S.INPROGRESS]
    assert [order.public_reason for order in orders] == [PublicReason.UNDER_REVIEW] * 3 + [None]
    assert "'On vacation'" in (orders[0].staff_note or "")
    assert "502" in (orders[1].staff_note or "")
    assert "Incorrect order ID" in (orders[2].staff_note or "")
    assert {order.note for order in orders} == {None}


async def test_a_temporary_provider_error_holds_nothing(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await send_order(app, provider)
    fake_providers.states["501"] = replace(SILENT, status_text="?")
    await poll(app, provider)
    await advance_time(minutes=40)
    fake_providers.report("501", S.INPROGRESS)
    [order] = await poll(app, provider)
    assert (order.status, order.unclear_since) == (S.INPROGRESS, None)

    fake_providers.states["501"] = replace(SILENT, status_text="?")
    [order] = await poll(app, provider)

    assert order.status is S.INPROGRESS


async def test_a_provider_without_batch_requests_is_polled_one_by_one_and_remembered(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    for _ in range(3):
        await send_order(app, provider)
    for number in ("501", "502", "503"):
        fake_providers.report(number, S.COMPLETED)
    fake_providers.fail_always["statuses"] = NO_LISTS

    orders = await poll(app, provider)

    assert [order.status for order in orders] == [S.COMPLETED] * 3
    assert (await Provider.get(id=provider.id)).reports_singly


@pytest.mark.parametrize("failure", [NO_LISTS, UNREADABLE], ids=["refused", "unreadable"])
async def test_one_bad_number_in_a_batch_does_not_block_other_orders(
    failure: GatewayRejected | GatewayInvalidResponse,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    for _ in range(3):
        await send_order(app, provider)
    del fake_providers.states["502"]
    fake_providers.report("501", S.COMPLETED)
    fake_providers.report("503", S.COMPLETED)
    fake_providers.fail_always["statuses"] = failure

    orders = await poll(app, provider)
    assert [order.status for order in orders] == [S.COMPLETED, S.PROCESSING, S.COMPLETED]
    assert not (await Provider.get(id=provider.id)).reports_singly

    await advance_time(minutes=51)
    orders = await poll(app, provider)
    assert orders[1].status is S.AWAITING


async def test_an_order_that_fails_to_settle_alerts_staff_and_does_not_block_others(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    orders = [await send_order(app, provider) for _ in range(3)]
    for number in ("501", "502", "503"):
        fake_providers.report(number, S.CANCELED)
    # A wallet as full as a wallet may be takes no refund.
    full = 2**53 - 1
    async with allow_row_changes():
        await LedgerEntry.filter(user_id=orders[1].user_id, kind="opening").update(amount=full)
    await User.filter(id=orders[1].user_id).update(balance=full)

    found = await poll(app, provider)
    assert [order.status for order in found] == [S.CANCELED, S.PROCESSING, S.CANCELED]
    assert await Alert.filter(subject=f"follow: order {orders[1].id}").exists()

    await advance_time(minutes=51)
    found = await poll(app, provider)
    assert [order.status for order in found] == [S.CANCELED, S.AWAITING, S.CANCELED]


async def test_cancellations_are_requested_singly_and_held_where_the_answer_is_unreadable(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    fake_providers.fail_always["cancel"] = UNREADABLE
    orders = [await send_order(app, provider, can_cancel=True) for _ in range(2)]
    for order in orders:
        await Order.filter(id=order.id).update(
            cancel_requested_at=order.created_at, cancel_due_at=order.created_at
        )
    fake_providers.refuses_to_cancel["502"] = "Too late"

    await order_cancellation.send_cancellations(app, provider)

    first, second = await Order.all().order_by("id")
    assert first.cancel_due_at is None
    assert first.public_reason is None
    assert (second.cancel_due_at, second.public_reason) == (None, PublicReason.CANCEL_REFUSED)
    assert "Too late" in (second.staff_note or "")

    fake_providers.fail_always["cancel_one"] = UNREADABLE
    await Order.filter(id=first.id).update(cancel_due_at=first.created_at)
    await order_cancellation.send_cancellations(app, provider)
    assert (await Order.get(id=first.id)).status is S.PROCESSING
    long_ago = first.created_at - timedelta(hours=1)
    await Order.filter(id=first.id).update(cancel_due_at=long_ago, cancel_requested_at=long_ago)
    await order_cancellation.send_cancellations(app, provider)

    held = await Order.get(id=first.id)
    assert (held.status, held.dispatch) == (S.AWAITING, Dispatch.UNKNOWN)
    assert await audit_ledger() == []


async def test_a_refill_with_an_unreadable_status_is_held_and_no_longer_polled(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await place_order(app, await create_provider_service(provider))
    await Order.filter(id=order.id).update(status=S.COMPLETED, provider_order_id="501")
    refill = await Refill.create(
        order_id=order.id,
        status=RefillStatus.INPROGRESS,
        provider_refill_id="9",
        due_at=order.created_at,
        created_at=order.created_at,
        updated_at=order.created_at,
    )
    fake_providers.refill_state = ProviderRefill(status=None, status_text="Gone fishing")

    await refills.process_refills(app)
    refill = await Refill.get(id=refill.id)
    assert refill.status is RefillStatus.INPROGRESS
    assert refill.unclear_since is not None
    await Refill.filter(id=refill.id).update(
        due_at=order.created_at, unclear_since=refill.unclear_since - timedelta(minutes=51)
    )
    await refills.process_refills(app)

    refill = await Refill.get(id=refill.id)
    assert refill.status is RefillStatus.AWAITING
    assert refill.due_at is None
    assert refill.note is None
    assert "'Gone fishing'" in (refill.staff_note or "")
    assert await Alert.filter(subject=str(refill.id)).exists()
