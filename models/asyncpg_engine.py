"""Tortoise's PostgreSQL engine with less between a statement and its connection.

Connections go back to their pool without a statement. asyncpg sends one to forget what a session holds:
settings, LISTEN, cursors, advisory locks. Nothing here leaves such things in a pooled connection: locks and
settings are the transaction's, and who listens has a connection of its own (`database.open_session`). A
transaction left open is rolled back all the same.
The module's name has to contain "asyncpg": the migration executor picks its dialect by it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base_postgres.client import translate_exceptions

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""What PostgreSQL counts a moment's microseconds from."""
_MICROSECOND = timedelta(microseconds=1)


class StatelessConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg ships no types
    """A connection that has nothing to forget."""

    def get_reset_query(self) -> str:
        return ""


class PromptPool(asyncpg.Pool):  # type: ignore[misc] # the same
    """A pool that hands idle connections over at once.

    asyncpg makes a task to take a connection back, so that a cancelled caller does not keep it for good. An
    idle connection of ours has nothing to wait for in between; all others go asyncpg's way. As many as the
    pool's smallest size rest here meanwhile, ready as they are.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._resting: list[Any] = []
        self._waiting = 0

    def get_idle_size(self) -> int:
        return int(super().get_idle_size()) + len(self._resting)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        pooled = connection._con
        is_idle = pooled is not None and not (
            pooled.is_closed() or pooled.is_in_transaction() or pooled._protocol._is_cancelling()
        )
        if not is_idle:
            await super().release(connection, timeout=timeout)
            return
        pooled._on_release()
        if self._waiting or self._closing or len(self._resting) >= self._minsize:
            await connection._holder.release(timeout)
        else:
            self._resting.append(connection)

    async def close(self) -> None:
        # Those that are released from here on go asyncpg's way: it is closing.
        self._closing = True
        while self._resting:
            connection = self._resting.pop()
            # One that was cut off has gone back by itself.
            if connection._con is not None:
                await connection._holder.release(None)
        self._closing = False
        await super().close()

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - the same
        while self._resting:
            connection = self._resting.pop()
            pooled = connection._con
            if pooled is None:
                continue
            if not pooled.is_closed():
                return connection
            await connection._holder.release(None)
        self._waiting += 1
        try:
            return await super()._acquire(timeout)
        finally:
            self._waiting -= 1


class StatelessClient(AsyncpgDBClient):
    """The client of stateless connections in a prompt pool."""

    connection_class = StatelessConnection

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        defaults = {"max_queries": 50_000, "max_inactive_connection_lifetime": 300.0, "init": _know_moments}
        return await PromptPool(None, record_class=asyncpg.Record, **{**defaults, **options})

    @translate_exceptions
    async def read(self, statement: str, values: list[object]) -> Sequence[Any]:
        """The rows of one statement, outside transactions."""
        if self._pool is None:
            async with self.acquire_connection():
                """The first statement opens the pool."""
        self.log.debug("%s: %s", statement, values)
        connection = await self._pool._acquire(None)
        try:
            # Without the proxy, which looks after callers that keep a connection too long.
            rows: list[Any] = await connection._con.fetch(statement, *values)
            return rows
        finally:
            await self._pool.release(connection)


async def _know_moments(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        encoder=lambda moment: ((moment - _EPOCH) // _MICROSECOND,),
        decoder=_moment,
        format="tuple",
    )


@lru_cache(8_192)
def _moment(microseconds: tuple[int]) -> datetime:
    """asyncpg takes longer to make a moment than it takes to remember one; rows of a list share many."""
    return _EPOCH + timedelta(microseconds=microseconds[0])


client_class = StatelessClient
