"""The worker's loop: jobs go on whatever happens to others, and end when they are told to."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import DBConnectionError

from config.settings import Settings
from resolvers.shop import Shop
from tests.fakes import RecordingSms, new_shop
from worker import loop
from worker.jobs import JOBS, Job

NO_REST = timedelta(0)
LONG_REST = timedelta(hours=1)
Operation = Callable[[Shop], Awaitable[int]]


class CountedJob:
    """Does what each of `outcomes` says, a number or an error, and sets `stopping` after the last."""

    def __init__(self, stopping: asyncio.Event, *outcomes: int | Exception) -> None:
        self.runs = 0
        self._stopping = stopping
        self._outcomes = outcomes

    async def __call__(self, _: Shop) -> int:
        outcome = self._outcomes[self.runs]
        self.runs += 1
        if self.runs == len(self._outcomes):
            self._stopping.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def shop() -> Shop:
    return new_shop(Settings(), RecordingSms())


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


run = functools.partial(loop.run, provider_jobs=())


def job(operation: Operation, *, name: str = "count", rest: timedelta = NO_REST) -> Job:
    return Job(name=name, operation=operation, rest=rest)


async def let_others_run() -> None:
    """Give every task that can go on many turns to do so."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_failing_job_is_logged_and_tried_again(
    shop: Shop, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    failing = CountedJob(stopping, ValueError("struck"), ValueError("struck again"), 0)

    await run(shop, stopping, jobs=[job(failing, name="fail")])

    assert failing.runs == 3
    logged = [record for record in caplog.records if record.name == "vitrin.worker"]
    assert [(record.getMessage(), record.levelno) for record in logged] == [
        ("fail failed", logging.ERROR)
    ] * 2
    assert [str(record.exc_info[1]) for record in logged if record.exc_info] == ["struck", "struck again"]


async def test_a_database_that_is_away_is_logged_in_a_line_and_tried_again(
    shop: Shop, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = CountedJob(stopping, DBConnectionError("password=secret"), 0)

    await run(shop, stopping, jobs=[job(waiting, name="wait")])

    [logged] = [record for record in caplog.records if record.name == "vitrin.worker"]
    assert logged.getMessage() == "wait: the database is unavailable: DBConnectionError"
    assert (logged.exc_info, waiting.runs) == (None, 2)


async def test_a_job_that_always_fails_does_not_stop_the_others(shop: Shop, stopping: asyncio.Event) -> None:
    async def fail(_: Shop) -> int:
        raise ValueError("struck")

    sound = CountedJob(stopping, 0, 0, 0)

    await run(shop, stopping, jobs=[job(fail), job(sound)])

    assert sound.runs == 3


async def test_a_job_that_fails_rests_before_it_is_tried_again(shop: Shop, stopping: asyncio.Event) -> None:
    failing = CountedJob(stopping, ValueError("struck"), 0)

    running = asyncio.create_task(run(shop, stopping, jobs=[job(failing, rest=LONG_REST)]))
    await let_others_run()

    assert failing.runs == 1
    stopping.set()
    await running


async def test_a_job_with_work_goes_on_without_rest(shop: Shop, stopping: asyncio.Event) -> None:
    busy = CountedJob(stopping, 20, 20, 3, 1)

    running = asyncio.create_task(run(shop, stopping, jobs=[job(busy, rest=LONG_REST)]))
    await let_others_run()

    assert (busy.runs, running.done()) == (4, True)


async def test_a_job_without_work_rests(shop: Shop, stopping: asyncio.Event) -> None:
    idle = CountedJob(stopping, 5, 0, 0)

    running = asyncio.create_task(run(shop, stopping, jobs=[job(idle, rest=LONG_REST)]))
    await let_others_run()

    assert (idle.runs, running.done()) == (2, False)
    stopping.set()
    await running


async def test_stopping_wakes_the_jobs_that_rest(shop: Shop, stopping: asyncio.Event) -> None:
    async def idle(_: Shop) -> int:
        return 0

    jobs = [job(idle, rest=LONG_REST), job(idle, rest=LONG_REST)]
    running = asyncio.create_task(run(shop, stopping, jobs=jobs))
    await let_others_run()
    assert not running.done()

    stopping.set()
    await let_others_run()

    assert running.done()


async def test_stopping_waits_for_what_runs_and_begins_nothing_new(
    shop: Shop, stopping: asyncio.Event
) -> None:
    told, seen = asyncio.Event(), []

    async def slow(_: Shop) -> int:
        seen.append("begun")
        await told.wait()
        seen.append("finished")
        return 1

    running = asyncio.create_task(run(shop, stopping, jobs=[job(slow)]))
    await let_others_run()
    stopping.set()
    await let_others_run()
    assert (seen, running.done()) == (["begun"], False)

    told.set()
    await running

    assert seen == ["begun", "finished"]


async def test_a_worker_that_is_stopped_from_the_start_does_nothing(
    shop: Shop, stopping: asyncio.Event
) -> None:
    idle = CountedJob(stopping, 0)
    stopping.set()

    await run(shop, stopping, jobs=[job(idle)])

    assert idle.runs == 0


async def test_every_job_gets_the_shop(shop: Shop, stopping: asyncio.Event) -> None:
    given: list[Shop] = []

    async def look(shop: Shop) -> int:
        given.append(shop)
        stopping.set()
        return 0

    await run(shop, stopping, jobs=[job(look)])

    assert given == [shop]


def test_the_jobs_have_names_of_their_own_and_rest() -> None:
    assert len({each.name for each in JOBS}) == len(JOBS) > 0
    assert all(each.rest > NO_REST for each in JOBS)


async def test_a_job_that_does_not_end_in_time_is_cut_off_and_logged(
    shop: Shop, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[str] = []

    async def hanging(_: Shop) -> int:
        stopping.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("cut")
        return 0

    await run(shop, stopping, jobs=[job(hanging)], finish_within=timedelta(milliseconds=20))

    assert ended == ["cut"]
    assert "jobs cut off" in caplog.text
