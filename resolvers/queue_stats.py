"""The state of the order queue."""

from dataclasses import dataclass
from datetime import timedelta

import database
from database.row_layout import to_timestamp

_OLDEST_DUE = """
SELECT MIN(o.due_at) AS due_at FROM orders o JOIN providers p ON p.id = o.provider_id
WHERE o.dispatch = 'queued' AND o.due_at IS NOT NULL AND p.is_active
"""
_COUNTS = """
SELECT (SELECT COUNT(*) FROM orders WHERE dispatch = 'queued') AS queued,
    (SELECT COUNT(*) FROM orders WHERE status = 'awaiting') AS awaiting
"""


@dataclass(frozen=True, kw_only=True)
class QueueStats:
    """`oldest_due` is how long the longest-waiting due order has waited; zero if none is due."""

    oldest_due: timedelta
    queued: int
    awaiting: int


async def get_oldest_due_age() -> timedelta:
    """How long the longest-waiting due order has waited; orders of inactive providers are not due."""
    now = await database.now()
    (row,) = await database.fetch(_OLDEST_DUE)
    due_at = to_timestamp(row["due_at"])
    return timedelta(0) if due_at is None else max(now - due_at, timedelta(0))


async def read_queue_stats() -> QueueStats:
    (row,) = await database.fetch(_COUNTS)
    return QueueStats(
        oldest_due=await get_oldest_due_age(), queued=int(row["queued"]), awaiting=int(row["awaiting"])
    )
