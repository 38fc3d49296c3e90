"""Changes of orders by staff, all of them through `resolvers.order_transitions`, which moves the money."""

from collections.abc import Mapping

from domain import ids, order_state_machine, text_cleaning
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, OrderNotFound, declares_problems
from domain.staff_problems import FreshCodeRequired, OrderMayBeAtProvider, OrderNotChangeable
from models import Order, User
from resolvers.order_transitions import Change, TransitionRejected, change_order, lock_order
from resolvers.sessions import Session
from resolvers.staff.staff_action import MAX_REASON_LENGTH, StaffAction, get_columns, staff_transaction

_SETTABLE_STATUSES = frozenset(
    {
        OrderStatus.PROCESSING,
        OrderStatus.INPROGRESS,
        OrderStatus.COMPLETED,
        OrderStatus.AWAITING,
        OrderStatus.ERROR,
    }
)
"""The statuses that staff may set without moving money; the others have operations of their own."""

_HELD_DISPATCHES = (OrderStatus.AWAITING, OrderStatus.ERROR)
_RESENDABLE = (OrderStatus.ERROR, OrderStatus.AWAITING)


@declares_problems(Forbidden, InvalidInput, OrderNotFound, OrderNotChangeable)
async def set_order_status(staff: Session, *, order_id: int, status: OrderStatus, note: str = "") -> Order:
    """Set an order's status when the provider does not report it: for delivery by staff, or to hold it.

    A queued order is no longer sent, a held one no longer polled. Moves no money.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        InvalidInput: a status that refunds or queues the order, or a note over 500 characters.
        OrderNotFound: there is none with this id.
        OrderNotChangeable: the transition is not allowed, or the order is being sent.
    """
    if status not in _SETTABLE_STATUSES:
        raise InvalidInput(field="status")
    note = _parse_note(note, min_length=0)
    async with staff_transaction(staff, Permission.CHANGE_ORDERS) as duty:
        order = await _lock_order(duty, order_id)
        if status is order.status:
            raise OrderNotChangeable
        change = Change(to=status, actor=OrderActor.STAFF, columns=_detach_columns(order, status))
        return await _apply_change(duty, StaffAct.SET_ORDER_STATUS, order, change, note=note)


@declares_problems(Forbidden, OrderNotFound, OrderNotChangeable, OrderMayBeAtProvider)
async def resend_order(staff: Session, *, order_id: int, is_not_at_provider: bool = False) -> Order:
    """Queue an order for its provider again; a drip-feed managed by the shop continues with the failed run.

    An order that the provider refused was certainly not accepted. Otherwise staff have to check the
    provider's panel first, and confirm that with `is_not_at_provider`.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        OrderNotFound: there is none with this id.
        OrderNotChangeable: neither in error nor awaiting, or no provider delivers it.
        OrderMayBeAtProvider: it was not confirmed that the provider does not have it.
    """
    async with staff_transaction(staff, Permission.RESEND_ORDERS) as duty:
        order = await _lock_order(duty, order_id)
        if order.status not in _RESENDABLE or not (order.provider_id and order.provider_service_id):
            raise OrderNotChangeable
        if not _was_refused(order) and not is_not_at_provider:
            raise OrderMayBeAtProvider
        columns = {
            "dispatch": Dispatch.QUEUED,
            "due_at": duty.now,
            "attempts": 0,
            "worker": None,
            "lease_until": None,
            "provider_order_id": None,
            "unclear_since": None,
            "cancel_requested_at": None,
            "cancel_due_at": None,
            "note": None,
            "staff_note": None,
            "public_reason": None,
        }
        change = Change(to=OrderStatus.PENDING, actor=OrderActor.STAFF, columns=columns)
        return await _apply_change(duty, StaffAct.RESEND_ORDER, order, change, note="sent again")


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, OrderNotFound, OrderNotChangeable)
async def set_order_partial(staff: Session, *, order_id: int, remains: int, note: str = "") -> Order:
    """End an order of which `remains` units were not delivered, and refund their share of the charge.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: `remains` not between 1 and the order's quantity, or a note over 500 characters.
        OrderNotFound: there is none with this id.
        OrderNotChangeable: the transition is not allowed, or the order is being sent.
    """
    note = _parse_note(note, min_length=0)
    async with staff_transaction(staff, Permission.REFUND_ORDERS) as duty:
        order = await _lock_order(duty, order_id)
        if not 1 <= remains <= order.quantity:
            raise InvalidInput(field="remains")
        change = Change(to=OrderStatus.PARTIAL, actor=OrderActor.STAFF, columns={"remains": remains})
        return await _apply_change(duty, StaffAct.SET_ORDER_PARTIAL, order, change, note=note)


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, OrderNotFound, OrderNotChangeable)
async def cancel_order(staff: Session, *, order_id: int, note: str = "") -> Order:
    """Cancel an order that is not delivered, and refund the rest of its charge.

    The provider is not informed: staff cancel what it already has in its own panel.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: a note over 500 characters.
        OrderNotFound: there is none with this id.
        OrderNotChangeable: it is finished, or being sent.
    """
    return await _refund(staff, StaffAct.CANCEL_ORDER, OrderStatus.CANCELED, order_id, note)


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, OrderNotFound, OrderNotChangeable)
async def refund_order(staff: Session, *, order_id: int, note: str = "") -> Order:
    """Refund the rest of an order's charge, even if it was delivered.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: a note over 500 characters.
        OrderNotFound: there is none with this id.
        OrderNotChangeable: it was refunded already, or is being sent.
    """
    return await _refund(staff, StaffAct.REFUND_ORDER, OrderStatus.REFUNDED, order_id, note)


@declares_problems(Forbidden, InvalidInput, OrderNotFound)
async def note_order(staff: Session, *, order_id: int, note: str) -> Order:
    """Add a note to an order and its history; its buyer sees it too.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: blank, or over 500 characters.
        OrderNotFound: there is none with this id.
    """
    note = _parse_note(note, min_length=1)
    async with staff_transaction(staff, Permission.NOTE_ORDERS) as duty:
        order = await _find_order(order_id)
        change = Change(to=order.status, actor=OrderActor.STAFF)
        return await _apply_change(duty, StaffAct.NOTE_ORDER, order, change, note=note)


async def _refund(staff: Session, action: StaffAct, to: OrderStatus, order_id: int, note: str) -> Order:
    note = _parse_note(note, min_length=0)
    async with staff_transaction(staff, Permission.REFUND_ORDERS) as duty:
        order = await _lock_order(duty, order_id)
        if to is order.status:
            raise OrderNotChangeable
        return await _apply_change(duty, action, order, Change(to=to, actor=OrderActor.STAFF), note=note)


async def _apply_change(
    duty: StaffAction, action: StaffAct, order: Order, change: Change, *, note: str
) -> Order:
    """Change the locked order and write its history and the audit log."""
    before = get_columns(order)
    # A note by staff is shown on the order; without one, the previous note stays.
    columns = {"note": note, **change.columns} if note else change.columns
    described = Change(
        to=change.to,
        actor=change.actor,
        actor_user_id=duty.actor.id,
        note=note or None,
        columns=columns,
    )
    try:
        await change_order(order, described, now=duty.now)
    except TransitionRejected as error:
        raise OrderNotChangeable from error
    return await duty.record_change(action, order, before=before, reason=note or None)


async def _lock_order(duty: StaffAction, order_id: int) -> Order:
    """An order that staff may change: neither their own nor a colleague's, and not being sent."""
    order = await _find_order(order_id)
    duty.check_may_act_on(await User.get(id=order.user_id))
    if order.dispatch is Dispatch.SENDING:
        raise OrderNotChangeable
    return order


async def _find_order(order_id: int) -> Order:
    if not ids.is_possible(order_id) or not await Order.exists(id=order_id):
        raise OrderNotFound
    return await lock_order(order_id)


def _detach_columns(order: Order, status: OrderStatus) -> Mapping[str, object]:
    """The columns that release an order from the worker when staff take it over."""
    if order_state_machine.is_settled(status):
        return {}
    if order.dispatch is Dispatch.QUEUED:
        return {"dispatch": Dispatch.NONE, "due_at": None}
    if order.dispatch is Dispatch.SENT and status in _HELD_DISPATCHES:
        return {"dispatch": Dispatch.UNKNOWN, "due_at": None}
    return {}


def _was_refused(order: Order) -> bool:
    """Whether the provider certainly has no order for what would be sent."""
    return order.status is OrderStatus.ERROR and order.dispatch is Dispatch.REFUSED


def _parse_note(text: str, *, min_length: int) -> str:
    return text_cleaning.clean_bounded_paragraph(
        text, field="note", max_length=MAX_REASON_LENGTH, min_length=min_length
    )
