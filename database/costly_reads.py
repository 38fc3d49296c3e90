"""Expensive reads, one at a time: fair between callers, and without delaying other statements."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from database.read_timeout import ReadTimedOut

CALLER: ContextVar[str] = ContextVar("caller", default="")
"""The caller on whose behalf the current task reads. Callers without a name share a queue."""

_MIN_COSTLY_SECONDS = 0.01
"""After shorter reads the next one starts immediately."""

_PAUSE_PER_SECOND = 3
_MAX_PAUSE_SECONDS = 1.0

# Any: rows are as the driver returns them.
Rows = Sequence[Any]
_Key = tuple[str, str]


@dataclass(eq=False, slots=True)
class _Read:
    key: _Key
    run: Callable[[], Awaitable[Rows]]
    futures: list[asyncio.Future[Rows]] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)


class CostlyReads:
    """Runs reads one at a time, in turn for each waiting caller. For one event loop.

    Equal waiting reads are merged; a caller who asks while an equal read is running gets the next one, so
    nobody sees data read before asking. After a read of more than 10 ms the queue pauses for three times the
    duration of the read, at most a second, which leaves time for other statements.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[_Read]] = OrderedDict()
        self._waiting: dict[_Key, _Read] = {}
        self._worker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Waiting reads, not counting the running one."""
        return len(self._waiting)

    async def submit(
        self,
        statement: str,
        values: Sequence[object],
        run: Callable[[], Awaitable[Rows]],
        *,
        timeout: float | None,  # noqa: ASYNC109 - it ends the wait and leaves the read to its own limit
    ) -> Rows:
        """The result of `run`, which executes this statement.

        Raises:
            ReadTimedOut: `timeout` seconds passed without a result.
        """
        future: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._enqueue((statement, repr(values)), run, future)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError as error:
            raise ReadTimedOut(f"a read waited longer than {timeout} seconds") from error

    async def close(self) -> None:
        """Cancel those who wait."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def _enqueue(self, key: _Key, run: Callable[[], Awaitable[Rows]], future: asyncio.Future[Rows]) -> None:
        read = self._waiting.get(key)
        if read is None:
            read = self._waiting[key] = _Read(key, run)
        read.futures.append(future)
        caller = CALLER.get()
        # Queued for each of its callers, so that no caller waits behind another's longer queue.
        if caller not in read.callers:
            read.callers.add(caller)
            self._lines.setdefault(caller, deque()).append(read)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run_reads())

    def _pop_read(self) -> _Read | None:
        """The next read, skipping those that ran for another caller already or have no caller left."""
        caller, line = self._lines.popitem(last=False)
        read = line.popleft()
        if line:
            self._lines[caller] = line
        if self._waiting.get(read.key) is not read:
            return None
        del self._waiting[read.key]
        return None if all(future.done() for future in read.futures) else read

    async def _run_reads(self) -> None:
        read: _Read | None = None
        try:
            while self._lines:
                read = self._pop_read()
                if read is None:
                    continue
                started_at = time.monotonic()
                await _run_read(read)
                seconds = time.monotonic() - started_at
                await asyncio.sleep(
                    min(_PAUSE_PER_SECOND * seconds, _MAX_PAUSE_SECONDS)
                    if seconds > _MIN_COSTLY_SECONDS
                    else 0
                )
        finally:
            # Anyone left here was cut off by the end of the event loop or the connection.
            for left in (read, *self._waiting.values()):
                for future in left.futures if left else ():
                    future.cancel()
            self._waiting.clear()
            self._lines.clear()


async def _run_read(read: _Read) -> None:
    try:
        rows = await read.run()
    except Exception as error:
        for future in read.futures:
            if not future.done():
                future.set_exception(error)
        return
    for future in read.futures:
        if not future.done():
            future.set_result(rows)
