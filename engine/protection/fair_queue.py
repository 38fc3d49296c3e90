"""Runs CPU-bound work one job at a time: fair between callers, bounded per caller."""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

MAX_WAITING_PER_CALLER = 100
MAX_WAITING = 1_024
_MAX_RETRY_SECONDS = 60
_SMOOTHING = 0.1
"""Weight of the latest job in the moving average of job durations."""


class QueueFull(Exception):
    """The caller has too many jobs waiting; `retry_after_seconds` estimates when there will be room."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many jobs are waiting")
        self.retry_after_seconds = retry_after_seconds


@dataclass(eq=False, slots=True)
class _Job:
    work: Callable[[], Any]
    # Any: jobs with different result types share a queue.
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class FairQueue:
    """Runs jobs in a thread, one at a time, in turn for each waiting caller.

    A thread, because a job may take tens of milliseconds, but in a thread blocks the event loop for no longer
    than the interpreter's switch interval. After each job the queue pauses for as long as the job used the
    processor, so callers that need no queue keep at least half of it.

    A caller may have `max_per_caller` jobs waiting. When `max_waiting` jobs of all callers wait, the caller
    with the longest queue loses its newest job to the newcomer.
    """

    def __init__(
        self, *, max_per_caller: int = MAX_WAITING_PER_CALLER, max_waiting: int = MAX_WAITING
    ) -> None:
        self._max_per_caller = max_per_caller
        self._max_waiting = max_waiting
        self._lines: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._waiting = 0
        self._average_seconds = 0.01
        self._worker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Waiting jobs, not counting the running one."""
        return self._waiting

    async def run(self, caller: str, work: Callable[[], T]) -> T:
        """The result of `work`. If the task is cancelled before its turn, `work` is never called.

        Raises:
            QueueFull: too many jobs of the caller are waiting.
        """
        job = _Job(work)
        self._enqueue(caller, job)
        try:
            result: T = await job.done
            return result
        except asyncio.CancelledError:
            self._dequeue(caller, job)
            raise

    def _enqueue(self, caller: str, job: _Job) -> None:
        line = self._lines.get(caller)
        if line is not None and len(line) >= self._max_per_caller:
            raise self._build_queue_full(len(line))
        if self._waiting >= self._max_waiting:
            self._drop_newest(caller)
        self._lines.setdefault(caller, deque()).append(job)
        self._waiting += 1
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run_jobs())

    def _drop_newest(self, caller: str) -> None:
        busiest = max(self._lines, key=lambda each: len(self._lines[each]))
        length = len(self._lines[busiest])
        if length <= len(self._lines.get(caller, ())) + 1:
            raise self._build_queue_full(length)
        dropped = self._lines[busiest][-1]
        self._dequeue(busiest, dropped)
        dropped.done.set_exception(self._build_queue_full(length))

    def _dequeue(self, caller: str, job: _Job) -> None:
        line = self._lines.get(caller)
        if line is None or job not in line:
            return
        line.remove(job)
        self._waiting -= 1
        if not line:
            del self._lines[caller]

    def _build_queue_full(self, length: int) -> QueueFull:
        # Twice: the queue pauses for as long as it works.
        seconds = 2 * self._average_seconds * length * len(self._lines)
        return QueueFull(max(1, min(math.ceil(seconds), _MAX_RETRY_SECONDS)))

    def _pop_job(self) -> _Job:
        caller, line = self._lines.popitem(last=False)
        job = line.popleft()
        self._waiting -= 1
        if line:
            self._lines[caller] = line
        return job

    async def _run_jobs(self) -> None:
        # So that clients that disconnected at once are noticed before their jobs begin.
        await asyncio.sleep(0)
        while self._lines:
            job = self._pop_job()
            if job.done.done():
                continue
            seconds = await _run_job(job)
            self._average_seconds += _SMOOTHING * (seconds - self._average_seconds)
            await asyncio.sleep(seconds)


async def _run_job(job: _Job) -> float:
    """Run a job and resolve its future; returns its processor seconds."""
    result, error, seconds = await asyncio.to_thread(_run_timed, job.work)
    if not job.done.done():
        if error is None:
            job.done.set_result(result)
        else:
            job.done.set_exception(error)
    return seconds


def _run_timed(work: Callable[[], T]) -> tuple[T | None, Exception | None, float]:
    started_at = time.thread_time()
    try:
        return work(), None, time.thread_time() - started_at
    except Exception as error:
        return None, error, time.thread_time() - started_at
