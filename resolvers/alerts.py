"""What managers and owners are told of the shop itself, each trouble once until it is over."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from tortoise.functions import Count, Max

from domain import notices
from domain.money import Toman
from domain.roles import STAFF_OF_MONEY
from domain.service_types import ServiceFlag
from domain.states import AlertKind, NotificationKind
from models import Alert, Provider, Service, User, database
from resolvers import notifications, queue
from resolvers.shop import Shop

SHOP = "shop"
"""The subject of what concerns no single record."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that is wrong now; `latest_at` is its latest event, where it can grow."""

    kind: AlertKind
    subject: str
    sentence: str
    latest_at: datetime | None = None


async def watch_shop(shop: Shop) -> int:
    """Look at the queue, at providers' balances and at flagged services; returns how many troubles are new.

    Safe in any number of workers: they look one after the other.
    """
    watched = (AlertKind.QUEUE_STALE, AlertKind.BALANCE_LOW, AlertKind.SERVICES_FLAGGED)
    async with database.exclusive("alerts"):
        troubles = [*await _queue(shop), *await _balances(shop), *await _flagged()]
        told = [await tell(trouble) for trouble in troubles]
        lasting = {(trouble.kind, trouble.subject) for trouble in troubles}
        for alert in await Alert.filter(kind__in=watched):
            if (alert.kind, alert.subject) not in lasting:
                await alert.delete()
    return sum(told)


async def tell(trouble: Trouble) -> bool:
    """Tell staff of a trouble unless they know; call it in a transaction, where no other does the same."""
    now = await database.now()
    known = await Alert.get_or_none(kind=trouble.kind, subject=trouble.subject)
    if known is not None and not _has_grown(known, trouble):
        return False
    if known is None:
        await Alert.create(
            kind=trouble.kind, subject=trouble.subject, began_at=now, latest_at=trouble.latest_at
        )
    else:
        await Alert.filter(id=known.id).update(latest_at=trouble.latest_at)
    for member in await User.filter(role__in=STAFF_OF_MONEY, is_active=True):
        await notifications.notify(member.id, NotificationKind.SHOP_ALERT, trouble.sentence, now=now)
    return True


def _has_grown(known: Alert, trouble: Trouble) -> bool:
    if trouble.latest_at is None:
        return False
    return known.latest_at is None or trouble.latest_at > known.latest_at


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
    """The shop's credit at a provider in whole Toman, rounded down; None where it told none that is one."""
    try:
        amount = Decimal(provider.balance or "")
    except InvalidOperation:
        return None
    return Toman(int(amount * provider.toman_per_unit)) if amount.is_finite() else None


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
