"""Changing an order: the only module that updates status, refund and history together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from database import inserts
from database.change_events import LiveTopic, publish_change
from domain import notification_texts, order_state_machine
from domain.enums import LedgerKind, NotificationKind
from domain.money import Toman
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from models import Order, OrderEvent, User
from resolvers import notifications, wallet

_ALWAYS_SAVED = (
    "status",
    "refunded",
    "updated_at",
    "dispatch",
    "due_at",
    "cancel_due_at",
    "subscription_status",
    "public_reason",
)


class TransitionRejected(Exception):
    """The order may not change from its status to the requested one; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of an order: the new status, the actor and the reason.

    `columns` are updated with it; `remains` applies to partial. `note` is shown to the buyer and written by
    staff only; `staff_note` is for staff and may quote the provider.
    """

    to: OrderStatus
    actor: OrderActor
    actor_user_id: int | None = None
    note: str | None = None
    staff_note: str | None = None
    columns: Mapping[str, object] = field(default_factory=dict)


async def lock_order(order_id: int) -> Order:
    """The order, locked until the end of the transaction."""
    return await Order.filter(id=order_id).select_for_update(no_key=True).get()


async def change_order(order: Order, change: Change, *, now: datetime) -> None:
    """Change a locked order: status, refund, ledger, history and notification in the caller's transaction.

    If the status stays the same, only the columns change, and a note is added to the history.

    Raises:
        TransitionRejected: the order's life cycle does not allow it.
    """
    before = order.status
    if change.to is not before and not order_state_machine.can_become(before, change.to):
        raise TransitionRejected(f"order {order.id} is {before} and cannot become {change.to}")
    order.update_from_dict({**change.columns, "status": change.to})
    subscription = order_state_machine.subscription_status_for(order.status, order.subscription_status)
    order.update_from_dict({"subscription_status": subscription})
    if change.to is not before and "public_reason" not in change.columns:
        # Notes about the previous status do not apply to this one.
        order.update_from_dict({"public_reason": None})
    refund = _compute_refund(order, before=before)
    order.refunded += refund
    order.updated_at = max(order.updated_at, now)
    if order_state_machine.is_settled(change.to):
        order.update_from_dict({"dispatch": Dispatch.CLOSED, "due_at": None, "cancel_due_at": None})
    await order.save(update_fields=list({*change.columns, *_ALWAYS_SAVED}))
    if change.to is not before or change.note or change.staff_note:
        await record_event(order, change, before=before, now=now)
    if refund:
        await _refund(order, refund, now=now)
    await publish_change(order.user_id, LiveTopic.ORDER, str(order.id))


def cancel_change(order: Order) -> Change:
    """The change for an order that its buyer cancels while no provider has it.

    A drip-feed whose first runs were delivered refunds only the others.
    """
    if order.runs_done == 0:
        return Change(to=OrderStatus.CANCELED, actor=OrderActor.BUYER)
    undelivered = order.undelivered_if_stopped
    to = OrderStatus.CANCELED if undelivered == order.quantity else OrderStatus.PARTIAL
    return Change(to=to, actor=OrderActor.BUYER, columns={"remains": undelivered})


async def record_event(order: Order, change: Change, *, before: OrderStatus | None, now: datetime) -> None:
    """Add a change to the order's history."""
    values: dict[str, object] = {
        "order_id": order.id,
        "actor": change.actor,
        "actor_user_id": change.actor_user_id,
        "from_status": before,
        "to_status": change.to,
        "note": change.note,
        "staff_note": change.staff_note,
        "created_at": now,
    }
    await inserts.create(OrderEvent, values)


def _compute_refund(order: Order, *, before: OrderStatus) -> Toman:
    if order.status is before:
        return Toman(0)
    return order_state_machine.compute_refund(
        order.status,
        charge=Toman(order.charge),
        refunded=Toman(order.refunded),
        remains=order.remains,
        units=order.quantity,
    )


async def _refund(order: Order, amount: Toman, *, now: datetime) -> None:
    await wallet.credit(
        order.user_id,
        amount,
        kind=LedgerKind.REFUND,
        # An order enters a status once, so its refund is unique.
        cause=f"order:{order.id}:{order.status}",
        order=order,
        now=now,
    )
    buyer = await User.get(id=order.user_id)
    await notifications.notify(
        buyer.id,
        NotificationKind.ORDER_REFUNDED,
        notification_texts.order_refunded(buyer.first_name, order_id=order.id, amount=amount),
        now=now,
    )
