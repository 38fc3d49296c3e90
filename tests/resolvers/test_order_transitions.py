"""Changing an order: status, refund, ledger, history and notification together, and money back once."""

import asyncio
import itertools
import random
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from domain import order_state_machine
from domain.enums import LedgerKind, NotificationKind
from domain.money import MAX_AMOUNT, Toman
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from models import LedgerEntry, Notification, Order, OrderEvent, Service, User
from resolvers import gifts, wallet
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.order_transitions import Change, TransitionRejected, change_order, lock_order
from resolvers.wallet import BalanceTooLarge
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_gift, create_service, win_gift
from tests.resolvers.provider_factories import get_balance, get_history, place_order
from tests.search_depth import DEPTH

pytestmark = pytest.mark.both_databases

S = OrderStatus
LATER = TIMESTAMP + timedelta(days=9_000)
REFUSED = [
    (current, to)
    for current, to in itertools.product(S, repeat=2)
    if current is not to and not order_state_machine.can_become(current, to)
]


@pytest.fixture
async def service(db: str) -> Service:
    return await create_service(price=1_000)


async def change(order: Order, to: OrderStatus, *, note: str | None = None, **columns: object) -> None:
    """Change the order in a transaction of its own, as every API does."""
    async with in_transaction():
        changed = Change(to=to, actor=OrderActor.STAFF, note=note, columns=columns)
        await change_order(await lock_order(order.id), changed, now=LATER)


@pytest.mark.parametrize(("to", "amount"), [(S.CANCELED, 100), (S.REFUNDED, 100), (S.PARTIAL, 30)], ids=str)
async def test_a_refund_updates_order_ledger_and_history_and_notifies_the_buyer(
    to: OrderStatus, amount: int, app: AppContext, service: Service
) -> None:
    order = await place_order(app, service)

    await change(order, to, note="Too slow", remains=30)

    await order.refresh_from_db()
    assert (order.status, order.refunded, order.updated_at) == (to, amount, LATER)
    entry = await LedgerEntry.get(kind=LedgerKind.REFUND)
    assert (entry.user_id, entry.order_id, entry.amount) == (order.user_id, order.id, amount)
    assert entry.balance_after == await get_balance(order) == 999_900 + amount
    event = await OrderEvent.filter(order_id=order.id).order_by("-id").first()
    assert event is not None
    assert (event.actor, event.from_status, event.to_status) == (OrderActor.STAFF, S.PENDING, to)
    assert (event.note, event.created_at) == ("Too slow", LATER)
    reported = await Notification.get(user_id=order.user_id)
    assert reported.kind is NotificationKind.ORDER_REFUNDED
    assert (
        reported.message == f"Sara عزیز، مبلغ {amount} تومان بابت سفارش {order.id} به حساب کاربری شما بازگشت."
    )
    assert await audit_ledger() == []


async def test_a_change_that_fails_in_the_middle_leaves_nothing(app: AppContext, service: Service) -> None:
    order = await place_order(app, service)
    await wallet.credit(
        order.user_id,
        Toman(MAX_AMOUNT - 999_900),
        kind=LedgerKind.ADJUSTMENT,
        cause="a very rich buyer",
        now=TIMESTAMP,
    )
    before = await read_stored_rows()

    # By then the order and its history are written.
    with pytest.raises(BalanceTooLarge):
        await change(order, S.CANCELED)

    assert await read_stored_rows() == before


@pytest.mark.parametrize("to", [S.CANCELED, S.REFUNDED, S.PARTIAL], ids=str)
async def test_a_change_that_is_repeated_refunds_once(
    to: OrderStatus, app: AppContext, service: Service
) -> None:
    order = await place_order(app, service)

    for _ in range(3):
        await change(order, to, remains=30)

    amounts = [entry.amount for entry in await LedgerEntry.filter(kind=LedgerKind.REFUND)]
    assert amounts == [30 if to is S.PARTIAL else 100]
    assert await Notification.all().count() == 1
    assert [status for _, status in await get_history(order)] == [S.PENDING, to]


async def test_a_completed_order_that_turns_out_partial_gives_back_its_share(
    app: AppContext, service: Service
) -> None:
    order = await place_order(app, service)
    await change(order, S.COMPLETED)

    await change(order, S.PARTIAL, remains=1)

    assert (await Order.get(id=order.id)).refunded == 1
    assert await audit_ledger() == []


async def test_a_refunded_amount_is_not_refunded_again(app: AppContext, service: Service) -> None:
    order = await place_order(app, service)
    async with in_transaction():
        await Order.filter(id=order.id).update(refunded=60)
        await wallet.credit(
            order.user_id, Toman(60), kind=LedgerKind.REFUND, cause="by staff", order=order, now=TIMESTAMP
        )

    await change(order, S.REFUNDED)

    assert (await Order.get(id=order.id)).refunded == 100
    assert await get_balance(order) == 1_000_000
    assert await audit_ledger() == []


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(DEPTH))
async def test_no_sequence_of_statuses_refunds_more_than_the_charge(
    seed: int, app: AppContext, service: Service
) -> None:
    chance, buyer = random.Random(seed), await create_user(balance=1_000_000)
    for _ in range(15):
        order = await place_order(app, service, buyer=buyer, quantity=chance.randint(1, 1_000))
        for _ in range(8):
            try:
                await change(order, chance.choice(list(S)), remains=chance.randint(-5, 2_000))
            except TransitionRejected:
                continue
        await order.refresh_from_db()
        refunds = await LedgerEntry.filter(kind=LedgerKind.REFUND, order_id=order.id)
        assert sum(entry.amount for entry in refunds) == order.refunded <= order.charge
    assert await audit_ledger() == []


@pytest.mark.parametrize("to", [S.CANCELED, S.REFUNDED, S.PARTIAL], ids=str)
async def test_an_order_by_a_gift_gives_back_nothing(to: OrderStatus, service: Service) -> None:
    user = await create_user()
    won = await win_gift(user, await create_gift(service), now=LATER)
    order = await gifts.use_gift(user, user_gift_id=won.id, link="page")
    assert order.charge == 0

    await change(order, to, remains=10)

    assert (await Order.get(id=order.id)).refunded == 0
    assert not await LedgerEntry.exists()
    assert not await Notification.exists()
    assert [status for _, status in await get_history(order)] == [S.PENDING, to]


async def test_a_refused_step_changes_no_row(app: AppContext, service: Service) -> None:
    orders: dict[OrderStatus, Order] = {}
    for current in dict.fromkeys(current for current, _ in REFUSED):
        orders[current] = await place_order(app, service)
        await Order.filter(id=orders[current].id).update(status=current)
    before = await read_stored_rows()

    for current, to in REFUSED:
        with pytest.raises(TransitionRejected, match=f"is {current} and cannot become {to}"):
            await change(orders[current], to, note="Try", remains=3, start_count=7)

    assert await read_stored_rows() == before


@pytest.mark.parametrize("others", [[S.CANCELED], [S.REFUNDED], [S.PARTIAL, S.REFUNDED, S.COMPLETED]])
async def test_changes_at_once_end_in_one_refund(
    others: list[OrderStatus], app: AppContext, service: Service
) -> None:
    order = await place_order(app, service)
    requested = [S.CANCELED, *others] * 4

    outcomes = await asyncio.gather(
        *(change(order, to, remains=30) for to in requested), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} <= {type(None), TransitionRejected}
    found = await Order.get(id=order.id)
    assert found.refunded == sum(entry.amount for entry in await LedgerEntry.filter(kind=LedgerKind.REFUND))
    assert found.refunded <= 100
    assert await get_balance(order) == 999_900 + found.refunded
    assert await audit_ledger() == []


async def test_refunds_of_two_orders_of_one_buyer_at_once_both_count(
    app: AppContext, service: Service
) -> None:
    buyer = await create_user(balance=1_000)
    orders = [await place_order(app, service, buyer=buyer) for _ in range(5)]

    await asyncio.gather(*(change(order, S.CANCELED) for order in orders))

    assert (await User.get(id=buyer.id)).balance == 1_000
    assert await audit_ledger() == []


async def test_a_remark_is_history_and_a_mere_number_is_none(app: AppContext, service: Service) -> None:
    order = await place_order(app, service)

    await change(order, S.PENDING, start_count=7)
    await change(order, S.PENDING, note="Looked at it")

    events = await OrderEvent.filter(order_id=order.id).order_by("id")
    assert [(event.from_status, event.to_status, event.note) for event in events] == [
        (None, S.PENDING, None),
        (S.PENDING, S.PENDING, "Looked at it"),
    ]
    assert (await Order.get(id=order.id)).start_count == 7


@pytest.mark.parametrize("to", [status for status in S if order_state_machine.is_settled(status)], ids=str)
async def test_a_settled_order_leaves_the_worker_nothing_to_do(
    to: OrderStatus, app: AppContext, service: Service
) -> None:
    order = await place_order(app, service)
    await Order.filter(id=order.id).update(dispatch=Dispatch.SENT, due_at=TIMESTAMP, cancel_due_at=TIMESTAMP)

    await change(order, to)

    await order.refresh_from_db()
    assert (order.dispatch, order.due_at, order.cancel_due_at) == (Dispatch.CLOSED, None, None)


async def test_the_date_of_a_change_never_decreases(app: AppContext, service: Service) -> None:
    order = await place_order(app, service)
    async with in_transaction():
        changed = Change(to=S.CANCELED, actor=OrderActor.SYSTEM)
        await change_order(await lock_order(order.id), changed, now=order.updated_at - timedelta(hours=1))
    assert (await Order.get(id=order.id)).updated_at == order.updated_at
