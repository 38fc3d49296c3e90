"""Checks that alert managers and owners about the shop itself, once per incident."""

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tortoise.functions import Count, Max
from tortoise.transactions import in_transaction

import database
from database.row_layout import to_timestamp
from domain import notification_texts, provider_amounts
from domain.enums import AlertKind, PauseReason
from domain.money import Toman
from domain.service_types import ServiceFlag
from models import Alert, Provider, Service
from resolvers import job_isolation, queue_stats
from resolvers.app_context import AppContext
from resolvers.shop_alerts import SHOP, ShopAlert, raise_alert

_JOB = "watch the shop"
_ROW_ALERT_LIFETIME = timedelta(days=1)
_SELF_CLEARING_PAUSES = 4
"""Consecutive rate-limit pauses that raise no alert: about seven minutes."""


async def watch_shop(app: AppContext) -> int:
    """Check the queue, the providers' balances and flagged services; returns the number of new alerts.

    Safe with several workers: the checks are serialized.
    """
    watched = {
        AlertKind.QUEUE_STALE: lambda: _check_queue(app),
        AlertKind.BALANCE_LOW: lambda: _check_balances(app),
        AlertKind.SERVICES_FLAGGED: _check_flagged_services,
        AlertKind.PROVIDER_PAUSED: _check_paused_providers,
    }
    raised = 0
    for kind, find_troubles in watched.items():
        raised += await job_isolation.count_isolated(_JOB, kind.value, _check(kind, find_troubles))
    await _expire_row_alerts()
    return raised


async def _check(kind: AlertKind, find_troubles: Callable[[], Awaitable[list[ShopAlert]]]) -> int:
    """Raise new alerts of one kind and clear those that are over; returns the number of new ones."""
    async with database.exclusive_transaction("alerts"):
        troubles = await find_troubles()
        raised = 0
        for trouble in troubles:
            raised += await job_isolation.count_isolated(
                _JOB, f"{kind.value} {trouble.subject}", _raise_alert(trouble)
            )
        lasting = {trouble.subject for trouble in troubles}
        for alert in await Alert.filter(kind=kind):
            if alert.subject not in lasting:
                await alert.delete()
    return raised


async def _raise_alert(trouble: ShopAlert) -> int:
    async with in_transaction():
        return int(await raise_alert(trouble))


async def _expire_row_alerts() -> None:
    """Clear the alert of a row that has not failed for a day or no longer exists."""
    before = await database.now() - _ROW_ALERT_LIFETIME
    await Alert.filter(kind=AlertKind.ROW_SET_ASIDE, latest_at__lt=before).delete()


async def _check_queue(app: AppContext) -> list[ShopAlert]:
    age = await queue_stats.get_oldest_due_age()
    if age <= app.settings.queue_max_age:
        return []
    sentence = notification_texts.queue_stale(minutes=int(age.total_seconds() // 60))
    return [ShopAlert(kind=AlertKind.QUEUE_STALE, subject=SHOP, sentence=sentence)]


async def _check_balances(app: AppContext) -> list[ShopAlert]:
    threshold = app.settings.provider_low_balance
    return [
        ShopAlert(
            kind=AlertKind.BALANCE_LOW,
            subject=str(provider.id),
            sentence=notification_texts.balance_low(provider.name, balance=balance),
        )
        for provider in await Provider.filter(is_active=True, is_sandbox=False)
        if (balance := _get_balance(provider)) is not None and balance < threshold
    ]


def _get_balance(provider: Provider) -> Toman | None:
    """The shop's balance at a provider in whole Toman, rounded down; None if unknown."""
    amount = provider_amounts.parse(provider.balance)
    return None if amount is None else Toman(math.floor(amount * provider.toman_per_unit))


async def _check_paused_providers() -> list[ShopAlert]:
    """Providers whose submission is paused; a rate limit counts only when it persists."""
    return [
        ShopAlert(
            kind=AlertKind.PROVIDER_PAUSED,
            subject=str(provider.id),
            sentence=notification_texts.provider_paused(provider.name, reason=provider.pause_reason),
        )
        for provider in await Provider.filter(is_active=True, pause_reason__not_isnull=True)
        if provider.pause_reason is not PauseReason.BUSY or provider.pauses > _SELF_CLEARING_PAUSES
    ]


async def _check_flagged_services() -> list[ShopAlert]:
    """For each provider, its services whose cost changed, that sell at a loss, or that it no longer lists."""
    flagged = Service.filter(flag__in=list(ServiceFlag), provider__is_active=True)
    rows = (
        await flagged.annotate(services=Count("id"), latest_at=Max("flagged_at"))
        .group_by("provider_id", "provider__name")
        .values("provider_id", "provider__name", "services", "latest_at")
    )
    return [
        ShopAlert(
            kind=AlertKind.SERVICES_FLAGGED,
            subject=str(row["provider_id"]),
            sentence=notification_texts.services_flagged(row["provider__name"], services=row["services"]),
            latest_at=to_timestamp(row["latest_at"]),
        )
        for row in rows
    ]
