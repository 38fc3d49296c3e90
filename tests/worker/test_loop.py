"""The worker's loop: jobs are independent of each other, and end when they are stopped."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import DBConnectionError

from config.settings import Settings
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app
from worker import loop
from worker.jobs import JOBS, Job

NO_INTERVAL = timedelta(0)
LONG_INTERVAL = timedelta(hours=1)
Operation = Callable[[AppContext], Awaitable[int]]


class CountedJob:
    """Returns or raises each of `outcomes` in turn and sets `stopping` after the last."""

    def __init__(self, stopping: asyncio.Event, *outcomes: int | Exception) -> None:
        self.runs = 0
        self._stopping = stopping
        self._outcomes = outcomes

    async def __call__(self, _: AppContext) -> int:
        outcome = self._outcomes[self.runs]
        self.runs += 1
        if self.runs == len(self._outcomes):
            self._stopping.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def app() -> AppContext:
    return build_app(Settings(), RecordingSms())


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


run = functools.partial(loop.run, provider_jobs=())


def job(operation: Operation, *, name: str = "count", rest: timedelta = NO_INTERVAL) -> Job:
    return Job(name=name, operation=operation, interval=rest)


async def let_others_run() -> None:
    """Give every task that can go on many turns to do so."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_failing_job_is_logged_and_retried(
    app: AppContext, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    failing = CountedJob(stopping, ValueError("struck"), ValueError("struck again"), 0)

    await run(app, stopping, jobs=[job(failing, name="fail")])

    assert failing.runs == 3
    logged = [record for record in caplog.records if record.name == "vitrin.worker"]
    assert [(record.getMessage(), record.levelno) for record in logged] == [
        ("job failed: fail", logging.ERROR)
    ] * 2
    assert [str(record.exc_info[1]) for record in logged if record.exc_info] == ["struck", "struck again"]


async def test_a_lost_database_is_logged_in_one_line_and_retried(
    app: AppContext, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = CountedJob(stopping, DBConnectionError("password=secret"), 0)

    await run(app, stopping, jobs=[job(waiting, name="wait")])

    [logged] = [record for record in caplog.records if record.name == "vitrin.worker"]
    assert logged.getMessage() == "job failed, database unavailable: job=wait error=DBConnectionError"
    assert (logged.exc_info, waiting.runs) == (None, 2)


async def test_a_job_that_always_fails_does_not_stop_the_others(
    app: AppContext, stopping: asyncio.Event
) -> None:
    async def fail(_: AppContext) -> int:
        raise ValueError("struck")

    sound = CountedJob(stopping, 0, 0, 0)

    await run(app, stopping, jobs=[job(fail), job(sound)])

    assert sound.runs == 3


async def test_a_failed_job_waits_before_it_is_retried(app: AppContext, stopping: asyncio.Event) -> None:
    failing = CountedJob(stopping, ValueError("struck"), 0)

    running = asyncio.create_task(run(app, stopping, jobs=[job(failing, rest=LONG_INTERVAL)]))
    await let_others_run()

    assert failing.runs == 1
    stopping.set()
    await running


async def test_a_job_with_work_continues_without_a_pause(app: AppContext, stopping: asyncio.Event) -> None:
    busy = CountedJob(stopping, 20, 20, 3, 1)

    running = asyncio.create_task(run(app, stopping, jobs=[job(busy, rest=LONG_INTERVAL)]))
    await let_others_run()

    assert (busy.runs, running.done()) == (4, True)


async def test_a_job_without_work_waits(app: AppContext, stopping: asyncio.Event) -> None:
    idle = CountedJob(stopping, 5, 0, 0)

    running = asyncio.create_task(run(app, stopping, jobs=[job(idle, rest=LONG_INTERVAL)]))
    await let_others_run()

    assert (idle.runs, running.done()) == (2, False)
    stopping.set()
    await running


async def test_stopping_wakes_waiting_jobs(app: AppContext, stopping: asyncio.Event) -> None:
    async def idle(_: AppContext) -> int:
        return 0

    jobs = [job(idle, rest=LONG_INTERVAL), job(idle, rest=LONG_INTERVAL)]
    running = asyncio.create_task(run(app, stopping, jobs=jobs))
    await let_others_run()
    assert not running.done()

    stopping.set()
    await let_others_run()

    assert running.done()


async def test_stopping_waits_for_running_jobs_and_starts_no_new_ones(
    app: AppContext, stopping: asyncio.Event
) -> None:
    reported, seen = asyncio.Event(), []

    async def slow(_: AppContext) -> int:
        seen.append("begun")
        await reported.wait()
        seen.append("finished")
        return 1

    running = asyncio.create_task(run(app, stopping, jobs=[job(slow)]))
    await let_others_run()
    stopping.set()
    await let_others_run()
    assert (seen, running.done()) == (["begun"], False)

    reported.set()
    await running

    assert seen == ["begun", "finished"]


async def test_a_worker_that_is_stopped_from_the_start_does_nothing(
    app: AppContext, stopping: asyncio.Event
) -> None:
    idle = CountedJob(stopping, 0)
    stopping.set()

    await run(app, stopping, jobs=[job(idle)])

    assert idle.runs == 0


async def test_every_job_gets_the_shop(app: AppContext, stopping: asyncio.Event) -> None:
    provided: list[AppContext] = []

    async def look(app: AppContext) -> int:
        provided.append(app)
        stopping.set()
        return 0

    await run(app, stopping, jobs=[job(look)])

    assert provided == [app]


def test_jobs_have_unique_names_and_intervals() -> None:
    assert len({each.name for each in JOBS}) == len(JOBS) > 0
    assert all(each.interval > NO_INTERVAL for each in JOBS)


async def test_a_job_that_does_not_end_in_time_is_cancelled_and_logged(
    app: AppContext, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[str] = []

    async def hanging(_: AppContext) -> int:
        stopping.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("cut")
        return 0

    await run(app, stopping, jobs=[job(hanging)], shutdown_timeout=timedelta(milliseconds=20))

    assert ended == ["cut"]
    assert "jobs cancelled" in caplog.text
