"""Alerts to staff about the shop, each raised once until it is cleared."""

import logging
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

import database
from domain.enums import AlertKind, NotificationKind
from domain.roles import FINANCE_STAFF
from models import Alert, User
from resolvers import notifications

logger = logging.getLogger("vitrin.troubles")

SHOP = "shop"
"""The subject of alerts that concern no single record."""


@dataclass(frozen=True, kw_only=True)
class ShopAlert:
    """A current incident; `latest_at` is its latest event, if it can recur."""

    kind: AlertKind
    subject: str
    sentence: str
    latest_at: datetime | None = None


async def raise_alert(trouble: ShopAlert) -> bool:
    """Alert staff unless the alert is open; call it in a transaction that excludes concurrent ones."""
    now = await database.now()
    known = await Alert.get_or_none(kind=trouble.kind, subject=trouble.subject)
    if known is not None and not _has_grown(known, trouble):
        return False
    if known is None:
        await Alert.create(
            kind=trouble.kind, subject=trouble.subject, started_at=now, latest_at=trouble.latest_at
        )
    else:
        await Alert.filter(id=known.id).update(latest_at=trouble.latest_at)
    for member in await User.filter(role__in=FINANCE_STAFF, is_active=True):
        await _notify(member, trouble.sentence, now=now)
    return True


async def _notify(member: User, sentence: str, *, now: datetime) -> None:
    # In a savepoint of its own: if one member cannot be notified, the others must be.
    try:
        async with in_transaction():
            await notifications.notify(member.id, NotificationKind.SHOP_ALERT, sentence, now=now)
    except Exception as error:
        if database.is_unavailable(error):
            raise
        logger.exception("sending an alert failed: user=%d", member.id)


def _has_grown(known: Alert, trouble: ShopAlert) -> bool:
    if trouble.latest_at is None:
        return False
    return known.latest_at is None or trouble.latest_at > known.latest_at
