"""Refills: having delivered again what dropped from a finished order."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from domain import ids, notices
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, RefillUnavailable, refuses
from domain.states import AlertKind, RefillStatus
from gateways.errors import GatewayError, GatewayRefused
from models import Provider, Refill, Service, User, database
from resolvers import isolation, provider_health
from resolvers.orders import get_order
from resolvers.provider_health import Health
from resolvers.shop import Shop
from resolvers.troubles import Trouble, tell

logger = logging.getLogger("vitrin.refills")

_COOL_DOWN = timedelta(hours=24)
_RETRY = timedelta(minutes=1)
# A refill is asked about again after as long as it has lasted, within these.
_SHORTEST_LOOK, _LONGEST_LOOK = timedelta(seconds=10), timedelta(minutes=10)
_UNCLEAR_LOOK = timedelta(minutes=1)
_UNCLEAR_FOR_GOOD = timedelta(minutes=50)
_AT_ONCE = 20
_DELIVERED = (OrderStatus.COMPLETED, OrderStatus.PARTIAL)
_OPEN = (RefillStatus.PENDING, RefillStatus.INPROGRESS)
_LONGEST_NOTE = 500
# Materialized: PostgreSQL may else run the inner query once a row, and its limit is then none.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM refills WHERE due_at IS NOT NULL AND due_at <= $2
    ORDER BY due_at, id LIMIT $3 {skip_locked}
)
UPDATE refills SET due_at = $1 WHERE id IN (SELECT id FROM due) RETURNING id
"""


@refuses(OrderNotFound, Forbidden, RefillUnavailable)
async def request_refill(user: User, *, order_id: int) -> Refill:
    """Ask for a refill of an order of the user's; the worker passes it on to the provider.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it is another user's.
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
        # A twin asked at the same moment; an order has one open refill.
        raise RefillUnavailable from error


async def refills_by_order(order_ids: Iterable[int]) -> dict[int, list[Refill]]:
    """The refills of each of these orders, oldest first."""
    refills: dict[int, list[Refill]] = {order_id: [] for order_id in order_ids}
    for refill in await Refill.filter(order_id__in=list(refills)).order_by("id"):
        refills[refill.order_id].append(refill)
    return refills


async def own_refills(user: User, refill_ids: Iterable[int]) -> dict[int, Refill]:
    """Those of the refills that are of orders of the user's, in one statement."""
    possible = list(filter(ids.is_possible, refill_ids))
    return {refill.id: refill for refill in await Refill.filter(order__user_id=user.id, id__in=possible)}


async def carry_out_refills(shop: Shop) -> int:
    """Send refills that are asked for, and ask about those under way; returns how many went well.

    One whose provider cannot be understood for an hour is held for staff, and not asked about any more.
    """
    now = await database.now()
    statement = _CLAIM.format(skip_locked=database.skip_locked())
    rows = await database.fetch(statement, now + _RETRY, now, _AT_ONCE)
    done = 0
    for refill in await Refill.filter(id__in=[row["id"] for row in rows]).select_related("order__provider"):
        done += await isolation.count_apart(
            "refills", f"refill {refill.id}", _carry_out(shop, refill, now=now)
        )
    return done


async def _carry_out(shop: Shop, refill: Refill, *, now: datetime) -> int:
    provider: Provider | None = refill.order.provider
    if provider is None:
        await _hold(refill, "its order has no provider", now=now)
        return 0
    if not provider_health.answers(provider):
        await _open(refill).update(due_at=now + _LONGEST_LOOK)
        return 0
    try:
        await (_follow if refill.provider_refill_id else _send)(shop, provider, refill)
    except (GatewayError, ValueError) as error:
        await _note_failure(shop, provider, refill, error, now=now)
        return 0
    return 1


async def _note_failure(
    shop: Shop, provider: Provider, refill: Refill, error: Exception, *, now: datetime
) -> None:
    said = shop.provider_account(provider).unnamed(provider_health.describe(error))
    logger.warning("refill %d waits: %s", refill.id, said)
    concerns_all = isinstance(error, GatewayError) and await Health(shop, provider).note_failure(
        error, said=said
    )
    if isinstance(error, GatewayRefused) and not concerns_all:
        await _end(refill, RefillStatus.REJECTED, staff_note=said)
    elif not concerns_all:
        # Asking twice does no harm: a provider has one open refill an order.
        await _note_unclear(refill, said, now=now)


async def _send(shop: Shop, provider: Provider, refill: Refill) -> None:
    number = await shop.provider_api(provider).refill(
        shop.provider_account(provider), refill.order.provider_order_id or ""
    )
    now = await database.now()
    await _open(refill).update(
        provider_refill_id=number,
        status=RefillStatus.INPROGRESS,
        due_at=now + _SHORTEST_LOOK,
        unclear_since=None,
        updated_at=now,
    )


async def _follow(shop: Shop, provider: Provider, refill: Refill) -> None:
    told = await shop.provider_api(provider).refill_status(
        shop.provider_account(provider), refill.provider_refill_id or ""
    )
    now = await database.now()
    if told.status in (RefillStatus.COMPLETED, RefillStatus.REJECTED):
        await _end(refill, told.status, staff_note=None)
    elif told.status is None:
        await _note_unclear(refill, f"the provider's word for it is unknown: {told.status_text!r}", now=now)
    else:
        wait = min(max(now - refill.created_at, _SHORTEST_LOOK), _LONGEST_LOOK)
        await _open(refill).update(due_at=now + wait, unclear_since=None)


async def _end(refill: Refill, status: RefillStatus, *, staff_note: str | None) -> None:
    now: datetime = await database.now()
    note = staff_note and staff_note[:_LONGEST_NOTE]
    await _open(refill).update(status=status, staff_note=note, due_at=None, updated_at=now)


async def _note_unclear(refill: Refill, reason: str, *, now: datetime) -> None:
    since = refill.unclear_since or now
    if now - since >= _UNCLEAR_FOR_GOOD:
        await _hold(refill, reason, now=now)
    else:
        await _open(refill).update(unclear_since=since, due_at=now + _UNCLEAR_LOOK)


async def _hold(refill: Refill, reason: str, *, now: datetime) -> None:
    """Leave a refill to staff, who are told."""
    columns = {"status": RefillStatus.AWAITING, "staff_note": reason[:_LONGEST_NOTE], "due_at": None}
    trouble = Trouble(
        kind=AlertKind.REFILL_HELD,
        subject=str(refill.id),
        sentence=notices.refill_held(order_id=refill.order_id),
    )
    async with database.exclusive("held refills"):
        if await _open(refill).update(**columns, updated_at=now):
            await tell(trouble)


def _open(refill: Refill) -> QuerySet[Refill]:
    return Refill.filter(id=refill.id, status__in=_OPEN)
