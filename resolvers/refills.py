"""Refills: having delivered again what dropped from a finished order."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from domain import ids
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, RefillUnavailable, refuses
from domain.states import RefillStatus
from gateways.errors import GatewayError, GatewayRefused
from models import Provider, Refill, Service, User, database
from resolvers.orders import get_order
from resolvers.shop import Shop

logger = logging.getLogger("vitrin.refills")

_COOL_DOWN = timedelta(hours=24)
_RETRY = timedelta(minutes=1)
# A refill is asked about again after as long as it has lasted, within these.
_SHORTEST_LOOK, _LONGEST_LOOK = timedelta(seconds=10), timedelta(minutes=10)
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
    is_at_provider = order.provider_id is not None and order.provider_order_id >= 1
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
    """Send refills that are asked for, and ask about those under way; returns how many."""
    now = await database.now()
    statement = _CLAIM.format(skip_locked=database.skip_locked())
    rows = await database.fetch(statement, now + _RETRY, now, _AT_ONCE)
    for refill in await Refill.filter(id__in=[row["id"] for row in rows]).select_related("order__provider"):
        try:
            await (_follow if refill.provider_refill_id else _send)(shop, refill)
        except GatewayRefused as refusal:
            await _end(refill, RefillStatus.REJECTED, note=refusal.text)
        except (GatewayError, ValueError) as error:
            # Asking twice does no harm: a provider has one open refill an order.
            logger.warning("refill %d waits: %s", refill.id, error)
    return len(rows)


async def _send(shop: Shop, refill: Refill) -> None:
    provider = _provider_of(refill)
    number = await shop.provider_api(provider).refill(
        shop.provider_account(provider), refill.order.provider_order_id
    )
    now = await database.now()
    await _open(refill).update(
        provider_refill_id=str(number),
        status=RefillStatus.INPROGRESS,
        due_at=now + _SHORTEST_LOOK,
        updated_at=now,
    )


async def _follow(shop: Shop, refill: Refill) -> None:
    provider = _provider_of(refill)
    told = await shop.provider_api(provider).refill_status(
        shop.provider_account(provider), int(refill.provider_refill_id or 0)
    )
    if told.status in (RefillStatus.COMPLETED, RefillStatus.REJECTED):
        await _end(refill, told.status, note=None)
    else:
        now = await database.now()
        wait = min(max(now - refill.created_at, _SHORTEST_LOOK), _LONGEST_LOOK)
        await _open(refill).update(due_at=now + wait)


async def _end(refill: Refill, status: RefillStatus, *, note: str | None) -> None:
    now: datetime = await database.now()
    await _open(refill).update(status=status, note=note and note[:_LONGEST_NOTE], due_at=None, updated_at=now)


def _open(refill: Refill) -> QuerySet[Refill]:
    return Refill.filter(id=refill.id, status__in=_OPEN)


def _provider_of(refill: Refill) -> Provider:
    provider: Provider | None = refill.order.provider
    if provider is None:
        raise ValueError("the order has no provider")
    return provider
