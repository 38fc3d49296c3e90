"""Tortoise's PostgreSQL engine with less between a statement and its connection.

Connections go back to their pool without a statement. asyncpg sends one to forget what a session holds:
settings, LISTEN, cursors, advisory locks. Nothing here leaves such things in a pooled connection: locks and
settings are the transaction's, and who listens has a connection of its own (`database.open_session`). A
transaction left open is rolled back all the same.
The module's name has to contain "asyncpg": the migration executor picks its dialect by it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.exceptions import OperationalError, TransactionManagementError

from models.costly_reads import CostlyReads
from models.gathering import Gathering
from models.read_limit import ReadTimedOut, is_read

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""What PostgreSQL counts a moment's microseconds from."""
_MICROSECOND = timedelta(microseconds=1)


class StatelessConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg ships no types
    """A connection that has nothing to forget."""

    def get_reset_query(self) -> str:
        return ""


class PromptPool(asyncpg.Pool):  # type: ignore[misc] # the same
    """A pool that hands idle connections over at once, to whoever waits longest.

    asyncpg makes a task to take a connection back, so that a cancelled caller does not keep it for good. An
    idle connection of ours has nothing to wait for in between; all others go asyncpg's way. As many as the
    pool's smallest size rest here meanwhile, ready as they are.
    asyncpg lets newcomers take what was put back for those who wait; under load some would wait for long.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._resting: list[Any] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def _initialize(self) -> None:
        await super()._initialize()
        put = self._queue.put_nowait

        def put_and_tell(holder: Any) -> None:
            put(holder)
            self._hand_over(None)

        # A place whose connection broke comes back by itself, some time after the connection was released.
        self._queue.put_nowait = put_and_tell

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
        if self._hand_over(connection):
            return
        if self._closing or len(self._resting) >= self._minsize:
            await connection._holder.release(timeout)
        else:
            self._resting.append(connection)

    async def close(self) -> None:
        # Those that are released from here on go asyncpg's way: it is closing.
        self._closing = True
        while self._hand_over(None):
            """Who waits is refused from here on."""
        while self._resting:
            connection = self._resting.pop()
            # One that was cut off has gone back by itself.
            if connection._con is not None:
                await connection._holder.release(None)
        # Let those who were refused find out.
        await asyncio.sleep(0)
        self._closing = False
        await super().close()

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - the same
        async with asyncio.timeout(timeout) if timeout is not None else contextlib.nullcontext():
            return await self.taken()

    async def taken(self) -> Any:
        """A connection, however long it takes; to be released."""
        resting = self._resting
        if resting and (pooled := resting[-1]._con) is not None and not pooled.is_closed():
            return resting.pop()
        while True:
            if (connection := await self._rested()) is not None:
                return connection
            if not self._queue.empty() or self._closing:
                return await super()._acquire(None)
            if (connection := await self._handed_over()) is not None:
                return connection

    async def _rested(self) -> Any | None:
        while self._resting:
            connection = self._resting.pop()
            if connection._con is None:
                continue
            if not connection._con.is_closed():
                return connection
            await connection._holder.release(None)
        return None

    async def _handed_over(self) -> Any | None:
        """A connection that somebody gave up; None where there may be one in the queue."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                connection = waiting.result()
                if connection is None:
                    self._hand_over(None)
                else:
                    await self.release(connection)
            raise

    def _hand_over(self, connection: Any | None) -> bool:
        """Give the connection, or news that there may be one, to who waits longest; whether anybody does."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False


class _ReadOnlyIsOutage(AsyncpgDBClient):
    """Reports a write to a read-only server as an operational error.

    Tortoise takes it for a transaction in a wrong state, and leaves that transaction open.
    """

    async def _translate_exceptions(self, func: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return await super()._translate_exceptions(func, *arguments, **options)
        except TransactionManagementError as error:
            cause = error.args[0] if error.args else None
            if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):
                raise OperationalError(cause) from cause
            raise


class _Transaction(_ReadOnlyIsOutage, TransactionWrapper):
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Transaction(self))


class StatelessClient(_ReadOnlyIsOutage):
    """The client of stateless connections in a prompt pool."""

    connection_class = StatelessConnection

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.read_timeout: float | None = None
        """Seconds that a read outside transactions may take; None: as long as it needs."""
        self.gathering = Gathering(self.read)
        """What is asked outside transactions."""
        self.costly_reads = CostlyReads()

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        defaults = {"max_queries": 50_000, "max_inactive_connection_lifetime": 300.0, "init": _know_moments}
        # The DSN says where and who; Tortoise's own defaults beside it, such as port 5432, would win over it.
        beside_dsn = ("host", "port", "user", "password", "database")
        arguments = {name: value for name, value in options.items() if name not in beside_dsn}
        return await PromptPool(record_class=asyncpg.Record, **{**defaults, **arguments})

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_Transaction(self), self._pool_init_lock)

    async def read(self, statement: str, values: list[object]) -> Sequence[Any]:
        """The rows of one statement, outside transactions.

        Raises:
            ReadTimedOut: it only reads, and took longer than `read_timeout`.
        """
        if self._pool is None:
            async with self.acquire_connection():
                """The first statement opens the pool."""
        pool: Any = self._pool
        self.log.debug("%s: %s", statement, values)
        limit = self.read_timeout if self.read_timeout is not None and is_read(statement) else None
        try:
            connection = await pool.taken()
            try:
                # Without the proxy, which looks after callers that keep a connection too long.
                rows: list[Any] = await connection._con.fetch(statement, *values, timeout=limit)
                return rows
            finally:
                await pool.release(connection)
        except TimeoutError as error:
            # asyncpg has told the server to stop.
            raise ReadTimedOut(f"a read took longer than {limit} seconds") from error
        except asyncpg.PostgresError as error:
            await self._fail(error)
            raise

    async def read_costly(self, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """`read` for a statement that may take long, when it is its turn; see `models.costly_reads`.

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
    async def _fail(self, error: asyncpg.PostgresError) -> None:
        raise error


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
