"""Refills: delivering again what dropped from a finished order."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

import database
from database.claims import claim_due
from domain import ids, notification_texts
from domain.enums import AlertKind, RefillStatus
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, RefillUnavailable, declares_problems
from gateways.errors import GatewayError, GatewayRejected
from models import Provider, Refill, Service, User
from resolvers import job_isolation, provider_health
from resolvers.app_context import AppContext
from resolvers.orders import get_order
from resolvers.provider_health import ProviderHealth
from resolvers.shop_alerts import ShopAlert, raise_alert

logger = logging.getLogger("vitrin.refills")

_COOL_DOWN = timedelta(hours=24)
_RETRY = timedelta(minutes=1)
# A refill is polled again after as long as it has lasted, within these bounds.
_MIN_POLL_INTERVAL, _MAX_POLL_INTERVAL = timedelta(seconds=10), timedelta(minutes=10)
_UNCLEAR_POLL_INTERVAL = timedelta(minutes=1)
_UNCLEAR_TIMEOUT = timedelta(minutes=50)
_BATCH_SIZE = 20
_DELIVERED = (OrderStatus.COMPLETED, OrderStatus.PARTIAL)
_OPEN = (RefillStatus.PENDING, RefillStatus.INPROGRESS)
_MAX_NOTE_LENGTH = 500


@declares_problems(OrderNotFound, Forbidden, RefillUnavailable)
async def request_refill(user: User, *, order_id: int) -> Refill:
    """Request a refill of one of the user's orders; the worker forwards it to the provider.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it belongs to another user.
        RefillUnavailable: not delivered, no refill for its service, or the last is open or under a day old.
    """
    order = await get_order(user, order_id=order_id)
    service = await Service.get(id=order.service_id)
    is_at_provider = order.provider_id is not None and order.provider_order_id is not None
    if order.status not in _DELIVERED or not service.can_refill or not is_at_provider:
        raise RefillUnavailable
    try:
        async with in_transaction():
            now = await database.now()
            recent = Refill.filter(order_id=order.id, created_at__gt=now - _COOL_DOWN)
            if await recent.exclude(status=RefillStatus.REJECTED).exists():
                raise RefillUnavailable
            return await Refill.create(order_id=order.id, due_at=now, created_at=now, updated_at=now)
    except IntegrityError as error:
        # A concurrent request came first; an order has at most one open refill.
        raise RefillUnavailable from error


async def get_refills_by_order(order_ids: Iterable[int]) -> dict[int, list[Refill]]:
    """The refills of each of these orders, oldest first."""
    refills: dict[int, list[Refill]] = {order_id: [] for order_id in order_ids}
    for refill in await Refill.filter(order_id__in=list(refills)).order_by("id"):
        refills[refill.order_id].append(refill)
    return refills


async def get_own_refills(user: User, refill_ids: Iterable[int]) -> dict[int, Refill]:
    """Those of the refills whose order belongs to the user, in one statement."""
    possible = list(filter(ids.is_possible, refill_ids))
    return {refill.id: refill for refill in await Refill.filter(order__user_id=user.id, id__in=possible)}


async def process_refills(app: AppContext) -> int:
    """Send requested refills and poll those in progress; returns how many succeeded.

    A refill without a readable answer for an hour is held for staff and no longer polled.
    """
    now = await database.now()
    refill_ids = await claim_due(
        "refills", due="due_at", now=now, limit=_BATCH_SIZE, changes={"due_at": now + _RETRY}
    )
    done = 0
    for refill in await Refill.filter(id__in=refill_ids).select_related("order__provider"):
        done += await job_isolation.count_isolated(
            "refills", f"refill {refill.id}", _process(app, refill, now=now)
        )
    return done


async def _process(app: AppContext, refill: Refill, *, now: datetime) -> int:
    provider: Provider | None = refill.order.provider
    if provider is None:
        await _hold(refill, "its order has no provider", now=now)
        return 0
    if not provider_health.is_reachable(provider):
        await _lock_open(refill).update(due_at=now + _MAX_POLL_INTERVAL)
        return 0
    try:
        await (_poll if refill.provider_refill_id else _send)(app, provider, refill)
    except (GatewayError, ValueError) as error:
        await _record_failure(app, provider, refill, error, now=now)
        return 0
    return 1


async def _record_failure(
    app: AppContext, provider: Provider, refill: Refill, error: Exception, *, now: datetime
) -> None:
    message = app.get_provider_account(provider).redact(provider_health.describe(error))
    logger.warning("refill not sent, will retry: refill=%d reason=%s", refill.id, message)
    concerns_all = isinstance(error, GatewayError) and await ProviderHealth(app, provider).record_failure(
        error, message=message
    )
    if isinstance(error, GatewayRejected) and not concerns_all:
        await _end(refill, RefillStatus.REJECTED, staff_note=message)
    elif not concerns_all:
        # Repeating the request is harmless: a provider keeps one open refill per order.
        await _record_unclear_status(refill, message, now=now)


async def _send(app: AppContext, provider: Provider, refill: Refill) -> None:
    number = await app.get_provider_api(provider).refill(
        app.get_provider_account(provider), refill.order.provider_order_id or ""
    )
    now = await database.now()
    await _lock_open(refill).update(
        provider_refill_id=number,
        status=RefillStatus.INPROGRESS,
        due_at=now + _MIN_POLL_INTERVAL,
        unclear_since=None,
        updated_at=now,
    )


async def _poll(app: AppContext, provider: Provider, refill: Refill) -> None:
    answer = await app.get_provider_api(provider).refill_status(
        app.get_provider_account(provider), refill.provider_refill_id or ""
    )
    now = await database.now()
    if answer.status in (RefillStatus.COMPLETED, RefillStatus.REJECTED):
        await _end(refill, answer.status, staff_note=None)
    elif answer.status is None:
        await _record_unclear_status(
            refill, f"the provider's word for it is unknown: {answer.status_text!r}", now=now
        )
    else:
        wait = min(max(now - refill.created_at, _MIN_POLL_INTERVAL), _MAX_POLL_INTERVAL)
        await _lock_open(refill).update(due_at=now + wait, unclear_since=None)


async def _end(refill: Refill, status: RefillStatus, *, staff_note: str | None) -> None:
    now: datetime = await database.now()
    note = staff_note and staff_note[:_MAX_NOTE_LENGTH]
    await _lock_open(refill).update(status=status, staff_note=note, due_at=None, updated_at=now)


async def _record_unclear_status(refill: Refill, reason: str, *, now: datetime) -> None:
    since = refill.unclear_since or now
    if now - since >= _UNCLEAR_TIMEOUT:
        await _hold(refill, reason, now=now)
    else:
        await _lock_open(refill).update(unclear_since=since, due_at=now + _UNCLEAR_POLL_INTERVAL)


async def _hold(refill: Refill, reason: str, *, now: datetime) -> None:
    """Hold a refill for staff and notify them."""
    columns = {"status": RefillStatus.AWAITING, "staff_note": reason[:_MAX_NOTE_LENGTH], "due_at": None}
    trouble = ShopAlert(
        kind=AlertKind.REFILL_HELD,
        subject=str(refill.id),
        sentence=notification_texts.refill_held(order_id=refill.order_id),
    )
    async with database.exclusive_transaction("held refills"):
        if await _lock_open(refill).update(**columns, updated_at=now):
            await raise_alert(trouble)


def _lock_open(refill: Refill) -> QuerySet[Refill]:
    return Refill.filter(id=refill.id, status__in=_OPEN)
