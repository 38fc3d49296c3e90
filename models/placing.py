"""An order placed by one statement, on PostgreSQL.

What the operation does step by step in a transaction happens here at once: the client's key is claimed and
answered, the balance charged, order, history and ledger are written; or nothing is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import asyncpg
from tortoise.exceptions import IntegrityError, OperationalError

from domain.order_life import OrderActor
from domain.states import LedgerKind
from models import database, inserts
from models.asyncpg_engine import StatelessClient
from models.order import Order

_BY_THE_CLOCK = ("created_at", "updated_at", "due_at")
_CLOCK = "clock AS (SELECT to_timestamp({clock}) AS now)"
# Claimed before the balance is locked, as the operation does it: the other way round, two could wait for
# each other.
_CLAIMED = """
numbered AS (SELECT nextval(pg_get_serial_sequence('orders', 'id'))::int AS id),
claimed AS (
  INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, answer, created_at, expires_at)
  SELECT {user}, {key}, {operation}, {fingerprint}, '{{"id":' || numbered.id || '}}',
    clock.now, clock.now + {lifetime}
  FROM numbered, clock RETURNING id)
"""
_SPENT = """
spent AS (
  UPDATE users SET balance = balance - {charge}
  WHERE id = {user} AND balance >= {charge} AND custom_rate = {rate} {if_claimed} RETURNING balance)
"""
_WRITTEN = """
placed AS (
  INSERT INTO orders ({columns}) SELECT {values} FROM spent, clock{and_numbered} RETURNING id, created_at),
noted AS (
  INSERT INTO order_events (order_id, actor, to_status, created_at)
  SELECT id, {actor}, {status}, created_at FROM placed),
entered AS (
  INSERT INTO ledger_entries (user_id, kind, amount, balance_after, cause, order_id, created_at)
  SELECT {user}, {kind}, -{charge}, spent.balance, 'order:' || placed.id, placed.id, placed.created_at
  FROM placed, spent WHERE {charge} <> 0)
"""
_PLACED = "SELECT id, created_at FROM placed"
# A claimed key without an order must not stay: where nothing was spent, this fails and takes all back.
_PLACED_OR_FAILED = (
    "SELECT (SELECT id FROM placed), (SELECT created_at FROM placed), 1 / (SELECT count(*) FROM spent)"
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The client's key for the order, and how long it is kept."""

    key: str
    operation: str
    fingerprint: str
    lifetime: timedelta


def client() -> StatelessClient | None:
    """By whom orders can be placed so: on PostgreSQL, outside transactions, which it might spoil."""
    current = database.connection()
    return current if isinstance(current, StatelessClient) else None


async def place(order: Order, *, discount_percent: int, claim: Claim | None, by: StatelessClient) -> bool:
    """Charge the buyer and save the order; its moments are the database's.

    False where nothing was done: the balance is too low, the buyer's discount is another by now, or the key
    was used. Which one, the operation has to find out.

    Raises:
        ValidationError: a text is too long.
    """
    columns = inserts.columns(Order)
    values = inserts.written(order)
    for name in _BY_THE_CLOCK:
        place = columns.index(name)
        values[place] = values[place] is not None
    values += (
        order.user_id,
        order.charge,
        discount_percent,
        OrderActor.BUYER.value,
        order.status.value,
        LedgerKind.ORDER_CHARGE.value,
    )
    if claim is not None:
        values += (claim.key, claim.operation, claim.fingerprint, claim.lifetime)
    try:
        rows = await by.read(_statement(database.clock(), is_claimed=claim is not None), values)
    except IntegrityError:
        return False
    except OperationalError as error:
        if error.args and isinstance(error.args[0], asyncpg.DivisionByZeroError):
            return False
        raise
    if not rows:
        return False
    moment = rows[0]["created_at"]
    clocked = {name: moment for name in _BY_THE_CLOCK if getattr(order, name) is not None}
    vars(order).update({**clocked, "id": rows[0]["id"], "_saved_in_db": True})
    return True


@cache
def _statement(clock: str, *, is_claimed: bool) -> str:
    """The statement; its values are those of `inserts.columns`, of `_MORE` and, with a claim, of `_OF_CLAIM`.

    Of the moments by the clock it is told whether there are any.
    """
    columns = inserts.columns(Order)
    more = _MORE | _OF_CLAIM if is_claimed else _MORE
    places = {
        name: f"${len(columns) + place}::{type_}" for place, (name, type_) in enumerate(more.items(), 1)
    }
    written = [_value(name, f"${place}") for place, name in enumerate(columns, 1)]
    parts = [_CLOCK, *([_CLAIMED] if is_claimed else []), _SPENT, _WRITTEN]
    shape: Mapping[str, str] = {
        **places,
        "clock": clock,
        "columns": ", ".join(f'"{name}"' for name in ([*_NUMBER, *columns] if is_claimed else columns)),
        "values": ", ".join([*_NUMBER.values(), *written] if is_claimed else written),
        "if_claimed": "AND EXISTS (SELECT 1 FROM claimed)" if is_claimed else "",
        "and_numbered": ", numbered" if is_claimed else "",
    }
    ctes = ",".join(part.format(**shape) for part in parts)
    return f"WITH {ctes} {_PLACED_OR_FAILED if is_claimed else _PLACED}"


def _value(column: str, place: str) -> str:
    return f"CASE WHEN {place}::bool THEN clock.now END" if column in _BY_THE_CLOCK else place


_NUMBER = {"id": "numbered.id"}
_MORE = {
    "user": "int",
    "charge": "bigint",
    "rate": "int",
    "actor": "varchar",
    "status": "varchar",
    "kind": "varchar",
}
_OF_CLAIM = {"key": "varchar", "operation": "varchar", "fingerprint": "varchar", "lifetime": "interval"}
