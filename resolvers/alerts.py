"""What managers and owners are told of the shop itself, each trouble once until it is over."""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tortoise.functions import Count, Max
from tortoise.transactions import in_transaction

from domain import notices, provider_amounts
from domain.money import Toman
from domain.service_types import ServiceFlag
from domain.states import AlertKind, PauseReason
from models import Alert, Provider, Service, database
from resolvers import isolation, queue
from resolvers.shop import Shop
from resolvers.troubles import SHOP, Trouble, tell

_JOB = "watch the shop"
_SET_ASIDE_FOR = timedelta(days=1)
_PATIENT_PAUSES = 4
"""Pauses in a row for a rate limit that are nothing to tell of: about seven minutes."""


async def watch_shop(shop: Shop) -> int:
    """Look at the queue, at providers' balances and at flagged services; returns how many troubles are new.

    Safe in any number of workers: they look one after the other.
    """
    watched = {
        AlertKind.QUEUE_STALE: lambda: _queue(shop),
        AlertKind.BALANCE_LOW: lambda: _balances(shop),
        AlertKind.SERVICES_FLAGGED: _flagged,
        AlertKind.PROVIDER_PAUSED: _paused,
    }
    told = 0
    for kind, look in watched.items():
        told += await isolation.count_apart(_JOB, kind.value, _watch(kind, look))
    await _forget_rows_set_aside()
    return told


async def _watch(kind: AlertKind, look: Callable[[], Awaitable[list[Trouble]]]) -> int:
    """Tell of the troubles of one kind, and forget those that are over; returns how many are new."""
    async with database.exclusive("alerts"):
        troubles = await look()
        told = 0
        for trouble in troubles:
            told += await isolation.count_apart(_JOB, f"{kind.value} {trouble.subject}", _tell(trouble))
        lasting = {trouble.subject for trouble in troubles}
        for alert in await Alert.filter(kind=kind):
            if alert.subject not in lasting:
                await alert.delete()
    return told


async def _tell(trouble: Trouble) -> int:
    async with in_transaction():
        return int(await tell(trouble))


async def _forget_rows_set_aside() -> None:
    """A row that has not failed for a day is over it, or gone."""
    before = await database.now() - _SET_ASIDE_FOR
    await Alert.filter(kind=AlertKind.ROW_SET_ASIDE, latest_at__lt=before).delete()


async def _queue(shop: Shop) -> list[Trouble]:
    age = await queue.oldest_due()
    if age <= shop.settings.queue_max_age:
        return []
    sentence = notices.queue_stale(minutes=int(age.total_seconds() // 60))
    return [Trouble(kind=AlertKind.QUEUE_STALE, subject=SHOP, sentence=sentence)]


async def _balances(shop: Shop) -> list[Trouble]:
    least = shop.settings.provider_low_balance
    return [
        Trouble(
            kind=AlertKind.BALANCE_LOW,
            subject=str(provider.id),
            sentence=notices.balance_low(provider.name, left=left),
        )
        for provider in await Provider.filter(is_active=True, is_sandbox=False)
        if (left := _balance(provider)) is not None and left < least
    ]


def _balance(provider: Provider) -> Toman | None:
    """The shop's credit at a provider in whole Toman, rounded down; None where nobody knows it."""
    amount = provider_amounts.parse(provider.balance)
    return None if amount is None else Toman(math.floor(amount * provider.toman_per_unit))


async def _paused() -> list[Trouble]:
    """Providers that nothing is sent to for a while; a rate limit is one only when it goes on."""
    return [
        Trouble(
            kind=AlertKind.PROVIDER_PAUSED,
            subject=str(provider.id),
            sentence=notices.provider_paused(provider.name, reason=provider.pause_reason),
        )
        for provider in await Provider.filter(is_active=True, pause_reason__not_isnull=True)
        if provider.pause_reason is not PauseReason.BUSY or provider.pauses > _PATIENT_PAUSES
    ]


async def _flagged() -> list[Trouble]:
    """For each provider, its services whose price moved, that sell at a loss, or that it no longer lists."""
    flagged = Service.filter(flag__in=list(ServiceFlag), provider__is_active=True)
    rows = (
        await flagged.annotate(services=Count("id"), latest_at=Max("flagged_at"))
        .group_by("provider_id", "provider__name")
        .values("provider_id", "provider__name", "services", "latest_at")
    )
    return [
        Trouble(
            kind=AlertKind.SERVICES_FLAGGED,
            subject=str(row["provider_id"]),
            sentence=notices.services_flagged(row["provider__name"], services=row["services"]),
            latest_at=_moment(row["latest_at"]),
        )
        for row in rows
    ]


def _moment(value: datetime | str | None) -> datetime | None:
    # SQLite keeps moments as text.
    return datetime.fromisoformat(value) if isinstance(value, str) else value
