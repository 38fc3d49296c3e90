"""Reports that nobody can read end in a hold with its reason within the hour, and never in silence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.order_life import Dispatch
from domain.order_status import OrderStatus
from domain.public_reasons import PublicReason
from domain.states import RefillStatus
from gateways.errors import GatewayAnsweredNonsense, GatewayRefused
from gateways.provider_results import ProviderRefill
from models import Alert, LedgerEntry, Order, Provider, Refill, User
from resolvers import cancellation, following, refills
from resolvers.audit import audit_ledger
from resolvers.shop import Shop
from tests.append_only import rewritable_rows
from tests.fake_providers import SILENT, FakeProviders
from tests.resolvers.provider_records import create_provider_service, make_due, place_order, send_order

pytestmark = pytest.mark.both_databases
S = OrderStatus
NO_LISTS = GatewayRefused(200, "Incorrect request")
UNREADABLE = GatewayAnsweredNonsense("HTTP 200 with nothing about the orders")


async def follow(shop: Shop, provider: Provider) -> list[Order]:
    for order in await Order.filter(dispatch=Dispatch.SENT):
        await make_due(order)
    await following.follow_orders(shop, await Provider.get(id=provider.id))
    return await Order.all().order_by("id")


async def let_time_pass(*, minutes: int) -> None:
    for order in await Order.filter(unclear_since__not_isnull=True):
        assert order.unclear_since is not None
        await Order.filter(id=order.id).update(unclear_since=order.unclear_since - timedelta(minutes=minutes))


async def test_an_unknown_word_a_missing_number_and_a_refusal_hold_their_orders_after_an_hour(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    for _ in range(4):
        await send_order(shop, provider)
    panels.states["501"] = replace(SILENT, status_text="On vacation")
    del panels.states["502"]
    del panels.states["503"]
    panels.errors["503"] = "Incorrect order ID"
    panels.report("504", S.INPROGRESS)

    first = await follow(shop, provider)
    assert [order.dispatch for order in first] == [Dispatch.SENT] * 4
    assert [order.unclear_since is None for order in first] == [False, False, False, True]
    await let_time_pass(minutes=51)
    orders = await follow(shop, provider)

    assert [order.status for order in orders] == [S.AWAITING, S.AWAITING, S.AWAITING, S.INPROGRESS]
    assert [order.public_reason for order in orders] == [PublicReason.UNDER_REVIEW] * 3 + [None]
    assert "'On vacation'" in (orders[0].staff_note or "")
    assert "502" in (orders[1].staff_note or "")
    assert "Incorrect order ID" in (orders[2].staff_note or "")
    assert {order.note for order in orders} == {None}


async def test_a_passing_slip_holds_nothing(shop: Shop, provider: Provider, panels: FakeProviders) -> None:
    await send_order(shop, provider)
    panels.states["501"] = replace(SILENT, status_text="?")
    await follow(shop, provider)
    await let_time_pass(minutes=40)
    panels.report("501", S.INPROGRESS)
    [order] = await follow(shop, provider)
    assert (order.status, order.unclear_since) == (S.INPROGRESS, None)

    panels.states["501"] = replace(SILENT, status_text="?")
    [order] = await follow(shop, provider)

    assert order.status is S.INPROGRESS


async def test_a_provider_without_lists_is_asked_one_by_one_and_remembered(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    for _ in range(3):
        await send_order(shop, provider)
    for number in ("501", "502", "503"):
        panels.report(number, S.COMPLETED)
    panels.fail_always["statuses"] = NO_LISTS

    orders = await follow(shop, provider)

    assert [order.status for order in orders] == [S.COMPLETED] * 3
    assert (await Provider.get(id=provider.id)).reports_singly


@pytest.mark.parametrize("failure", [NO_LISTS, UNREADABLE], ids=["refused", "unreadable"])
async def test_one_bad_number_that_spoils_the_list_keeps_no_other_order_from_ending(
    failure: GatewayRefused | GatewayAnsweredNonsense, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    for _ in range(3):
        await send_order(shop, provider)
    del panels.states["502"]
    panels.report("501", S.COMPLETED)
    panels.report("503", S.COMPLETED)
    panels.fail_always["statuses"] = failure

    orders = await follow(shop, provider)
    assert [order.status for order in orders] == [S.COMPLETED, S.PROCESSING, S.COMPLETED]
    assert not (await Provider.get(id=provider.id)).reports_singly

    await let_time_pass(minutes=51)
    orders = await follow(shop, provider)
    assert orders[1].status is S.AWAITING


async def test_an_order_whose_settling_fails_keeps_no_refund_from_others_and_is_set_aside(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    orders = [await send_order(shop, provider) for _ in range(3)]
    for number in ("501", "502", "503"):
        panels.report(number, S.CANCELED)
    # A wallet as full as a wallet may be takes no refund.
    full = 2**53 - 1
    async with rewritable_rows():
        await LedgerEntry.filter(user_id=orders[1].user_id, kind="opening").update(amount=full)
    await User.filter(id=orders[1].user_id).update(balance=full)

    found = await follow(shop, provider)
    assert [order.status for order in found] == [S.CANCELED, S.PROCESSING, S.CANCELED]
    assert await Alert.filter(subject=f"follow: order {orders[1].id}").exists()

    await let_time_pass(minutes=51)
    found = await follow(shop, provider)
    assert [order.status for order in found] == [S.CANCELED, S.AWAITING, S.CANCELED]


async def test_a_wish_to_cancel_is_asked_for_singly_and_held_where_nobody_can_read_the_answer(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    panels.fail_always["cancel"] = UNREADABLE
    orders = [await send_order(shop, provider, can_cancel=True) for _ in range(2)]
    for order in orders:
        await Order.filter(id=order.id).update(
            cancel_requested_at=order.created_at, cancel_due_at=order.created_at
        )
    panels.refuses_to_cancel["502"] = "Too late"

    await cancellation.send_cancellations(shop, provider)

    first, second = await Order.all().order_by("id")
    assert first.cancel_due_at is None
    assert first.public_reason is None
    assert (second.cancel_due_at, second.public_reason) == (None, PublicReason.CANCEL_REFUSED)
    assert "Too late" in (second.staff_note or "")

    panels.fail_always["cancel_one"] = UNREADABLE
    await Order.filter(id=first.id).update(cancel_due_at=first.created_at)
    await cancellation.send_cancellations(shop, provider)
    assert (await Order.get(id=first.id)).status is S.PROCESSING
    long_ago = first.created_at - timedelta(hours=1)
    await Order.filter(id=first.id).update(cancel_due_at=long_ago, cancel_requested_at=long_ago)
    await cancellation.send_cancellations(shop, provider)

    held = await Order.get(id=first.id)
    assert (held.status, held.dispatch) == (S.AWAITING, Dispatch.UNKNOWN)
    assert await audit_ledger() == []


async def test_a_refill_that_nobody_can_read_is_held_and_not_asked_about_for_ever(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await place_order(shop, await create_provider_service(provider))
    await Order.filter(id=order.id).update(status=S.COMPLETED, provider_order_id="501")
    refill = await Refill.create(
        order_id=order.id,
        status=RefillStatus.INPROGRESS,
        provider_refill_id="9",
        due_at=order.created_at,
        created_at=order.created_at,
        updated_at=order.created_at,
    )
    panels.refill_state = ProviderRefill(status=None, status_text="Gone fishing")

    await refills.carry_out_refills(shop)
    refill = await Refill.get(id=refill.id)
    assert refill.status is RefillStatus.INPROGRESS
    assert refill.unclear_since is not None
    await Refill.filter(id=refill.id).update(
        due_at=order.created_at, unclear_since=refill.unclear_since - timedelta(minutes=51)
    )
    await refills.carry_out_refills(shop)

    refill = await Refill.get(id=refill.id)
    assert refill.status is RefillStatus.AWAITING
    assert refill.due_at is None
    assert refill.note is None
    assert "'Gone fishing'" in (refill.staff_note or "")
    assert await Alert.filter(subject=str(refill.id)).exists()
