"""The queue of unseen documents: one at a time, fair, bounded, without disconnected callers."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from engine.protection.fair_queue import FairQueue, QueueFull


class RecordedJobs:
    """Jobs that record the order in which they ran, each released by the test."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def create_job(self, name: str) -> Callable[[], str]:
        def work() -> str:
            self.has_begun.set()
            assert self.may_go_on.wait(10)
            self.ran.append(name)
            return name

        return work


async def enqueue(queue: FairQueue, jobs: RecordedJobs, names: list[str]) -> list[asyncio.Task[str]]:
    """A task for each name, `caller/number`, all of them waiting behind one that runs."""
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(queue.run(name.partition("/")[0], jobs.create_job(name))))
        await asyncio.to_thread(jobs.has_begun.wait, 10)
    return tasks


async def test_callers_take_turns_regardless_of_arrival_order() -> None:
    queue, jobs = FairQueue(), RecordedJobs()
    tasks = await enqueue(queue, jobs, ["a/0", "a/1", "a/2", "a/3", "b/0", "c/0", "b/1"])
    jobs.may_go_on.set()
    assert await asyncio.gather(*tasks) == ["a/0", "a/1", "a/2", "a/3", "b/0", "c/0", "b/1"]
    assert jobs.ran == ["a/0", "a/1", "b/0", "c/0", "a/2", "b/1", "a/3"]


async def test_a_caller_with_a_full_queue_is_refused_and_others_are_not() -> None:
    queue, jobs = FairQueue(max_per_caller=2), RecordedJobs()
    tasks = await enqueue(queue, jobs, ["a/0", "a/1", "a/2"])
    with pytest.raises(QueueFull) as refused:
        await queue.run("a", jobs.create_job("a/3"))
    assert refused.value.retry_after_seconds >= 1
    tasks += [asyncio.create_task(queue.run("b", jobs.create_job("b/0")))]
    jobs.may_go_on.set()
    assert await asyncio.gather(*tasks) == ["a/0", "a/1", "a/2", "b/0"]


async def test_the_longest_queue_is_trimmed_when_all_slots_are_taken() -> None:
    queue, jobs = FairQueue(max_waiting=3), RecordedJobs()
    tasks = await enqueue(queue, jobs, ["a/0", "a/1", "a/2", "a/3"])
    newcomer = asyncio.create_task(queue.run("b", jobs.create_job("b/0")))
    with pytest.raises(QueueFull):
        await tasks.pop()
    jobs.may_go_on.set()
    await asyncio.gather(*tasks, newcomer)
    assert jobs.ran == ["a/0", "a/1", "b/0", "a/2"]


async def test_work_of_a_disconnected_caller_never_starts() -> None:
    queue, jobs = FairQueue(), RecordedJobs()
    tasks = await enqueue(queue, jobs, ["a/0", "a/1", "b/0"])
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    assert len(queue) == 1
    jobs.may_go_on.set()
    await asyncio.gather(tasks[0], tasks[2])
    assert jobs.ran == ["a/0", "b/0"]


async def test_work_that_fails_gives_way_to_the_next() -> None:
    queue = FairQueue()

    def fail() -> None:
        raise ValueError("wrong")

    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"):
            await queue.run("a", fail)


async def test_the_event_loop_runs_while_work_runs() -> None:
    queue, jobs = FairQueue(), RecordedJobs()
    (task,) = await enqueue(queue, jobs, ["a/0"])
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()
    jobs.may_go_on.set()
    assert await task == "a/0"
