"""Folding recorded order changes into running totals, and reading both as one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

import database
from database.migration_operations.daily_order_totals import OFFSET_SECONDS
from resolvers import job_isolation
from resolvers.app_context import AppContext

_BATCH_SIZE = 10_000
_DAY = timedelta(days=1)
_OFFSET = timedelta(seconds=OFFSET_SECONDS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_SINCE = datetime(9999, 12, 1, tzinfo=UTC)
"""The day after the largest timestamp exceeds the range of `datetime`."""

# Users and services are locked in id order, so that two workers cannot deadlock.
_APPLY = """
WITH taken AS (
  DELETE FROM order_total_deltas WHERE id IN (
    SELECT id FROM order_total_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ) RETURNING user_id, service_id, order_count, amount, day),
users AS (
  INSERT INTO user_order_totals AS totals (user_id, order_count, amount)
  SELECT user_id, sum(order_count), sum(amount) FROM taken GROUP BY user_id ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE
  SET order_count = totals.order_count + excluded.order_count, amount = totals.amount + excluded.amount),
days AS (
  INSERT INTO user_daily_order_totals AS totals (day, user_id, order_count, amount)
  SELECT day, user_id, sum(order_count), sum(amount) FROM taken WHERE day IS NOT NULL
  GROUP BY day, user_id ORDER BY day, user_id
  ON CONFLICT (day, user_id) DO UPDATE
  SET order_count = totals.order_count + excluded.order_count, amount = totals.amount + excluded.amount),
services AS (
  INSERT INTO service_order_totals AS totals (service_id, order_count)
  SELECT service_id, sum(order_count) FROM taken GROUP BY service_id ORDER BY service_id
  ON CONFLICT (service_id) DO UPDATE SET order_count = totals.order_count + excluded.order_count)
SELECT count(*) AS folded FROM taken
"""
_SQLITE_OLDEST = """
SELECT count(*) AS folded, max(id) AS latest FROM (SELECT id FROM order_total_deltas ORDER BY id LIMIT $1)
"""
_SQLITE_APPLY = (
    """
    INSERT INTO user_order_totals (user_id, order_count, amount)
    SELECT user_id, sum(order_count), sum(amount) FROM order_total_deltas WHERE id <= $1 GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE
    SET order_count = order_count + excluded.order_count, amount = amount + excluded.amount
    """,
    """
    INSERT INTO user_daily_order_totals (day, user_id, order_count, amount)
    SELECT day, user_id, sum(order_count), sum(amount) FROM order_total_deltas
    WHERE id <= $1 AND day IS NOT NULL GROUP BY day, user_id
    ON CONFLICT (day, user_id) DO UPDATE
    SET order_count = order_count + excluded.order_count, amount = amount + excluded.amount
    """,
    """
    INSERT INTO service_order_totals (service_id, order_count)
    SELECT service_id, sum(order_count) FROM order_total_deltas WHERE id <= $1 GROUP BY service_id
    ON CONFLICT (service_id) DO UPDATE SET order_count = order_count + excluded.order_count
    """,
    "DELETE FROM order_total_deltas WHERE id <= $1",
)
_APPLY_BATCH = _APPLY.replace("ORDER BY id LIMIT $1", "WHERE id = ANY($1::bigint[]) ORDER BY id")
_SQLITE_APPLY_BATCH = [
    fold.replace("id <= $1", "id IN (SELECT value FROM json_each($1))") for fold in _SQLITE_APPLY
]
# Pending deltas are summed for those who have any; for all others the totals' index returns the top rows.
_TOP_USERS = """
WITH pending AS (
  SELECT user_id, sum(order_count) AS order_count, sum(amount) AS amount
  FROM order_total_deltas GROUP BY user_id),
merged AS (
  SELECT p.user_id, p.order_count + COALESCE(t.order_count, 0) AS order_count,
    p.amount + COALESCE(t.amount, 0) AS amount
  FROM pending p LEFT JOIN user_order_totals t ON t.user_id = p.user_id),
others AS (
  SELECT t.user_id, t.order_count, t.amount FROM user_order_totals t
  WHERE t.order_count > 0 AND NOT EXISTS (SELECT 1 FROM pending p WHERE p.user_id = t.user_id)
  ORDER BY t.amount DESC, t.user_id LIMIT $1)
SELECT user_id, order_count, amount FROM (SELECT * FROM merged UNION ALL SELECT * FROM others) counted
WHERE order_count > 0 ORDER BY amount DESC, user_id LIMIT $1
"""
# Whole days come from totals and deltas, the part of a day before them from the orders themselves. Deltas
# without a day belong to orders that the day's totals count already.
_TOP_USERS_SINCE = """
SELECT user_id, sum(order_count) AS order_count, sum(amount) AS amount FROM (
  SELECT user_id, order_count, amount FROM user_daily_order_totals WHERE day >= $1
  UNION ALL SELECT user_id, order_count, amount FROM order_total_deltas WHERE day >= $1
  UNION ALL SELECT user_id, 1 AS order_count, charge AS amount FROM orders
  WHERE created_at >= $2 AND created_at < $3 AND status NOT IN ('canceled', 'refunded')) counted
GROUP BY user_id HAVING sum(order_count) > 0 ORDER BY sum(amount) DESC, user_id LIMIT $4
"""
_TOP_SERVICES = """
WITH pending AS (
  SELECT service_id, sum(order_count) AS order_count FROM order_total_deltas GROUP BY service_id),
merged AS (
  SELECT p.service_id, p.order_count + COALESCE(t.order_count, 0) AS order_count
  FROM pending p LEFT JOIN service_order_totals t ON t.service_id = p.service_id),
others AS (
  SELECT t.service_id, t.order_count FROM service_order_totals t
  WHERE t.order_count > 0 AND NOT EXISTS (SELECT 1 FROM pending p WHERE p.service_id = t.service_id)
  ORDER BY t.order_count DESC, t.service_id LIMIT $1)
SELECT service_id, order_count FROM (SELECT * FROM merged UNION ALL SELECT * FROM others) counted
WHERE order_count > 0 ORDER BY order_count DESC, service_id LIMIT $1
"""


async def apply_deltas(_app: AppContext) -> int:
    """Fold recorded deltas into the totals, oldest first; returns how many. Readers count each delta once."""
    try:
        return await _apply_oldest()
    except Exception as error:
        if database.is_unavailable(error):
            raise
    rows = await database.fetch("SELECT id FROM order_total_deltas ORDER BY id LIMIT $1", _BATCH_SIZE)
    return await job_isolation.run_bisecting(
        "update order totals", "delta", [int(row["id"]) for row in rows], _apply_batch
    )


async def _apply_oldest() -> int:
    if database.dialect() == "postgres":
        (row,) = await database.fetch(_APPLY, _BATCH_SIZE)
        return int(row["folded"])
    async with in_transaction():
        (row,) = await database.fetch(_SQLITE_OLDEST, _BATCH_SIZE)
        if row["folded"]:
            for fold in _SQLITE_APPLY:
                await database.fetch(fold, row["latest"])
        return int(row["folded"])


async def _apply_batch(ids: Sequence[int]) -> int:
    """Fold these deltas, all or none; returns how many. Those another worker folded meanwhile are skipped."""
    if database.dialect() == "postgres":
        (row,) = await database.fetch(_APPLY_BATCH, list(ids))
        return int(row["folded"])
    async with in_transaction():
        for fold in _SQLITE_APPLY_BATCH:
            await database.fetch(fold, json.dumps(ids))
    return len(ids)


async def list_top_user_totals(limit: int) -> list[tuple[int, int, int]]:
    """Users by order amount in Toman, largest first, with their number of orders; one statement."""
    rows = await database.fetch_costly(_TOP_USERS, limit)
    return [(int(row["user_id"]), int(row["order_count"]), int(row["amount"])) for row in rows]


async def list_top_user_totals_since(since: datetime, limit: int) -> list[tuple[int, int, int]]:
    """The same for orders placed since a time; one statement, which scans at most one day's orders."""
    since = min(max(since, _EPOCH), _MAX_SINCE).astimezone(UTC)
    day = -((_EPOCH - _OFFSET - since) // _DAY)
    rows = await database.fetch_costly(_TOP_USERS_SINCE, day, since, _EPOCH - _OFFSET + day * _DAY, limit)
    return [(int(row["user_id"]), int(row["order_count"]), int(row["amount"])) for row in rows]


async def list_top_service_totals(limit: int) -> list[tuple[int, int]]:
    """Services by number of orders, most first; one statement."""
    rows = await database.fetch_costly(_TOP_SERVICES, limit)
    return [(int(row["service_id"]), int(row["order_count"])) for row in rows]
