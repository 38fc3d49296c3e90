"""Lists of payments, and decisions on those that the gateway left open."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain.enums import PaymentStatus
from domain.money import MAX_AMOUNT
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, PaymentNotFound, declares_problems
from domain.staff_problems import FreshCodeRequired, PaymentNotMismatched
from models import Payment, User
from resolvers import payments
from resolvers.filters import Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import (
    StaffAction,
    get_columns,
    lock_row,
    parse_reason,
    require_permission,
    staff_transaction,
)
from resolvers.wallet import BalanceTooLarge


@columns_of(Payment)
class PaymentOrderField(StrEnum):
    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class PaymentFilter(Filter[Payment]):
    """Criteria for payments. Amounts are Toman."""

    id: Ids | None = None
    user: Annotated[Ids | None, OnColumn("user_id")] = None
    status: OneOf[PaymentStatus] | None = None
    amount: Range[int] | None = None
    created_at: Range[datetime] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_payments_page(
    staff: Session,
    *,
    page: PageRequest,
    where: PaymentFilter,
    order_by: PaymentOrderField,
    direction: Direction,
) -> Page[Payment]:
    """A page of all users' payments.

    Raises:
        Forbidden: the role may not read other users' records.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_PAYMENTS)
    return await read_page(
        lambda: where.apply(Payment.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, PaymentNotFound, PaymentNotMismatched)
async def settle_payment(staff: Session, *, payment_id: int, amount: int, reason: str) -> Payment:
    """Credit a mismatched or unverified payment once, with the amount actually paid, in Toman.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this payer's payments.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: no amount, or one above the largest balance; no reason.
        PaymentNotFound: there is none with this id.
        PaymentNotMismatched: it is not awaiting review, or a colleague was faster.
    """
    reason = parse_reason(reason)
    if not 1 <= amount <= MAX_AMOUNT:
        raise InvalidInput(field="amount")
    async with staff_transaction(staff, Permission.SETTLE_PAYMENTS) as duty:
        payment = await _lock_payment(duty, payment_id)
        before = get_columns(payment)
        payment.amount, payment.status = amount, PaymentStatus.PAID
        payment.note, payment.credited_at, payment.updated_at = reason, duty.now, duty.now
        await payment.save(update_fields=["amount", "status", "note", "credited_at", "updated_at"])
        try:
            await payments.credit_payer(payment, now=duty.now)
        except BalanceTooLarge as error:
            raise InvalidInput(field="amount") from error
        return await duty.record_change(StaffAct.SETTLE_PAYMENT, payment, before=before, reason=reason)


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, PaymentNotFound, PaymentNotMismatched)
async def reject_payment(staff: Session, *, payment_id: int, reason: str) -> Payment:
    """Settle a mismatched or unverified payment without crediting it; refunds happen outside the shop.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this payer's payments.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: no reason.
        PaymentNotFound: there is none with this id.
        PaymentNotMismatched: it is not awaiting review, or a colleague was faster.
    """
    reason = parse_reason(reason)
    async with staff_transaction(staff, Permission.SETTLE_PAYMENTS) as duty:
        payment = await _lock_payment(duty, payment_id)
        before = get_columns(payment)
        payment.status, payment.note, payment.updated_at = PaymentStatus.REJECTED, reason, duty.now
        await payment.save(update_fields=["status", "note", "updated_at"])
        return await duty.record_change(StaffAct.REJECT_PAYMENT, payment, before=before, reason=reason)


async def _lock_payment(duty: StaffAction, payment_id: int) -> Payment:
    """A payment that awaits review, locked until the end of the transaction."""
    payment = await lock_row(Payment, payment_id, missing=PaymentNotFound)
    if payment.user_id is not None:
        duty.check_may_act_on(await User.get(id=payment.user_id))
    if payment.status not in PaymentStatus.awaiting_review():
        raise PaymentNotMismatched
    return payment
