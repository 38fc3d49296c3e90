"""Tortoise's SQLite engine with BEGIN IMMEDIATE and separate connections for reading.

Tortoise begins deferred transactions: with several processes, one that reads and then writes fails
immediately with "database is locked", whatever the busy timeout (tortoise-orm issue 1675). Readers of a WAL
database never wait for writers, but one connection runs one statement at a time: reads outside transactions
use a connection of their own, so that another process's write lock does not stall them, and expensive reads a
second one. The module's name has to contain "sqlite": the migration executor selects its dialect by it.
"""

import asyncio
import contextlib
import math
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import aiosqlite
from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from database.costly_reads import CostlyReads
from database.read_timeout import ReadTimedOut, is_read
from database.text_search import SQLITE_FUNCTION
from domain.search_folding import fold

_STEPS_BETWEEN_CHECKS = 20_000
"""Steps of SQLite's virtual machine between checks of the clock, about a millisecond."""

# Timestamps are stored as text, and texts in different time zones do not sort chronologically.
sqlite3.register_adapter(
    datetime, lambda value: (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")
)


class DatabaseFileReplaced(OperationalError):
    """The database file was moved or replaced while open, so new writes would be lost."""


class _LockedConnection(ConnectionWrapper[Any]):
    """Tortoise's wrapper keeps its lock forever if connecting fails; this one releases it."""

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class ExactRowCountClient(SqliteClient):
    """Returns the number of rows that a statement itself changed; Tortoise adds those of triggers."""

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _LockedConnection(self._lock, self)

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
            # In the same iteration of the loop: otherwise another task's statement would be counted.
            ((count,),) = await connection.execute_fetchall("SELECT changes()")
            return count, rows


class ImmediateTransaction(ExactRowCountClient, SqliteTransactionWrapper):
    """A transaction that takes the write lock when it begins, and runs `on_commit_callbacks` at the end.

    Rolling back to a savepoint does not remove callbacks from `on_commit_callbacks`.
    """

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.on_commit_callbacks: list[Callable[[], None]] = []

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
            # The commit continues in SQLite's own thread.
            self._run_on_commit_callbacks()
            raise
        self._run_on_commit_callbacks()

    def _run_on_commit_callbacks(self) -> None:
        for callback in self.on_commit_callbacks:
            callback()


class ImmediateTransactionContext(SqliteTransactionContext):
    """Releases the lock if BEGIN fails or is cancelled; Tortoise's keeps it forever."""

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
            # Queued behind the BEGIN of a cancelled task.
            await asyncio.shield(self.connection._connection.rollback())
            raise


class ImmediateSqliteClient(ExactRowCountClient):
    """A client whose transactions are immediate, and whose reads outside them do not wait for writers."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        self.read_timeout: float | None = None
        """Time limit in seconds for a read outside transactions; None: no limit."""
        self.costly_reads = CostlyReads()
        self._reader: _Reader | None = None
        self._costly_reader: _Reader | None = None
        self._reader_lock = asyncio.Lock()
        self._file_identity: tuple[int, int] | None = None

    async def create_connection(self, with_db: bool) -> None:
        if self.filename != ":memory:":
            with contextlib.suppress(OSError):
                # It contains the providers' keys; SQLite gives its other files the same mode. Never an
                # existing file: closing it here would drop the locks that SQLite holds on it in this process.
                os.close(os.open(self.filename, os.O_CREAT | os.O_EXCL, 0o600))
        # Otherwise aiosqlite's thread would report the unopenable file again, after the loop has closed.
        sqlite3.connect(self.filename).close()
        try:
            await super().create_connection(with_db)
            if self._connection is not None:
                await _add_functions(self._connection)
            self._file_identity = self._identify_file()
        except BaseException:
            # A half-open connection's thread would keep the process from exiting.
            await self.close()
            raise

    async def close(self) -> None:
        await self.costly_reads.close()
        readers = (self._reader, self._costly_reader)
        self._reader = self._costly_reader = None
        for reader in readers:
            if reader is not None:
                await reader.close()
        await super().close()

    def check_file(self) -> None:
        """Compare the file at the path with the open one.

        Raises:
            DatabaseFileReplaced: it is another one, or missing.
        """
        if self._file_identity is not None and self._identify_file() != self._file_identity:
            raise DatabaseFileReplaced(f"{self.filename} was moved or replaced while it was open")

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[dict[str, Any]]]:
        if self._is_read(query):
            rows = await self._fetch(query, values)
            return len(rows), rows
        self.check_file()
        result: tuple[int, Sequence[dict[str, Any]]] = await super().execute_query(query, values)
        return result

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if self._is_read(query):
            return [dict(row) for row in await self._fetch(query, values)]
        self.check_file()
        rows: list[dict[str, Any]] = await super().execute_query_dict(query, values)
        return rows

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        self.check_file()
        key: int = await super().execute_insert(query, values)
        return key

    def _is_read(self, query: str) -> bool:
        # An in-memory database belongs to its one connection.
        return is_read(query) and self.filename != ":memory:"

    async def read_costly(self, query: str, values: Sequence[object]) -> Sequence[Any]:
        """The rows of an expensive read, which waits for its turn; see `database.costly_reads`.

        Raises:
            ReadTimedOut: it waited or ran longer than `read_timeout`.
        """
        if not self._is_read(query):
            return (await self.execute_query(query, list(values)))[1]
        return await self.costly_reads.submit(
            query, values, lambda: self._fetch_costly(query, list(values)), timeout=self.read_timeout
        )

    @translate_exceptions
    async def _fetch(self, query: str, values: list[Any] | None) -> list[Any]:
        reader = self._reader
        if reader is None:
            async with self._reader_lock:
                reader = self._reader = self._reader or await self._open_reader()
        self.log.debug("%s: %s", query, values)
        return await reader.fetch(query, values or (), timeout=self.read_timeout)

    @translate_exceptions
    async def _fetch_costly(self, query: str, values: list[Any]) -> list[Any]:
        # Called by one task at a time, so it needs no lock.
        reader = self._costly_reader = self._costly_reader or await self._open_reader()
        self.log.debug("%s: %s", query, values)
        return await reader.fetch(query, values, timeout=self.read_timeout)

    async def _open_reader(self) -> "_Reader":
        if self._connection is None:
            # Opening creates the file and switches it to WAL. If it is open already, a writer may hold its
            # lock.
            async with self.acquire_connection():
                pass
        return await _Reader.open(self.filename, busy_timeout=self.pragmas.get("busy_timeout", 5_000))

    def _identify_file(self) -> tuple[int, int] | None:
        if self.filename == ":memory:":
            return None
        try:
            status = os.stat(self.filename)  # noqa: PTH116 - a microsecond less than by a path, at each transaction
        except FileNotFoundError:
            return (0, 0)
        return status.st_dev, status.st_ino

    def _in_transaction(self) -> TransactionContext:
        self.check_file()
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


class _Reader:
    """A read-only connection that runs one statement at a time, in its own thread."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._ends_at = math.inf

    @classmethod
    async def open(cls, filename: str, *, busy_timeout: int) -> "_Reader":
        """A reader of an existing database; `busy_timeout` is in milliseconds."""
        connection = await aiosqlite.connect(filename, isolation_level=None)
        reader = cls(connection)
        try:
            connection.row_factory = sqlite3.Row
            await _add_functions(connection)
            await connection.set_progress_handler(reader._is_timed_out, _STEPS_BETWEEN_CHECKS)
            for pragma in (f"busy_timeout = {busy_timeout}", "query_only = ON"):
                await connection.execute_fetchall(f"PRAGMA {pragma}")
        except BaseException:
            await connection.close()
            raise
        return reader

    async def close(self) -> None:
        await self._connection.close()

    async def fetch(self, query: str, values: Sequence[Any], *, timeout: float | None) -> list[Any]:  # noqa: ASYNC109 - SQLite's own thread keeps it
        """The rows of a read.

        Raises:
            ReadTimedOut: it took longer than `timeout` seconds.
        """
        query = query.replace("\x00", "'||CHAR(0)||'")
        rows: list[Any] = await self._connection._execute(  # type: ignore[no-untyped-call] # aiosqlite's way into its thread
            self._fetch_in_time, self._connection._conn, query, values, timeout
        )
        return rows

    def _fetch_in_time(
        self, connection: sqlite3.Connection, query: str, values: Sequence[Any], seconds: float | None
    ) -> list[Any]:
        """The rows of a read with a time limit; runs in the connection's thread."""
        if seconds is not None:
            self._ends_at = time.monotonic() + seconds
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if time.monotonic() >= self._ends_at:
                raise ReadTimedOut(f"a read took longer than {seconds} seconds") from error
            raise
        finally:
            self._ends_at = math.inf

    def _is_timed_out(self) -> bool:
        return time.monotonic() >= self._ends_at


async def _add_functions(connection: aiosqlite.Connection) -> None:
    await connection.create_function(SQLITE_FUNCTION, 1, _fold_value, deterministic=True)


def _fold_value(value: str | None) -> str | None:
    return None if value is None else fold(value)


client_class = ImmediateSqliteClient
