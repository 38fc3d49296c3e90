"""Settling held refills; no money moves."""

from tortoise.exceptions import IntegrityError

from domain import text_cleaning
from domain.enums import AlertKind, RefillStatus
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.staff_problems import RefillNotFound, RefillNotHeld
from models import Alert, Order, Refill, User
from resolvers.sessions import Session
from resolvers.staff.staff_action import (
    MAX_REASON_LENGTH,
    StaffAction,
    get_columns,
    lock_row,
    require_permission,
    staff_transaction,
)

MAX_LISTED = 100
_OUTCOMES = (RefillStatus.COMPLETED, RefillStatus.REJECTED)


@declares_problems(Forbidden)
async def list_held_refills(staff: Session) -> list[Refill]:
    """The held refills, longest waiting first; at most 100.

    Raises:
        Forbidden: the role may not read other users' records.
    """
    await require_permission(staff, Permission.READ_ORDERS)
    return list(await Refill.filter(status=RefillStatus.AWAITING).order_by("id").limit(MAX_LISTED))


@declares_problems(Forbidden, InvalidInput, RefillNotFound, RefillNotHeld)
async def settle_refill(staff: Session, *, refill_id: int, status: RefillStatus, note: str = "") -> Refill:
    """Settle a held refill as completed or rejected. Its buyer sees `note`.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        InvalidInput: another status, or a note over 500 characters.
        RefillNotFound: there is none with this id.
        RefillNotHeld: it is not held, or a colleague was faster.
    """
    if status not in _OUTCOMES:
        raise InvalidInput(field="status")
    note = text_cleaning.clean_bounded_paragraph(
        note, field="note", max_length=MAX_REASON_LENGTH, min_length=0
    )
    async with staff_transaction(staff, Permission.CHANGE_ORDERS) as duty:
        refill = await _lock_refill(duty, refill_id)
        columns: dict[str, object] = {"status": status, **({"note": note} if note else {})}
        return await _apply_change(duty, StaffAct.SETTLE_REFILL, refill, columns, reason=note or None)


@declares_problems(Forbidden, RefillNotFound, RefillNotHeld)
async def resume_refill(staff: Session, *, refill_id: int) -> Refill:
    """Return a held refill to the worker, which sends it if the provider never accepted it, or else polls it.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this buyer's orders.
        RefillNotFound: there is none with this id.
        RefillNotHeld: it is not held, or its order has another open refill.
    """
    try:
        async with staff_transaction(staff, Permission.RESEND_ORDERS) as duty:
            refill = await _lock_refill(duty, refill_id)
            was_accepted = refill.provider_refill_id is not None
            columns: dict[str, object] = {
                "status": RefillStatus.INPROGRESS if was_accepted else RefillStatus.PENDING,
                "due_at": duty.now,
                "unclear_since": None,
                "staff_note": None,
            }
            return await _apply_change(duty, StaffAct.RESUME_REFILL, refill, columns)
    except IntegrityError as error:
        # An order has at most one open refill: its buyer requested another one meanwhile.
        raise RefillNotHeld from error


async def _lock_refill(duty: StaffAction, refill_id: int) -> Refill:
    """A held refill, locked until the end of the transaction."""
    refill = await lock_row(Refill, refill_id, missing=RefillNotFound)
    order = await Order.get(id=refill.order_id)
    duty.check_may_act_on(await User.get(id=order.user_id))
    if refill.status is not RefillStatus.AWAITING:
        raise RefillNotHeld
    return refill


async def _apply_change(
    duty: StaffAction,
    action: StaffAct,
    refill: Refill,
    columns: dict[str, object],
    *,
    reason: str | None = None,
) -> Refill:
    before = get_columns(refill)
    refill.update_from_dict({**columns, "updated_at": duty.now})
    await refill.save(update_fields=[*columns, "updated_at"])
    await Alert.filter(kind=AlertKind.REFILL_HELD, subject=str(refill.id)).delete()
    return await duty.record_change(action, refill, before=before, reason=reason)
