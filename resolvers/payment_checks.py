"""Asks gateways, at growing intervals, about payments whose payer never returned; finally staff decide."""

import logging
from datetime import timedelta

from tortoise.expressions import F
from tortoise.transactions import in_transaction

import database
from domain import notification_texts
from domain.enums import NotificationKind, PaymentStatus
from domain.money import Toman
from models import Payment
from resolvers import job_isolation, payments
from resolvers.app_context import AppContext

_MAX_WAIT = timedelta(hours=2)
_MAX_DOUBLINGS = 10
_BATCH_SIZE = 20

logger = logging.getLogger("vitrin.payments")


async def check_payments(app: AppContext) -> int:
    """Ask the gateways about payments whose payer never returned; returns how many were checked.

    Safe with several processes: each due payment is claimed by a guarded update.
    """
    due = Payment.filter(check_after__lte=await database.now(), authority__not_isnull=True)
    found = await due.order_by("check_after").limit(_BATCH_SIZE)
    checked = 0
    for payment in found:
        checked += await job_isolation.count_isolated(
            "check payments", f"payment {payment.id}", _check_if_claimed(app, payment)
        )
    return checked


async def _check_if_claimed(app: AppContext, payment: Payment) -> int:
    if not await _claim_check(payment):
        return 0
    is_last = _is_last_check(app, payment)
    await payments.verify_with_gateway(app, payment, unpaid=PaymentStatus.FAILED if is_last else None)
    if is_last:
        await _end_checks(payment)
    return 1


async def _claim_check(payment: Payment) -> bool:
    """Claim the check for this process; each check is scheduled later than the one before.

    The next check is scheduled even if this one is the last: a process that dies in between must not leave
    the payment pending forever.
    """
    now = await database.now()
    wait = min(payments.FIRST_CHECK * 2 ** min(payment.checks, _MAX_DOUBLINGS), _MAX_WAIT)
    mine = Payment.filter(id=payment.id, check_after=payment.check_after)
    if await mine.update(check_after=now + wait, checks=F("checks") + 1) != 1:
        return False
    payment.check_after = now + wait
    return True


def _is_last_check(app: AppContext, payment: Payment) -> bool:
    return (payment.check_after or payment.created_at) > payment.created_at + app.settings.payment_lifetime


async def _end_checks(payment: Payment) -> None:
    """Stop checking; a payment that is still pending may be real money, so staff decide on it."""
    async with in_transaction():
        now = await database.now()
        await Payment.filter(id=payment.id).update(check_after=None)
        pending = Payment.filter(id=payment.id, status=PaymentStatus.PENDING)
        if await pending.update(status=PaymentStatus.UNVERIFIED, updated_at=now):
            logger.error("payment unverified: payment=%d gateway=%s", payment.id, payment.gateway)
            sentence = notification_texts.payment_unverified(
                payment_id=payment.id, amount=Toman(payment.amount)
            )
            await payments.notify_staff(NotificationKind.PAYMENT_MISMATCHED, sentence, now=now)
