"""Tortoise's SQLite engine with BEGIN IMMEDIATE.

Tortoise begins deferred transactions: with several processes, one that reads and then writes fails at
once with "database is locked", whatever the busy time-out (tortoise-orm issue 1675).
The module's name has to contain "sqlite": the migration executor picks its dialect by it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

# Moments are kept as text, and texts of several zones do not compare as their moments do.
sqlite3.register_adapter(
    datetime, lambda moment: (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat(" ")
)


class ExactCounts(SqliteClient):
    """Tells how many rows a statement changed itself; Tortoise counts what triggers change as well."""

    @translate_exceptions
    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[dict[str, Any]]]:
        query = query.replace("\x00", "'||CHAR(0)||'")
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            before = connection.total_changes
            rows = await connection.execute_fetchall(query, values)
            if connection.total_changes == before:
                return len(rows), rows
            # In the same turn: another task's statement would be counted otherwise.
            ((count,),) = await connection.execute_fetchall("SELECT changes()")
            return count, rows


class ImmediateTransaction(ExactCounts, SqliteTransactionWrapper):
    """A transaction that takes the write lock when it begins, and does `after_commit` in the end.

    A savepoint that is rolled back takes nothing away from `after_commit`.
    """

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.after_commit: list[Callable[[], None]] = []

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        try:
            await super().commit()
        except sqlite3.Error as error:
            # Left open, it would make every later BEGIN of the process fail.
            await self._connection.rollback()
            raise OperationalError(error) from error
        except asyncio.CancelledError:
            # The commit goes on in SQLite's own thread.
            self._do_after_commit()
            raise
        self._do_after_commit()

    def _do_after_commit(self) -> None:
        for act in self.after_commit:
            act()


class ImmediateTransactionContext(SqliteTransactionContext):
    """A context whose failed or cancelled beginning frees the lock; Tortoise's keeps it for good."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self._begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        transaction: TransactionalDBClient = self.connection
        return transaction

    async def _begin(self) -> None:
        try:
            await self.connection.begin()
        except BaseException:
            # Queued behind a BEGIN that a cancelled task no longer waits for.
            await asyncio.shield(self.connection._connection.rollback())
            raise


class ImmediateSqliteClient(ExactCounts):
    """The client whose transactions are immediate."""

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient
