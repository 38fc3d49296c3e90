"""Payments into the wallet: opened at a gateway, verified with the gateway, credited once."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import database
from domain import ids, notification_texts, text_cleaning
from domain.enums import LedgerKind, NotificationKind, PaymentStatus
from domain.money import Toman
from domain.problems import (
    AmountOutOfRange,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InvalidInput,
    PaymentGatewayUnavailable,
    PaymentNotFound,
    QuotaReached,
    declares_problems,
)
from domain.quotas import Quota
from domain.roles import FINANCE_STAFF
from gateways.errors import GatewayError
from gateways.payments.gateway import PaymentPage, Verdict, Verification
from models import Payment, User
from resolvers import idempotency, notifications, quotas, wallet
from resolvers.app_context import AppContext
from resolvers.filters import Filter, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page

CALLBACK_PATH = "/api/v1/user/payment/verify"
_TEST_AMOUNT = Toman(1_000)
_DESCRIPTION = "شارژ کیف پول"
FIRST_CHECK = timedelta(minutes=5)
"""Delay before the gateway is first asked about a payment whose payer has not returned."""
_MAX_AUTHORITY_LENGTH = 64
# A payer may leave the gateway and return, so only a confirmed payment is final.
_OPEN = (
    PaymentStatus.PENDING,
    PaymentStatus.FAILED,
    PaymentStatus.CANCELED,
    PaymentStatus.UNVERIFIED,
)

logger = logging.getLogger("vitrin.payments")


@columns_of(Payment)
class PaymentOrderField(StrEnum):
    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class PaymentFilter(Filter[Payment]):
    """Criteria for payments. Amounts are Toman."""

    status: OneOf[PaymentStatus] | None = None
    amount: Range[int] | None = None
    created_at: Range[datetime] | None = None


async def get_payments_page(
    user: User,
    *,
    page: PageRequest,
    where: PaymentFilter,
    order_by: PaymentOrderField = PaymentOrderField.ID,
    direction: Direction,
) -> Page[Payment]:
    """A page of the user's payments.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    payments = where.apply(Payment.filter(user_id=user.id))
    return await read_page(lambda: payments, page=page, by=order_by.value, direction=direction)


async def get_payment(user: User, *, payment_id: int) -> Payment | None:
    """One of the user's payments, or None."""
    return await Payment.get_or_none(id=payment_id, user_id=user.id) if ids.is_possible(payment_id) else None


async def get_payments_by_id(payment_ids: Iterable[int]) -> dict[int, Payment]:
    """Payments with these ids, of any user."""
    return {payment.id: payment for payment in await Payment.filter(id__in=list(payment_ids))}


@declares_problems(
    InvalidInput,
    AmountOutOfRange,
    PaymentGatewayUnavailable,
    QuotaReached,
    IdempotencyKeyReused,
    IdempotencyKeyInProgress,
)
async def start_payment(
    app: AppContext, payer: User, *, amount: int, idempotency_key: str | None = None
) -> Payment:
    """Open a payment of `amount` Toman at the gateway; the payer is sent to its `url`.

    The gateway is called after the payment's row is committed and outside any transaction.

    Raises:
        InvalidInput: the key is malformed.
        AmountOutOfRange: the shop accepts no payment of this size.
        PaymentGatewayUnavailable: the gateway did not open it; a retry is safe, also with the same key.
        QuotaReached: the payer opened as many payments as a minute allows.
        IdempotencyKeyReused: the key was used for a different request.
        IdempotencyKeyInProgress: a concurrent request with the key is at the gateway.
    """
    settings = await app.get_settings()
    if not settings.payment_min <= amount <= settings.payment_max:
        raise AmountOutOfRange(
            amount=Toman(amount), min=Toman(settings.payment_min), max=Toman(settings.payment_max)
        )

    async def create() -> Payment:
        await quotas.consume(payer, Quota.PAYMENT_OPENINGS, now=await database.now())
        return await _create(app, payer.id, Toman(amount))

    attempt = idempotency.request_for(start_payment, locals(), user=payer, key=idempotency_key)
    payment = await idempotency.run_once(attempt, create, load_result=_load_payment)
    return await _restore_opened(app, payment, mobile=payer.mobile)


async def start_test_payment(app: AppContext) -> Payment | None:
    """A payment that credits nobody, to try the gateway's page; None if the shop takes real money."""
    if not app.settings.takes_sandbox_payments:
        return None
    return await _restore_opened(app, await _create(app, None, _TEST_AMOUNT), mobile=None)


@declares_problems(PaymentNotFound)
async def confirm_payment(
    app: AppContext, *, gateways: Collection[str], authority: str, is_canceled: bool
) -> Payment:
    """Ask the gateway whether a payment was paid, and credit it once.

    Idempotent, and safe for any caller in any order: the caller's input only decides whether an unpaid
    payment becomes canceled or failed. If the gateway does not answer, the payment is left for
    `payment_checks`.

    Raises:
        PaymentNotFound: none of these gateways knows the authority.
    """
    is_possible = len(authority) <= _MAX_AUTHORITY_LENGTH and text_cleaning.is_storable(authority)
    known = Payment.filter(gateway__in=list(gateways), authority=authority if is_possible else "")
    payment = await known.first()
    if payment is None:
        raise PaymentNotFound
    unpaid = PaymentStatus.CANCELED if is_canceled else PaymentStatus.FAILED
    return await verify_with_gateway(app, payment, unpaid=unpaid)


async def _load_payment(payment_id: int) -> Payment:
    return await Payment.get(id=payment_id)


async def _create(app: AppContext, payer_id: int | None, amount: Toman) -> Payment:
    now = await database.now()
    return await Payment.create(
        user_id=payer_id, gateway=app.payment_gateway.name, amount=amount, created_at=now, updated_at=now
    )


async def _restore_opened(app: AppContext, payment: Payment, *, mobile: str | None) -> Payment:
    """`payment` as in the first response: pending, with the gateway's page."""
    if payment.url is None and not await _claim_opening(app, payment):
        await payment.refresh_from_db()
        if payment.url is None:
            raise IdempotencyKeyInProgress
    if payment.url is None:
        await _open(app, payment, mobile=mobile)
    return payment.as_opened()


async def _claim_opening(app: AppContext, payment: Payment) -> bool:
    """Whether this request may call the gateway; the claim of a crashed request expires."""
    now = await database.now()
    free = Payment.filter(Q(check_after=None) | Q(check_after__lte=now), id=payment.id, authority=None)
    return await free.update(check_after=now + 2 * app.settings.gateway_total_timeout) == 1


async def _open(app: AppContext, payment: Payment, *, mobile: str | None) -> None:
    try:
        page = await app.payments[payment.gateway].open(
            payment_id=payment.id,
            amount=Toman(payment.amount),
            callback_url=app.settings.effective_public_url + CALLBACK_PATH,
            description=_DESCRIPTION,
            mobile=mobile,
        )
        await _store_page(payment, page)
    except (GatewayError, KeyError, IntegrityError) as error:
        logger.error(
            "payment not started: payment=%d gateway=%s error=%s", payment.id, payment.gateway, error
        )
        await Payment.filter(id=payment.id, authority=None).update(
            status=PaymentStatus.FAILED, check_after=None
        )
        raise PaymentGatewayUnavailable from error


async def _store_page(payment: Payment, page: PaymentPage) -> None:
    now = await database.now()
    payment.authority, payment.url = page.authority, page.url
    payment.status, payment.check_after = PaymentStatus.PENDING, now + FIRST_CHECK
    await payment.save(update_fields=["authority", "url", "status", "check_after"])


async def verify_with_gateway(app: AppContext, payment: Payment, *, unpaid: PaymentStatus | None) -> Payment:
    """`payment` after asking its gateway; a pending one that was not paid becomes `unpaid`."""
    gateway = app.payments.get(payment.gateway)
    if payment.status not in _OPEN or gateway is None or payment.authority is None:
        return payment
    try:
        verification = await gateway.verify(authority=payment.authority, amount=Toman(payment.amount))
    except GatewayError as error:
        logger.warning(
            "payment verification failed: payment=%d gateway=%s error=%s", payment.id, payment.gateway, error
        )
        return payment
    await _settle(payment, verification, unpaid=unpaid)
    await payment.refresh_from_db()
    return payment


async def _settle(payment: Payment, verification: Verification, *, unpaid: PaymentStatus | None) -> None:
    async with in_transaction():
        now = await database.now()
        if verification.verdict is Verdict.PAID:
            await _credit_once(payment, verification, now=now)
        elif verification.verdict is Verdict.AMOUNT_DIFFERS:
            await _reject_once(payment, now=now)
        elif unpaid is not None:
            # An unverified payment is settled too: nobody paid.
            waiting = (PaymentStatus.PENDING, PaymentStatus.UNVERIFIED)
            await Payment.filter(id=payment.id, status__in=waiting).update(status=unpaid, updated_at=now)


async def _credit_once(payment: Payment, verification: Verification, *, now: datetime) -> None:
    # Guarded: of several concurrent confirmations only one finds it open.
    is_first = await Payment.filter(id=payment.id, status__in=_OPEN).update(
        status=PaymentStatus.PAID,
        reference=verification.reference,
        card_mask=verification.card_mask,
        check_after=None,
        credited_at=now,
        updated_at=now,
    )
    if is_first:
        await credit_payer(payment, now=now)


async def credit_payer(payment: Payment, *, now: datetime) -> None:
    """Credit the payer and notify them; call it in the transaction that marks the payment as paid."""
    if payment.user_id is None:
        return
    amount = Toman(payment.amount)
    await wallet.credit(
        payment.user_id,
        amount,
        kind=LedgerKind.PAYMENT,
        cause=f"payment:{payment.id}",
        payment=payment,
        now=now,
    )
    payer = await User.get(id=payment.user_id)
    await notifications.notify(
        payer.id,
        NotificationKind.PAYMENT_CREDITED,
        notification_texts.payment_credited(payer.first_name, amount),
        now=now,
    )


async def _reject_once(payment: Payment, *, now: datetime) -> None:
    is_first = await Payment.filter(id=payment.id, status__in=_OPEN).update(
        status=PaymentStatus.MISMATCHED, check_after=None, updated_at=now
    )
    if not is_first:
        return
    logger.error("payment amount mismatch: payment=%d expected=%d", payment.id, payment.amount)
    sentence = notification_texts.payment_mismatched(payment_id=payment.id, amount=Toman(payment.amount))
    await notify_staff(NotificationKind.PAYMENT_MISMATCHED, sentence, now=now)


async def notify_staff(kind: NotificationKind, sentence: str, *, now: datetime) -> None:
    for member in await User.filter(role__in=FINANCE_STAFF, is_active=True):
        await notifications.notify(member.id, kind, sentence, now=now)
