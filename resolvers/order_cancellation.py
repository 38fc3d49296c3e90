"""Canceling orders: immediately if nothing was sent to a provider, otherwise by asking the provider."""

from dataclasses import replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

import database
from database.claims import claim_due
from domain import calendar_days, ids, order_state_machine
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.problems import Forbidden, OrderNotCancelable, OrderNotFound, declares_problems
from domain.public_reasons import PublicReason
from gateways.providers import MAX_ORDERS
from models import Order, Provider, Service, User
from resolvers import job_isolation, provider_health
from resolvers.app_context import AppContext
from resolvers.authorization import raise_forbidden
from resolvers.order_transitions import Change, cancel_change, change_order, lock_order
from resolvers.provider_cancellation import CancelResult, request_cancellations

_RETRY = timedelta(seconds=60)
_CANCEL_TIMEOUT = timedelta(minutes=55)
_GRACE = timedelta(days=2)
_EXPIRED_UNSENT = Change(
    to=OrderStatus.CANCELED,
    actor=OrderActor.SYSTEM,
    staff_note="expired before it was sent",
    columns={"subscription_status": SubscriptionStatus.EXPIRED, "public_reason": PublicReason.EXPIRED},
)
_EXPIRED_UNCONFIRMED = Change(
    to=OrderStatus.AWAITING,
    actor=OrderActor.SYSTEM,
    staff_note="its last day has passed and the provider still calls it active",
    columns={
        "dispatch": Dispatch.UNKNOWN,
        "due_at": None,
        "staff_note": "its last day has passed and the provider still calls it active",
    },
)


@declares_problems(OrderNotFound, Forbidden, OrderNotCancelable)
async def cancel_order(user: User, *, order_id: int) -> Order:
    """Cancel one of the user's orders, or ask its provider to.

    An order that no provider has is canceled immediately and its charge refunded; a drip-feed between two
    runs refunds the remaining runs. An order at a provider is canceled if the service allows it and the
    provider agrees; its status shows the outcome later.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it belongs to another user.
        OrderNotCancelable: it is finished, being sent, or cannot be canceled.
    """
    async with in_transaction():
        known = await Order.get_or_none(id=order_id) if ids.is_possible(order_id) else None
        if known is None:
            raise OrderNotFound
        if known.user_id != user.id:
            raise_forbidden(user.id, permission="others_orders", owner_id=known.user_id)
        order = await lock_order(order_id)
        now = await database.now()
        if order.dispatch is Dispatch.QUEUED:
            await change_order(order, cancel_change(order), now=now)
        elif await _may_ask_provider(order):
            columns = {"cancel_requested_at": now, "cancel_due_at": now}
            change = Change(
                to=order.status, actor=OrderActor.BUYER, staff_note="cancellation asked for", columns=columns
            )
            await change_order(order, change, now=now)
        else:
            raise OrderNotCancelable
        return order


async def send_cancellations(app: AppContext, provider: Provider) -> int:
    """Forward buyers' cancellation requests to the provider; returns how many it answered.

    A request without a readable answer for an hour puts its order on hold.
    """
    if not provider_health.is_reachable(provider):
        return 0
    now = await database.now()
    order_ids = await claim_due(
        "orders",
        due="cancel_due_at",
        now=now,
        limit=MAX_ORDERS,
        changes={"cancel_due_at": now + _RETRY},
        condition="cancel_due_at IS NOT NULL AND dispatch = 'sent' AND provider_id = $1",
        values=(provider.id,),
    )
    if not order_ids:
        return 0
    orders = await Order.filter(id__in=order_ids)
    answers = await request_cancellations(app, provider, orders)
    answered = 0
    for order in orders:
        result = answers.get(order.provider_order_id or "")
        noted = _record_result(order, result, now=now)
        answered += (
            await job_isolation.run_isolated("cancel", f"order {order.id}", noted) and result is not None
        )
    return answered


async def end_expired_subscriptions(_: AppContext) -> int:
    """End subscriptions whose last day has passed; returns how many.

    Those never sent are canceled. Those the provider still reports as active two days later are left to
    staff.
    """
    today = calendar_days.to_day(await database.now())
    subscriptions = Order.filter(subscription_expiry__not_isnull=True)
    queued = [
        order for order in await subscriptions.filter(dispatch=Dispatch.QUEUED) if order.expires_before(today)
    ]
    overdue = [
        order
        for order in await subscriptions.filter(dispatch=Dispatch.SENT)
        if order.expires_before(today - _GRACE)
    ]
    ends = [(order, _EXPIRED_UNSENT) for order in queued] + [
        (order, _EXPIRED_UNCONFIRMED) for order in overdue
    ]
    ended = 0
    for order, end in ends:
        ended += await job_isolation.run_isolated("end subscriptions", f"order {order.id}", _end(order, end))
    return ended


async def _end(order: Order, ended: Change) -> None:
    async with in_transaction():
        locked = await lock_order(order.id)
        if locked.dispatch is order.dispatch:
            await change_order(locked, ended, now=await database.now())


async def _may_ask_provider(order: Order) -> bool:
    if order.dispatch not in (Dispatch.SENDING, Dispatch.SENT) or order_state_machine.is_settled(
        order.status
    ):
        return False
    if order.cancel_requested_at is not None:
        return False
    return (await Service.get(id=order.service_id)).can_cancel


async def _record_result(order: Order, answer: CancelResult | None, *, now: datetime) -> None:
    if answer is None:
        requested_at = order.cancel_requested_at
        if requested_at is not None and now - requested_at >= _CANCEL_TIMEOUT:
            await _change_if_unchanged(order, _hold_unanswered(order))
        return
    columns: dict[str, object] = {"cancel_due_at": None, "staff_note": answer.message}
    if not answer.is_accepted:
        columns["public_reason"] = PublicReason.CANCEL_REFUSED
    noted = Change(to=order.status, actor=OrderActor.PROVIDER, staff_note=answer.message, columns=columns)
    await _change_if_unchanged(order, noted)


def _hold_unanswered(order: Order) -> Change:
    reason = f"the wish to cancel order {order.provider_order_id} got no readable answer from the provider"
    columns = {
        "dispatch": Dispatch.UNKNOWN,
        "due_at": None,
        "cancel_due_at": None,
        "staff_note": reason,
        "public_reason": PublicReason.UNDER_REVIEW,
    }
    return Change(to=OrderStatus.AWAITING, actor=OrderActor.SYSTEM, staff_note=reason, columns=columns)


async def _change_if_unchanged(expected: Order, change: Change) -> None:
    """Change an order that is still at its provider; if it was finished or held meanwhile, leave it alone."""
    async with in_transaction():
        order = await lock_order(expected.id)
        if order.dispatch is Dispatch.SENT:
            to = order.status if change.to is expected.status else change.to
            await change_order(order, replace(change, to=to), now=await database.now())
