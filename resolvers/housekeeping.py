"""Removing what has served its time. What limits still count, and what money is explained by, stays."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from tortoise.queryset import QuerySet

from models import (
    AccessToken,
    IdempotencyKey,
    KnownNetwork,
    LoginCode,
    OpenIdAttempt,
    QuotaUsage,
    database,
)
from resolvers import isolation
from resolvers.shop import Shop

# Limits on codes look back a day.
_CODES_KEPT = timedelta(days=2)
_TOKENS_KEPT = timedelta(days=30)
_NETWORKS_KEPT = timedelta(days=365)
_AT_ONCE = 1_000


async def remove_expired(_: Shop) -> int:
    """Remove old login codes, ended tokens, expired idempotency keys and sign-ins that were never finished.

    So are networks that nobody has signed in from for a year, and quotas' windows that have ended. Some at
    a time; returns how many.
    """
    now = await database.now()
    removed = 0
    for ended in (
        LoginCode.filter(created_at__lte=now - _CODES_KEPT),
        AccessToken.filter(expires_at__lte=now - _TOKENS_KEPT),
        IdempotencyKey.filter(expires_at__lte=now),
        OpenIdAttempt.filter(expires_at__lte=now),
        KnownNetwork.filter(signed_in_at__lte=now - _NETWORKS_KEPT),
        QuotaUsage.filter(ends_at__lte=now),
    ):
        ids = await ended.limit(_AT_ONCE).values_list("id", flat=True)
        noun = ended.model._meta.db_table
        removed += await isolation.in_halves("remove expired", noun, list(ids), partial(_remove, ended))
    return removed


async def _remove(ended: QuerySet[Any], ids: Sequence[Any]) -> int:
    # Filtered again: a key that had expired may have been used anew in the meantime.
    return await ended.filter(id__in=list(ids)).delete()
