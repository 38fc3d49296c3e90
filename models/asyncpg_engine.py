"""Tortoise's PostgreSQL engine with less between a statement and its connection.

Connections go back to their pool without a statement. asyncpg sends one to forget what a session holds:
settings, LISTEN, cursors, advisory locks. Nothing here leaves such things in a pooled connection: locks and
settings are the transaction's, and who listens has a connection of its own (`database.open_session`). A
transaction left open is rolled back all the same.
The module's name has to contain "asyncpg": the migration executor picks its dialect by it.
"""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient


class StatelessConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg ships no types
    """A connection that has nothing to forget."""

    def get_reset_query(self) -> str:
        return ""


class PromptPool(asyncpg.Pool):  # type: ignore[misc] # the same
    """A pool that takes an idle connection back at once.

    asyncpg's makes a task for it, so that a cancelled caller does not keep the connection for good. An idle
    connection of ours has nothing to wait for in between; all others go asyncpg's way.
    """

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        pooled = connection._con
        is_idle = pooled is not None and not (
            pooled.is_closed() or pooled.is_in_transaction() or pooled._protocol._is_cancelling()
        )
        if not is_idle:
            await super().release(connection, timeout=timeout)
            return
        pooled._on_release()
        await connection._holder.release(timeout)


class StatelessClient(AsyncpgDBClient):
    """The client of stateless connections in a prompt pool."""

    connection_class = StatelessConnection

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        defaults = {"max_queries": 50_000, "max_inactive_connection_lifetime": 300.0}
        return await PromptPool(None, record_class=asyncpg.Record, **{**defaults, **options})


client_class = StatelessClient
