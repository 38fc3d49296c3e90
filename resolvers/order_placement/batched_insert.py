"""Orders placed by a single statement, on PostgreSQL.

One statement does what the operation otherwise does step by step in a transaction: it claims the idempotency
key and stores its result, charges the balance, and writes order, history and ledger; or it does nothing.
Concurrent orders of all buyers share a statement. It never waits for a locked balance or key: buyers whose
row is locked are skipped, and their orders are placed by a statement of their own that does wait.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import compress
from operator import is_not
from typing import Any

import asyncpg
import orjson
from tortoise.exceptions import IntegrityError, OperationalError

import database
from database import inserts
from database.asyncpg_engine import StatelessClient
from database.batching import Fetch
from domain.enums import LedgerKind
from domain.order_state_machine import OrderActor
from models.idempotency_key import TRY_LOCK
from models.order import Order
from resolvers.idempotency import LIFETIME, IdempotentRequest
from resolvers.order_placement import service_cache
from resolvers.order_placement.service_cache import IS_UNCHANGED, CachedService

_is_not_none = partial(is_not, None)
_log = logging.getLogger("vitrin.placing")
_DATABASE_TIMESTAMPS = ("created_at", "updated_at", "due_at")
_EXTRA_COLUMNS = {
    "version": "varchar",
    "rate": "int",
    "key": "varchar",
    "operation": "varchar",
    "fingerprint": "varchar",
}
# The stored result of the idempotency key; it identifies the order, and so which of two with one key was
# placed.
_RESULT_SQL = """'{"id":' || id || '}'"""
# Buyers are locked before keys are claimed, while the operation does it the other way round. This cannot
# deadlock: anyone about to claim a key takes `IdempotencyKey.lock` first, and this statement only tries that
# lock.
_STATEMENT = """
WITH clock AS (SELECT to_timestamp({clock}) AS now),
asked AS (
  SELECT asked.*, {is_unchanged} AS is_unchanged
  FROM ROWS FROM (json_to_recordset($1) AS ({asked})) WITH ORDINALITY AS asked ({names}, place)),
buyers AS (
  SELECT id, balance, custom_rate FROM users WHERE id = ANY(ARRAY(SELECT user_id FROM asked))
  FOR NO KEY UPDATE {passing_over}),
summed AS (
  SELECT asked.*, balance, sum(charge) OVER (PARTITION BY user_id ORDER BY place) AS total
  FROM asked JOIN buyers ON buyers.id = user_id AND custom_rate = rate WHERE is_unchanged),
numbered AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('orders', 'id'))::int AS id, summed.* FROM summed
  WHERE total <= balance AND (key IS NULL OR {may_claim})),
claimed AS (
  INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, result, created_at, expires_at)
  SELECT user_id, key, operation, fingerprint, {result}, now, now + make_interval(secs => {lifetime})
  FROM numbered, clock WHERE key IS NOT NULL
  ON CONFLICT (user_id, key) DO NOTHING RETURNING result),
placed AS (
  SELECT numbered.*, balance - sum(charge) OVER (PARTITION BY user_id ORDER BY place) AS balance_after
  FROM numbered WHERE key IS NULL OR {result} IN (SELECT result FROM claimed)),
charged AS (
  UPDATE users SET balance = users.balance - bill.total
  FROM (SELECT user_id, sum(charge)::bigint AS total FROM placed GROUP BY user_id) AS bill
  WHERE users.id = bill.user_id),
written AS (INSERT INTO orders (id, {columns}) SELECT id, {values} FROM placed, clock),
noted AS (
  INSERT INTO order_events (order_id, actor, to_status, created_at)
  SELECT id, '{actor}', status, now FROM placed, clock),
entered AS (
  INSERT INTO ledger_entries (user_id, kind, amount, balance_after, cause, order_id, units, created_at)
  SELECT user_id, '{kind}', -charge, balance_after, 'order:' || id, id, quantity, now
  FROM placed, clock WHERE charge <> 0)
SELECT placed.id, now, asked.is_unchanged, buyers.id IS NULL AS is_held
FROM clock, asked LEFT JOIN placed USING (place) LEFT JOIN buyers ON buyers.id = asked.user_id
ORDER BY place
"""


@dataclass(frozen=True)
class _OrderInsert:
    """Inserts the orders of `buyer_id`, or of all buyers whose row is not locked."""

    clock: str
    buyer_id: int | None = None

    async def run(self, fetch: Fetch, items: list[str]) -> Sequence[Any]:
        statement = _build_statement(self.clock, is_waiting=self.buyer_id is not None)
        try:
            return await fetch(statement, [f"[{','.join(items)}]"])
        except (OperationalError, asyncpg.TransactionRollbackError) as error:
            if not _is_rolled_back(error):
                raise
            _log.warning(
                "batch insert of %d orders failed, retrying one by one: %s", len(items), type(error).__name__
            )
            return [_NOT_PLACED] * len(items)


def get_batch_client() -> StatelessClient | None:
    """The client for batched inserts: PostgreSQL only, outside transactions, which an error would abort."""
    current = database.connection()
    return current if isinstance(current, StatelessClient) else None


async def place(
    order: Order,
    *,
    cached_service: CachedService,
    discount_percent: int,
    request: IdempotentRequest | None,
    client: StatelessClient,
) -> bool:
    """Charge the buyer and save the order, with the database's timestamps.

    False if nothing was done: the balance is too low, the service or the buyer's discount has changed, the
    key was used or is being claimed, or the database rejected another order of the batch. The operation has
    to find out which.

    Raises:
        ValidationError: a text is too long.
    """
    columns, values = inserts.get_columns(Order), inserts.to_db_values(order)
    # Dozens of columns: a comprehension would take 4 % of the whole request's bytecodes.
    row = dict(compress(zip(columns, values, strict=True), map(_is_not_none, values)))
    for name in _DATABASE_TIMESTAMPS:
        row[name] = name in row
    row |= {"version": cached_service.version, "rate": discount_percent}
    if request is not None:
        row |= {
            "key": request.key,
            "operation": request.operation,
            "fingerprint": request.fingerprint,
        }
    clock, item = database.now_sql(), orjson.dumps(row).decode()
    outcome = await client.batcher.submit(_get_order_insert(clock), item)
    if outcome["is_held"]:
        outcome = await client.batcher.submit(_OrderInsert(clock, order.user_id), item)
    if not outcome["is_unchanged"]:
        service_cache.invalidate(order.service_id, client=client)
    if outcome["id"] is None:
        return False
    placed_at: datetime = outcome["now"]
    timestamps = {name: placed_at for name in _DATABASE_TIMESTAMPS if row[name]}
    vars(order).update({**timestamps, "id": outcome["id"], "_saved_in_db": True})
    return True


@lru_cache(1)
def _get_order_insert(clock: str) -> _OrderInsert:
    """The insert for all buyers; always the same object, so batches form by identity."""
    return _OrderInsert(clock)


@lru_cache(8)
def _build_statement(clock: str, *, is_waiting: bool) -> str:
    """The statement; it takes the orders as a list of records and returns a result for each position."""
    fields = Order._meta.fields_map
    types = {
        column: "bool"
        if column in _DATABASE_TIMESTAMPS
        else fields[column].get_for_dialect("postgres", "SQL_TYPE")
        for column in inserts.get_columns(Order)
    }
    columns = types | _EXTRA_COLUMNS
    return _STATEMENT.format(
        clock=clock,
        asked=", ".join(f'"{name}" {type_}' for name, type_ in columns.items()),
        names=", ".join(f'"{name}"' for name in columns),
        passing_over="" if is_waiting else "SKIP LOCKED",
        is_unchanged=IS_UNCHANGED,
        may_claim=TRY_LOCK,
        result=_RESULT_SQL,
        lifetime=int(LIFETIME.total_seconds()),
        columns=", ".join(f'"{name}"' for name in types),
        values=", ".join(map(_value_sql, types)),
        actor=OrderActor.BUYER.value,
        kind=LedgerKind.ORDER_CHARGE.value,
    )


def _value_sql(column: str) -> str:
    return f"CASE WHEN {column} THEN now END" if column in _DATABASE_TIMESTAMPS else f'"{column}"'


def _is_rolled_back(error: Exception) -> bool:
    """Whether PostgreSQL rolled the statement back because of a constraint, a value or a deadlock.

    Tortoise's other OperationalErrors are programming errors.
    """
    if isinstance(error, OperationalError) and not isinstance(error, IntegrityError):
        return bool(error.args) and isinstance(error.args[0], asyncpg.DataError)
    return not isinstance(error, asyncpg.StatementCompletionUnknownError)


_NOT_PLACED = {"id": None, "is_held": False, "is_unchanged": True}
