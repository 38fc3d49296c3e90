"""Payments, as staff look through them and decide on those that the gateway left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain import ids
from domain.money import LARGEST_AMOUNT
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, PaymentNotFound, refuses
from domain.staff_acts import StaffAct, StaffSubject
from domain.staff_problems import FreshCodeRequired, PaymentNotMismatched
from domain.states import PaymentStatus
from models import Payment, User
from resolvers import payments
from resolvers.filters import meeting, record_ids, those
from resolvers.pages import Direction, Page, PageRequest, read_page
from resolvers.sessions import SignedIn
from resolvers.staff.duty import Columns, Duty, columns_of, on_duty, permit, reason_of
from resolvers.wallet import BalanceTooLarge


class PaymentOrderField(StrEnum):
    """Columns that payments sort by."""

    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class PaymentFilter:
    """Which payments; None leaves a criterion out. Amounts are Toman, all bounds inclusive."""

    ids: Sequence[int] | None = None
    user_ids: Sequence[int] | None = None
    statuses: Sequence[PaymentStatus] | None = None
    gateways: Sequence[str] | None = None
    amount_gte: int | None = None
    amount_lte: int | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None

    def apply(self, found: QuerySet[Payment]) -> QuerySet[Payment]:
        """Those of `found` that meet every criterion."""
        criteria: dict[str, object] = {
            "id__in": record_ids(self.ids),
            "user_id__in": record_ids(self.user_ids),
            "status__in": those(self.statuses),
            "gateway__in": those(self.gateways),
            "amount__gte": self.amount_gte,
            "amount__lte": self.amount_lte,
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
        }
        return meeting(found, criteria)


@refuses(Forbidden, InvalidInput)
async def payments_page(
    staff: SignedIn,
    *,
    page: PageRequest,
    where: PaymentFilter,
    order_by: PaymentOrderField,
    direction: Direction,
) -> Page[Payment]:
    """A page of everybody's payments.

    Raises:
        Forbidden: other people's records are not for this role.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await permit(staff, Permission.READ_PAYMENTS)
    return await read_page(
        lambda: where.apply(Payment.all()), page=page, by=order_by.value, direction=direction
    )


@refuses(Forbidden, FreshCodeRequired, InvalidInput, PaymentNotFound, PaymentNotMismatched)
async def settle_payment(staff: SignedIn, *, payment_id: int, amount: int, reason: str) -> Payment:
    """Credit a mismatched or unverified payment with what was really paid, in Toman, as its amount; once.

    Raises:
        Forbidden: not for this role, or not on this payer's payments.
        FreshCodeRequired: the session was not confirmed lately.
        InvalidInput: no amount, or one beyond every balance; no reason.
        PaymentNotFound: there is none with this id.
        PaymentNotMismatched: it does not wait for staff, or a colleague was first.
    """
    reason = reason_of(reason)
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise InvalidInput(field="amount")
    async with on_duty(staff, Permission.SETTLE_PAYMENTS) as duty:
        payment = await _locked(duty, payment_id)
        before = columns_of(payment)
        payment.amount, payment.status = amount, PaymentStatus.PAID
        payment.note, payment.credited_at, payment.updated_at = reason, duty.now, duty.now
        await payment.save(update_fields=["amount", "status", "note", "credited_at", "updated_at"])
        try:
            await payments.credit_payer(payment, now=duty.now)
        except BalanceTooLarge as error:
            raise InvalidInput(field="amount") from error
        return await _recorded(duty, StaffAct.SETTLE_PAYMENT, payment, before, reason)


@refuses(Forbidden, FreshCodeRequired, InvalidInput, PaymentNotFound, PaymentNotMismatched)
async def reject_payment(staff: SignedIn, *, payment_id: int, reason: str) -> Payment:
    """Settle a mismatched or unverified payment without crediting it; money goes back outside the shop.

    Raises:
        Forbidden: not for this role, or not on this payer's payments.
        FreshCodeRequired: the session was not confirmed lately.
        InvalidInput: no reason.
        PaymentNotFound: there is none with this id.
        PaymentNotMismatched: it does not wait for staff, or a colleague was first.
    """
    reason = reason_of(reason)
    async with on_duty(staff, Permission.SETTLE_PAYMENTS) as duty:
        payment = await _locked(duty, payment_id)
        before = columns_of(payment)
        payment.status, payment.note, payment.updated_at = PaymentStatus.REJECTED, reason, duty.now
        await payment.save(update_fields=["status", "note", "updated_at"])
        return await _recorded(duty, StaffAct.REJECT_PAYMENT, payment, before, reason)


async def _locked(duty: Duty, payment_id: int) -> Payment:
    """A payment that awaits review, kept from colleagues to the end of the transaction."""
    found = Payment.filter(id=payment_id if ids.is_possible(payment_id) else 0)
    payment = await found.select_for_update(no_key=True).first()
    if payment is None:
        raise PaymentNotFound
    if payment.user_id is not None:
        duty.check_may_act_on(await User.get(id=payment.user_id))
    if payment.status not in PaymentStatus.awaiting_review():
        raise PaymentNotMismatched
    return payment


async def _recorded(duty: Duty, act: StaffAct, payment: Payment, before: Columns, reason: str) -> Payment:
    after = columns_of(payment)
    await duty.record(act, StaffSubject.PAYMENT, payment.id, before=before, after=after, reason=reason)
    return payment
