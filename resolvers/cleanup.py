"""Removing what has served its time. What limits still count, and what money is explained by, stays."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from tortoise.queryset import QuerySet

import database
from models import AccessToken, IdempotencyKey, KnownNetwork, LoginCode, OpenIdAttempt, QuotaUsage
from resolvers import job_isolation
from resolvers.app_context import AppContext

# Limits on codes look back a day.
_CODE_RETENTION = timedelta(days=2)
_TOKEN_RETENTION = timedelta(days=30)
_NETWORK_RETENTION = timedelta(days=365)
_BATCH_SIZE = 1_000


async def delete_expired(_: AppContext) -> int:
    """Remove old login codes, ended tokens, expired idempotency keys and sign-ins that were never finished.

    So are networks that nobody has signed in from for a year, and quotas' windows that have ended. Some at
    a time; returns how many.
    """
    now = await database.now()
    removed = 0
    for ended in (
        LoginCode.filter(created_at__lte=now - _CODE_RETENTION),
        AccessToken.filter(expires_at__lte=now - _TOKEN_RETENTION),
        IdempotencyKey.filter(expires_at__lte=now),
        OpenIdAttempt.filter(expires_at__lte=now),
        KnownNetwork.filter(signed_in_at__lte=now - _NETWORK_RETENTION),
        QuotaUsage.filter(ends_at__lte=now),
    ):
        ids = await ended.limit(_BATCH_SIZE).values_list("id", flat=True)
        noun = ended.model._meta.db_table
        removed += await job_isolation.run_bisecting(
            "remove expired", noun, list(ids), partial(_delete, ended)
        )
    return removed


async def _delete(ended: QuerySet[Any], ids: Sequence[Any]) -> int:
    # Filtered again: a key that had expired may have been used anew in the meantime.
    return await ended.filter(id__in=list(ids)).delete()
