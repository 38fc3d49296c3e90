"""Refills that are held, as staff settle them: no money moves."""

from tortoise.exceptions import IntegrityError

from domain import ids, texts
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, refuses
from domain.staff_acts import StaffAct, StaffSubject
from domain.staff_problems import RefillNotFound, RefillNotHeld
from domain.states import AlertKind, RefillStatus
from models import Alert, Order, Refill, User
from resolvers.sessions import SignedIn
from resolvers.staff.duty import LONGEST_REASON, Duty, columns_of, on_duty, permit

MAX_LISTED = 100
_OUTCOMES = (RefillStatus.COMPLETED, RefillStatus.REJECTED)


@refuses(Forbidden)
async def held_refills(staff: SignedIn) -> list[Refill]:
    """The refills that wait for staff, the longest waiting first; at most 100.

    Raises:
        Forbidden: other people's records are not for this role.
    """
    await permit(staff, Permission.READ_ORDERS)
    return list(await Refill.filter(status=RefillStatus.AWAITING).order_by("id").limit(MAX_LISTED))


@refuses(Forbidden, InvalidInput, RefillNotFound, RefillNotHeld)
async def settle_refill(staff: SignedIn, *, refill_id: int, status: RefillStatus, note: str = "") -> Refill:
    """Say how a held refill ended: completed or rejected. Its buyer reads `note`.

    Raises:
        Forbidden: not for this role, or not on this buyer's orders.
        InvalidInput: another status, or a note over 500 characters.
        RefillNotFound: there is none with this id.
        RefillNotHeld: it does not wait for staff, or a colleague was first.
    """
    if status not in _OUTCOMES:
        raise InvalidInput(field="status")
    note = texts.paragraph(note, field="note", max_length=LONGEST_REASON, min_length=0)
    async with on_duty(staff, Permission.CHANGE_ORDERS) as duty:
        refill = await _locked(duty, refill_id)
        columns: dict[str, object] = {"status": status, **({"note": note} if note else {})}
        return await _changed(duty, StaffAct.SETTLE_REFILL, refill, columns, reason=note or None)


@refuses(Forbidden, RefillNotFound, RefillNotHeld)
async def resume_refill(staff: SignedIn, *, refill_id: int) -> Refill:
    """Have the worker deal with a held refill again: send it where it was never taken, else ask about it.

    Raises:
        Forbidden: not for this role, or not on this buyer's orders.
        RefillNotFound: there is none with this id.
        RefillNotHeld: it does not wait for staff, or its order has another open refill.
    """
    try:
        async with on_duty(staff, Permission.RESEND_ORDERS) as duty:
            refill = await _locked(duty, refill_id)
            was_taken = refill.provider_refill_id is not None
            columns: dict[str, object] = {
                "status": RefillStatus.INPROGRESS if was_taken else RefillStatus.PENDING,
                "due_at": duty.now,
                "unclear_since": None,
                "staff_note": None,
            }
            return await _changed(duty, StaffAct.RESUME_REFILL, refill, columns)
    except IntegrityError as error:
        # An order has one open refill: its buyer asked for another one meanwhile.
        raise RefillNotHeld from error


async def _locked(duty: Duty, refill_id: int) -> Refill:
    """A held refill, kept from colleagues to the end of the transaction."""
    found = Refill.filter(id=refill_id if ids.is_possible(refill_id) else 0)
    refill = await found.select_for_update(no_key=True).first()
    if refill is None:
        raise RefillNotFound
    order = await Order.get(id=refill.order_id)
    duty.check_may_act_on(await User.get(id=order.user_id))
    if refill.status is not RefillStatus.AWAITING:
        raise RefillNotHeld
    return refill


async def _changed(
    duty: Duty, act: StaffAct, refill: Refill, columns: dict[str, object], *, reason: str | None = None
) -> Refill:
    before = columns_of(refill)
    refill.update_from_dict({**columns, "updated_at": duty.now})
    await refill.save(update_fields=[*columns, "updated_at"])
    await Alert.filter(kind=AlertKind.REFILL_HELD, subject=str(refill.id)).delete()
    await duty.record(
        act, StaffSubject.REFILL, refill.id, before=before, after=columns_of(refill), reason=reason
    )
    return refill
