"""Submitting orders to their providers: claim, mark as sending, send once, process the outcome.

An order is sent only after its status `sending` has been committed. The outcome is exactly one of four
(`ProviderApi.add`): accepted, refused, certainly not sent, unknown. Only orders that were certainly not sent
are sent again.
"""

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

import database
from database.change_events import LiveTopic, publish_change
from database.claims import claim_due
from domain import public_reasons
from domain.enums import RefusalKind
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from domain.public_reasons import PublicReason
from gateways import provider_error_kinds
from gateways.errors import GatewayError, GatewayRateLimited, GatewayRejected, GatewayUnavailable
from gateways.provider_orders import ProviderOrder
from models import Order, Provider
from resolvers import job_isolation, provider_health
from resolvers.app_context import AppContext
from resolvers.order_transitions import Change, cancel_change, change_order, lock_order, record_event
from resolvers.provider_health import ProviderHealth

logger = logging.getLogger("vitrin.submission")

_CLAIMS_PER_CALL = 10
_FIRST_POLL_DELAY = timedelta(seconds=5)
_MIN_RETRY_DELAY = timedelta(seconds=5)
_MAX_RETRY_DELAY = timedelta(minutes=15)
_MAX_NOTE_LENGTH = 500
_UNDER_WAY = (OrderStatus.PROCESSING, OrderStatus.INPROGRESS)
_MARK_SENDING = """
UPDATE orders SET dispatch = 'sending', lease_until = $1, attempts = attempts + 1
WHERE id = $2 AND dispatch = 'queued' AND worker = $3 AND lease_until > $4 RETURNING id
"""
_STORE_NUMBER = """
UPDATE orders SET provider_order_id = $1, dispatch = 'sent', due_at = $2, worker = NULL, lease_until = NULL,
    attempts = 0, staff_note = NULL, public_reason = NULL, status = 'processing', updated_at = $3
WHERE id = $4 AND dispatch = 'sending' AND status = 'pending' AND NOT EXISTS (
    SELECT 1 FROM orders twin WHERE twin.provider_id = $5 AND twin.provider_order_id = $1
        AND twin.provider_order_id IS NOT NULL
) RETURNING id
"""


async def submit_orders(app: AppContext, provider: Provider) -> int:
    """Send the provider's due orders with the concurrency it allows; returns how many were claimed.

    The first order is sent alone and the others follow once the provider has answered, so an outage does not
    affect a whole round. Nothing is sent to a provider that is switched off or paused. Safe with several
    workers: a claim not started within its lease returns to the queue. When the process is stopping, or the
    provider gets paused, unsent orders return to the queue immediately.
    """
    if not provider_health.accepts_orders(provider):
        return 0
    claimed = await _claim(app, provider)
    health = ProviderHealth(app, provider)
    if not claimed.orders:
        await health.record_idle()
        return 0
    turn = asyncio.Semaphore(provider.concurrency)

    async def send(order: Order) -> None:
        async with turn:
            if not app.stopping.is_set() and not health.is_paused:
                submitted = _submit(app, provider, order, health, claimed.now())
                await job_isolation.run_isolated("submit", f"order {order.id}", submitted)

    waiting = list(claimed.orders)
    while waiting and not health.has_answered:
        await send(waiting.pop(0))
    # Requests in flight are awaited even if the database fails when another order completes.
    outcomes = await asyncio.gather(*map(send, waiting), return_exceptions=True)
    if app.stopping.is_set() or health.is_paused:
        await _release(app, provider)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return len(claimed.orders)


async def hold_lost_orders(app: AppContext) -> int:
    """Hold orders whose worker was lost while sending them, for staff; returns how many."""
    now = await database.now()
    lost = (
        await Order.filter(dispatch=Dispatch.SENDING, lease_until__lte=now).order_by("lease_until").limit(100)
    )
    reason, held = "the worker was lost while the order was being sent", 0
    for order in lost:
        held += await job_isolation.run_isolated(
            "hold lost orders", f"order {order.id}", _hold(order.id, reason, only_after=now)
        )
    return held


@dataclass(frozen=True)
class _Claim:
    """Orders claimed by this worker, and the database's clock carried on since the claim."""

    orders: list[Order]
    claimed_at: datetime
    counted_from_ns: int

    def now(self) -> datetime:
        return self.claimed_at + timedelta(seconds=(time.monotonic_ns() - self.counted_from_ns) // 10**9)


async def _claim(app: AppContext, provider: Provider) -> _Claim:
    counted_from, now = time.monotonic_ns(), await database.now()
    until, limit = now + app.settings.worker_lease, provider.concurrency * _CLAIMS_PER_CALL
    order_ids = await claim_due(
        "orders",
        due="due_at",
        now=now,
        limit=limit,
        changes={"worker": app.worker_name, "lease_until": until},
        condition="dispatch = 'queued' AND provider_id = $1 AND (lease_until IS NULL OR lease_until <= $2)",
        values=(provider.id, now),
    )
    orders = await Order.filter(id__in=order_ids).order_by("id") if order_ids else []
    return _Claim(orders, now, counted_from)


async def _release(app: AppContext, provider: Provider) -> None:
    mine = Order.filter(dispatch=Dispatch.QUEUED, worker=app.worker_name, provider_id=provider.id)
    await mine.update(worker=None, lease_until=None)


async def _submit(
    app: AppContext, provider: Provider, order: Order, health: ProviderHealth, now: datetime
) -> None:
    deadline = now + 2 * app.settings.gateway_total_timeout + _MIN_RETRY_DELAY
    if not await database.fetch(_MARK_SENDING, deadline, order.id, app.worker_name, now):
        return
    account = app.get_provider_account(provider)
    try:
        number = await app.get_provider_api(provider).add(account, _to_provider_order(order))
    except GatewayError as error:
        message = account.redact(provider_health.describe(error))
        await _handle_failure(order, error, message=message, health=health)
    except ValueError as error:
        await _hold(order.id, account.redact(str(error)))
    else:
        await _record_accepted(order, number, now=now)
        await health.record_accepted()


async def _handle_failure(order: Order, error: GatewayError, *, message: str, health: ProviderHealth) -> None:
    """Process an order that the provider did not accept, or whose outcome is unknown."""
    concerns_all = await health.record_failure(error, message=message)
    if isinstance(error, GatewayRejected):
        if concerns_all:
            await _queue_again(order.id, message, public_reason=PublicReason.DELAYED)
        else:
            await _record_refused(
                order.id, message or f"code {error.code}", kind=provider_error_kinds.classify(error)
            )
    elif isinstance(error, GatewayRateLimited) or (
        isinstance(error, GatewayUnavailable) and not error.request_sent
    ):
        await _queue_again(order.id, message, public_reason=None)
    else:
        await _hold(order.id, message)


def _to_provider_order(order: Order) -> ProviderOrder:
    """The order in the form its provider receives: the whole order, or one run of it."""
    content = order.content
    return ProviderOrder(
        service_id=order.provider_service_id or "",
        type=order.service_type,
        link=order.link,
        quantity=order.drip_feed_quantity if order.runs_by_shop or order.is_drip_feed else order.quantity,
        content=replace(content, drip_feed=None) if order.runs_by_shop else content,
    )


async def _record_accepted(order: Order, number: str, *, now: datetime) -> None:
    async with in_transaction():
        # One statement for the common case; everything unusual is handled below.
        values = (number, now + _FIRST_POLL_DELAY, now, order.id, order.provider_id)
        if await database.fetch(_STORE_NUMBER, *values):
            before, order.status = order.status, OrderStatus.PROCESSING
            stored = Change(to=order.status, actor=OrderActor.SYSTEM, staff_note=f"provider's order {number}")
            await record_event(order, stored, before=before, now=now)
            await publish_change(order.user_id, LiveTopic.ORDER, str(order.id))
            return
    await _hold_duplicate_number(order.id, number)


async def _hold_duplicate_number(order_id: int, number: str) -> None:
    async with in_transaction():
        order = await lock_order(order_id)
        now = await database.now()
        twin = Order.filter(provider_id=order.provider_id, provider_order_id=number).exclude(id=order_id)
        if await twin.exists():
            await _hold_locked(order, f"the provider answered the number of another order, {number}", now=now)
        elif order.dispatch in (Dispatch.SENDING, Dispatch.UNKNOWN):
            await change_order(order, _sent_change(order, number, now=now), now=now)
        else:
            logger.error(
                "late provider acceptance: order=%d dispatch=%s provider_order=%s",
                order_id,
                order.dispatch,
                number,
            )


def _sent_change(order: Order, number: str, *, now: datetime) -> Change:
    # The lease expired and the order was held, but its worker survived and has the answer after all.
    to = order.status if order.status in _UNDER_WAY else OrderStatus.PROCESSING
    columns = {
        "provider_order_id": number,
        "dispatch": Dispatch.SENT,
        "due_at": now + _FIRST_POLL_DELAY,
        "worker": None,
        "lease_until": None,
        "attempts": 0,
        "unclear_since": None,
        "staff_note": None,
        "public_reason": None,
    }
    return Change(to=to, actor=OrderActor.SYSTEM, staff_note=f"provider's order {number}", columns=columns)


async def _record_refused(order_id: int, reason: str, *, kind: RefusalKind) -> None:
    async with in_transaction():
        order = await lock_order(order_id)
        if order.dispatch not in (Dispatch.SENDING, Dispatch.UNKNOWN):
            return
        columns = {
            "dispatch": Dispatch.REFUSED,
            "worker": None,
            "lease_until": None,
            "staff_note": _truncate(reason),
            "public_reason": public_reasons.reason_for_refusal(kind),
        }
        change = Change(
            to=OrderStatus.ERROR, actor=OrderActor.PROVIDER, staff_note=_truncate(reason), columns=columns
        )
        await change_order(order, change, now=await database.now())


async def _queue_again(order_id: int, reason: str, *, public_reason: PublicReason | None) -> None:
    """Requeue an order that was certainly not sent, with a growing delay; a canceled one is dropped."""
    async with in_transaction():
        order = await lock_order(order_id)
        if order.dispatch is not Dispatch.SENDING:
            return
        now = await database.now()
        if order.cancel_requested_at is not None:
            await change_order(order, cancel_change(order), now=now)
            return
        wait = min(_MIN_RETRY_DELAY * 2 ** min(order.attempts - 1, 10), _MAX_RETRY_DELAY)
        # With jitter: a recovering provider must not receive all of them at once.
        wait += timedelta(seconds=secrets.randbelow(5))
        logger.warning("order not sent, will retry: order=%d retry_in=%s reason=%s", order_id, wait, reason)
        await Order.filter(id=order_id).update(
            dispatch=Dispatch.QUEUED,
            due_at=now + wait,
            worker=None,
            lease_until=None,
            staff_note=_truncate(reason),
            public_reason=public_reason,
        )
        await publish_change(order.user_id, LiveTopic.ORDER, str(order_id))


async def _hold(order_id: int, reason: str, *, only_after: datetime | None = None) -> None:
    """Hold an order of unknown outcome for staff; `only_after` its lease, if another worker claimed it."""
    async with in_transaction():
        order = await lock_order(order_id)
        is_late = only_after is None or (order.lease_until is not None and order.lease_until <= only_after)
        if order.dispatch is Dispatch.SENDING and is_late:
            await _hold_locked(order, reason, now=await database.now())


async def _hold_locked(order: Order, reason: str, *, now: datetime) -> None:
    logger.error("order on hold, outcome unknown: order=%d reason=%s", order.id, reason)
    columns = {
        "dispatch": Dispatch.UNKNOWN,
        "worker": None,
        "lease_until": None,
        "staff_note": _truncate(reason),
        "public_reason": PublicReason.UNDER_REVIEW,
    }
    change = Change(
        to=OrderStatus.AWAITING, actor=OrderActor.SYSTEM, staff_note=_truncate(reason), columns=columns
    )
    await change_order(order, change, now=now)


def _truncate(text: str) -> str:
    return text[:_MAX_NOTE_LENGTH]
