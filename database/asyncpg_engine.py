"""Tortoise's PostgreSQL engine with less overhead per statement.

Connections return to their pool without a statement. asyncpg sends one to reset session state: settings,
LISTEN, cursors, advisory locks. Nothing here leaves such state in a pooled connection: locks and settings
belong to transactions, and LISTEN uses a connection of its own (`database.open_session`). A transaction left
open is still rolled back. The module's name has to contain "asyncpg": the migration executor selects its
dialect by it.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from database.batching import Batcher
from database.costly_reads import CostlyReads
from database.fair_pool import FairPool
from database.read_timeout import ReadTimedOut, is_read

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""PostgreSQL counts the microseconds of a timestamp from here."""
_MICROSECOND = timedelta(microseconds=1)


class NoResetConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg ships no types
    """A connection without session state to reset."""

    def get_reset_query(self) -> str:
        return ""


class _PooledConnection(PoolConnectionWrapper[asyncpg.Connection]):
    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        await self.client._pool.release(self.connection, error=error)


class _PooledTransaction(TransactionContextPooled):
    def __init__(self, client: "StatelessClient", pool_opening: asyncio.Lock) -> None:
        super().__init__(_Transaction(client), pool_opening)
        self._parent_client = client

    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException as error:
            # Cancelled or disconnected before it began: Tortoise would keep the connection and send it the
            # task's further statements.
            if (connection := self.client._connection) is not None:
                await self._parent_client._pool.release(connection, error=error)
            if (token := getattr(self, "token", None)) is not None:
                get_connections().reset(token)
            raise


@contextlib.contextmanager
def _network_errors_are_outages() -> Iterator[None]:
    """Raise the operating system's errors about the connection as Tortoise's error for a lost database."""
    try:
        yield
    except OSError as error:
        raise DBConnectionError(error) from error


class _OutageReportingClient(AsyncpgDBClient):
    """Reports lost connections, and writes to a read-only server, as database errors.

    Tortoise passes the former through unchanged, and mistakes the latter for a transaction in a wrong state,
    which it leaves open.
    """

    async def _translate_exceptions(self, func: Any, *arguments: Any, **options: Any) -> Any:
        try:
            with _network_errors_are_outages():
                return await super()._translate_exceptions(func, *arguments, **options)
        except TransactionManagementError as error:
            cause = error.args[0] if error.args else None
            if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):
                raise OperationalError(cause) from cause
            raise


class _Transaction(_OutageReportingClient, TransactionWrapper):
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Transaction(self))

    async def commit(self) -> None:
        with _network_errors_are_outages():
            await super().commit()

    async def rollback(self) -> None:
        with _network_errors_are_outages():
            await super().rollback()


class StatelessClient(_OutageReportingClient):
    """A client with stateless connections in a fair pool."""

    connection_class = NoResetConnection
    _pool: FairPool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.read_timeout: float | None = None
        """Time limit in seconds for a read outside transactions; None: no limit."""
        self.batcher = Batcher(self.read)
        """Batches the reads outside transactions."""
        self.costly_reads = CostlyReads()
        self._pool_opening = asyncio.Lock()

    async def create_pool(self, **options: Any) -> FairPool:
        # The DSN holds host and user; Tortoise's own defaults, such as port 5432, would override it.
        pool_options = {"min_size": options.pop("min_size"), "max_size": options.pop("max_size")}
        if (seconds := options.pop("max_inactive_connection_lifetime", None)) is not None:
            pool_options["idle_lifetime"] = timedelta(seconds=seconds)
        dsn_fields = ("host", "port", "user", "password", "database")
        arguments = {name: value for name, value in options.items() if name not in dsn_fields}

        async def connect() -> asyncpg.Connection:
            with _network_errors_are_outages():
                connection = await asyncpg.connect(**arguments)
            await _register_timestamp_codec(connection)
            return connection

        pool = FairPool(connect, **pool_options)
        # From here on it is known that the server can be reached.
        await pool.release(await pool.acquire())
        return pool

    def acquire_connection(self) -> _PooledConnection:
        return _PooledConnection(self, self._pool_opening)

    def _in_transaction(self) -> TransactionContext:
        return _PooledTransaction(self, self._pool_opening)

    async def read(self, statement: str, values: list[object]) -> Sequence[Any]:
        """The rows of one statement, outside transactions.

        Raises:
            ReadTimedOut: a read-only statement took longer than `read_timeout`.
        """
        if self._pool is None:
            async with self.acquire_connection():
                """The first statement opens the pool."""
        pool = self._pool
        self.log.debug("%s: %s", statement, values)
        limit = self.read_timeout if self.read_timeout is not None and is_read(statement) else None
        try:
            connection = await pool.acquire()
            try:
                rows: list[Any] = await connection.fetch(statement, *values, timeout=limit)
            except BaseException as error:
                await pool.release(connection, error=error)
                raise
            await pool.release(connection)
            return rows
        except TimeoutError as error:
            # asyncpg has told the server to cancel the statement.
            raise ReadTimedOut(f"a read took longer than {limit} seconds") from error
        except asyncpg.PostgresError as error:
            await self._raise_translated(error)
            raise

    async def read_costly(self, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """`read` for an expensive statement, which waits for its turn; see `database.costly_reads`.

        Raises:
            ReadTimedOut: it waited or ran longer than `read_timeout`.
        """
        return await self.costly_reads.submit(
            statement, values, lambda: self.read(statement, list(values)), timeout=self.read_timeout
        )

    async def close(self) -> None:
        await self.costly_reads.close()
        await super().close()

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, list[dict[Any, Any]]]:
        if self.read_timeout is not None and is_read(query):
            rows = list(await self.read(query, values or []))
            return len(rows), rows
        result: tuple[int, list[dict[Any, Any]]] = await super().execute_query(query, values)
        return result

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if self.read_timeout is not None and is_read(query):
            return [dict(row) for row in await self.read(query, values or [])]
        rows: list[dict[str, Any]] = await super().execute_query_dict(query, values)
        return rows

    @translate_exceptions
    async def _raise_translated(self, error: asyncpg.PostgresError) -> None:
        raise error


async def _register_timestamp_codec(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        encoder=lambda timestamp: ((timestamp - _EPOCH) // _MICROSECOND,),
        decoder=_decode_timestamp,
        format="tuple",
    )


@lru_cache(8_192)
def _decode_timestamp(microseconds: tuple[int]) -> datetime:
    """Cached: building a timestamp takes longer than a lookup, and the rows of a list share many."""
    return _EPOCH + timedelta(microseconds=microseconds[0])


client_class = StatelessClient
