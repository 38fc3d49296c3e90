"""A pool of PostgreSQL connections that serves the longest-waiting task first, on asyncpg's public API.

asyncpg's own pool needs a task to return a connection, sends a statement to reset it, and lets newcomers
overtake waiting tasks, which under load can wait very long.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg

_IDLE_LIFETIME = timedelta(minutes=5)
_RECOVERY_TIMEOUT = timedelta(seconds=10)


class FairPool:
    """Connections for the tasks of one event loop, opened by `connect` as they are needed.

    The most recently used connection is used next; idle ones above `min_size` are closed after
    `idle_lifetime`. A connection is returned without a statement, so its session state must be unchanged,
    except for a transaction that is still open, which is rolled back.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        *,
        min_size: int,
        max_size: int,
        idle_lifetime: timedelta = _IDLE_LIFETIME,
    ) -> None:
        self._connect = connect
        self._min_size = min_size
        self._max_size = max_size
        self._idle_seconds = idle_lifetime.total_seconds()
        self._loop = asyncio.get_running_loop()
        # Open connections, and slots of those being opened or that a waiting task may open.
        self._slots = 0
        self._open: set[asyncpg.Connection] = set()
        # With the time at which each was returned, latest last.
        self._idle: list[tuple[asyncpg.Connection, float]] = []
        self._waiting: deque[asyncio.Future[asyncpg.Connection | None]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._has_closed = asyncio.Event()
        self._reaping = self._loop.call_later(self._idle_seconds, self._close_unused)

    @property
    def size(self) -> int:
        """Connections that are open or being opened."""
        return self._slots

    @property
    def idle(self) -> int:
        """Unused open connections."""
        return len(self._idle)

    @property
    def max_size(self) -> int:
        return self._max_size

    async def acquire(self) -> asyncpg.Connection:
        """A connection for the caller's exclusive use until it is released; waits without limit.

        Raises:
            InterfaceError: the pool is closing.
            Exception: raised by `connect`.
        """
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
        self._check_open()
        if self._slots < self._max_size:
            self._slots += 1
            return await self._fill_slot()
        return await self._wait() or await self._fill_slot()

    async def release(self, connection: asyncpg.Connection, *, error: BaseException | None = None) -> None:
        """Return a connection, after `error` once the server has certainly ended the statement."""
        has_ended = error is None or isinstance(error, asyncpg.PostgresError)
        if not connection.is_closed() and (not has_ended or connection.is_in_transaction()):
            # In a task of its own: the caller may have been cancelled and must not wait.
            self._start(self._recover(connection))
        else:
            self._put_back(connection)

    async def close(self) -> None:
        """Refuse waiting tasks, close idle connections, and wait for the others to be released."""
        self._is_closing = True
        self._reaping.cancel()
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(asyncpg.InterfaceError("the pool is closing"))
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.close() for connection, _ in idle), return_exceptions=True)
        if self._open:
            await self._has_closed.wait()

    def terminate(self) -> None:
        """Close all connections immediately."""
        for connection in tuple(self._open):
            connection.terminate()

    def _check_open(self) -> None:
        if self._is_closing:
            raise asyncpg.InterfaceError("the pool is closing")

    async def _fill_slot(self) -> asyncpg.Connection:
        try:
            connection = await self._connect()
        except BaseException:
            self._free_slot()
            raise
        self._open.add(connection)
        connection.add_termination_listener(self._forget)
        if self._is_closing:
            connection.terminate()
            self._check_open()
        return connection

    async def _wait(self) -> asyncpg.Connection | None:
        """A released connection, or None for the slot of a broken one."""
        waiting: asyncio.Future[asyncpg.Connection | None] = self._loop.create_future()
        self._waiting.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            # Both happened in one iteration of the loop: the next waiting task gets what was handed over.
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                connection = waiting.result()
                if connection is None:
                    self._free_slot()
                else:
                    self._put_back(connection)
            raise

    def _hand_over(self, connection: asyncpg.Connection | None) -> bool:
        """Give a connection, or a slot, to the longest-waiting task; False if none waits."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False

    def _put_back(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._forget(connection)
        elif self._is_closing:
            self._start(connection.close())
        elif not self._hand_over(connection):
            self._idle.append((connection, self._loop.time()))

    async def _recover(self, connection: asyncpg.Connection) -> None:
        try:
            async with asyncio.timeout(_RECOVERY_TIMEOUT.total_seconds()):
                await connection.reset()
                # asyncpg sends the next statement once the server has ended the interrupted one.
                await connection.execute("SELECT 1")
        except Exception:
            connection.terminate()
        self._put_back(connection)

    def _forget(self, connection: asyncpg.Connection) -> None:
        """Free the slot of a closed connection, regardless of which side closed it."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._idle = [each for each in self._idle if each[0] is not connection]
        self._free_slot()
        if self._is_closing and not self._open:
            self._has_closed.set()

    def _free_slot(self) -> None:
        if not self._hand_over(None):
            self._slots -= 1

    def _close_unused(self) -> None:
        before = self._loop.time() - self._idle_seconds
        # One at a time: its slot is occupied until it has closed.
        if self._idle and self._slots > self._min_size and self._idle[0][1] <= before:
            connection, _ = self._idle.pop(0)
            self._start(connection.close())
        self._reaping = self._loop.call_later(self._idle_seconds / 10, self._close_unused)

    def _start(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await work

        task = self._loop.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
