"""Deletion of expired records. Rows that limits still count, or that explain money, stay."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from tortoise.queryset import QuerySet

import database
from models import AccessToken, IdempotencyKey, KnownNetwork, LoginCode, OpenIdAttempt, QuotaUsage
from resolvers import job_isolation
from resolvers.app_context import AppContext

# Limits on login codes look back one day.
_CODE_RETENTION = timedelta(days=2)
_TOKEN_RETENTION = timedelta(days=30)
_NETWORK_RETENTION = timedelta(days=365)
_BATCH_SIZE = 1_000


async def delete_expired(_: AppContext) -> int:
    """Delete old login codes, ended tokens, expired idempotency keys and abandoned OpenID sign-ins.

    Also deletes networks without a sign-in for a year and ended quota windows. Works in batches; returns the
    number of deleted rows.
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
    # Filtered again: an expired key may have been reused in the meantime.
    return await ended.filter(id__in=list(ids)).delete()
