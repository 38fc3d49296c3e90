"""Storage of the sandbox provider's orders, refills and cancellations."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from gateways.sandbox.order_simulator import SandboxOrder, SandboxState, compute_refill_status, compute_state

_BUSY_SECONDS = 10
_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    link TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    posts INTEGER NOT NULL,
    placed_at INTEGER NOT NULL,
    canceled_at INTEGER
);
CREATE TABLE IF NOT EXISTS refills (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    asked_at INTEGER NOT NULL
);
"""
# Numbers start at the current second, so that those of a deleted file are not reused.
_ADD = """
INSERT INTO orders (id, provider, link, quantity, runs, posts, placed_at)
SELECT max(coalesce(max(id) + 1, 0), ?), ?, ?, ?, ?, ?, ? FROM orders RETURNING id
"""
_CANCEL = "UPDATE orders SET canceled_at = ? WHERE canceled_at IS NULL AND id IN ({places})"
_FIND = """
SELECT id, link, quantity, runs, posts, placed_at, canceled_at FROM orders
WHERE provider = ? AND id IN ({places})
"""
_FIND_REFILLS = """
SELECT refills.id, link, asked_at FROM refills JOIN orders ON orders.id = order_id
WHERE provider = ? AND refills.id IN ({places})
"""
_REFILL = """
INSERT INTO refills (id, order_id, asked_at)
SELECT max(coalesce(max(id) + 1, 0), ?), ?, ? FROM refills RETURNING id
"""


def _unix_milliseconds() -> int:
    return time.time_ns() // 1_000_000


class SandboxOrders:
    """Orders of every sandbox provider, in one SQLite file shared by all processes of the machine.

    `clock` returns Unix milliseconds. Calls for given orders or refills ignore those of another provider.
    """

    def __init__(self, file: Path, *, clock: Callable[[], int] = _unix_milliseconds) -> None:
        self._file = file
        self._clock = clock

    async def add(self, provider: int, *, link: str, quantity: int, runs: int, posts: int) -> int:
        """Accept an order and return its number; `quantity` is the total."""
        now = self._clock()
        rows = await self._run(_ADD, (now // 1_000, provider, link, quantity, runs, posts, now))
        return int(rows[0][0])

    async def states(self, provider: int, order_ids: Sequence[int]) -> Mapping[int, SandboxState]:
        """The states of those of the orders that the provider knows."""
        now = self._clock()
        return {order.id: compute_state(order, now=now) for order in await self._find(provider, order_ids)}

    async def cancel(self, provider: int, order_ids: Sequence[int]) -> frozenset[int]:
        """Cancel those of the orders that are not finished, after a short delay; returns their numbers."""
        now = self._clock()
        found = await self._find(provider, order_ids)
        stopped = [order.id for order in found if not compute_state(order, now=now).is_finished]
        await self._run(_CANCEL.format(places=_build_placeholders(stopped)), (now, *stopped))
        return frozenset(stopped)

    async def refill(self, provider: int, order_id: int) -> int | None:
        """Request a refill and return its number; None if the order is not finished."""
        now = self._clock()
        found = await self._find(provider, [order_id])
        if not found or not compute_state(found[0], now=now).is_finished:
            return None
        rows = await self._run(_REFILL, (now // 1_000, order_id, now))
        return int(rows[0][0])

    async def refill_statuses(self, provider: int, refill_ids: Sequence[int]) -> Mapping[int, str]:
        """The panel API's statuses of those of the refills that the provider knows."""
        now = self._clock()
        statement = _FIND_REFILLS.format(places=_build_placeholders(refill_ids))
        rows = await self._run(statement, (provider, *refill_ids))
        return {number: compute_refill_status(link, age=now - asked_at) for number, link, asked_at in rows}

    async def _find(self, provider: int, order_ids: Sequence[int]) -> list[SandboxOrder]:
        statement = _FIND.format(places=_build_placeholders(order_ids))
        rows = await self._run(statement, (provider, *order_ids))
        names = ("id", "link", "quantity", "runs", "posts", "placed_at", "canceled_at")
        return [SandboxOrder(**dict(zip(names, row, strict=True))) for row in rows]

    async def _run(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(self._run_blocking, statement, values)

    def _run_blocking(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as session, session:
            session.executescript(_TABLES)
            return session.execute(statement, values).fetchall()


def _build_placeholders(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
