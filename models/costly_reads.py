"""Reads that keep the database busy, one at a time: fair between callers, and never in the way of others."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from models.read_limit import ReadTimedOut

CALLER: ContextVar[str] = ContextVar("caller", default="")
"""Who the current task reads for. Callers whom nobody names share a line."""

_MIN_RESTED_SECONDS = 0.01
"""Shorter reads are followed by the next one at once."""

_REST_PER_SECOND = 3
_MAX_REST_SECONDS = 1.0

# Any: rows are what the driver gives.
Rows = Sequence[Any]
_Key = tuple[str, str]


@dataclass(eq=False, slots=True)
class _Read:
    key: _Key
    run: Callable[[], Awaitable[Rows]]
    answers: list[asyncio.Future[Rows]] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)


class CostlyReads:
    """Runs reads one at a time, a read of each waiting caller in turn. One event loop's.

    Equal reads that wait are one; a caller who asks while an equal read runs gets the next one, so nobody
    sees data read before asking. After a read of more than 10 ms the database rests from these three
    times as long as the read took, a second at most, which leaves time to everything else.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[_Read]] = OrderedDict()
        self._waiting: dict[_Key, _Read] = {}
        self._worker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Reads that wait; the one that runs is not among them."""
        return len(self._waiting)

    async def submit(
        self,
        statement: str,
        values: Sequence[object],
        run: Callable[[], Awaitable[Rows]],
        *,
        timeout: float | None,  # noqa: ASYNC109 - it ends the wait and leaves the read to its own limit
    ) -> Rows:
        """What `run` gives, which reads by this statement.

        Raises:
            ReadTimedOut: `timeout` seconds passed before there was an answer.
        """
        answer: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._enter((statement, repr(values)), run, answer)
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError as error:
            raise ReadTimedOut(f"a read waited longer than {timeout} seconds") from error

    async def close(self) -> None:
        """Refuse those who wait, by cancelling them."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def _enter(self, key: _Key, run: Callable[[], Awaitable[Rows]], answer: asyncio.Future[Rows]) -> None:
        read = self._waiting.get(key)
        if read is None:
            read = self._waiting[key] = _Read(key, run)
        read.answers.append(answer)
        caller = CALLER.get()
        # In the line of each of its callers: nobody waits behind another's longer one.
        if caller not in read.callers:
            read.callers.add(caller)
            self._lines.setdefault(caller, deque()).append(read)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    def _next(self) -> _Read | None:
        """The next read, unless it ran for another caller already or nobody waits for it any more."""
        caller, line = self._lines.popitem(last=False)
        read = line.popleft()
        if line:
            self._lines[caller] = line
        if self._waiting.get(read.key) is not read:
            return None
        del self._waiting[read.key]
        return None if all(answer.done() for answer in read.answers) else read

    async def _work(self) -> None:
        read: _Read | None = None
        try:
            while self._lines:
                read = self._next()
                if read is None:
                    continue
                began = time.monotonic()
                await _perform(read)
                seconds = time.monotonic() - began
                await asyncio.sleep(
                    min(_REST_PER_SECOND * seconds, _MAX_REST_SECONDS) if seconds > _MIN_RESTED_SECONDS else 0
                )
        finally:
            # Somebody is left here only where the event loop or the connection ends.
            for left in (read, *self._waiting.values()):
                for answer in left.answers if left else ():
                    answer.cancel()
            self._waiting.clear()
            self._lines.clear()


async def _perform(read: _Read) -> None:
    try:
        rows = await read.run()
    except Exception as error:
        for answer in read.answers:
            if not answer.done():
                answer.set_exception(error)
        return
    for answer in read.answers:
        if not answer.done():
            answer.set_result(rows)
