"""Costly reads run one at a time, fair between callers and shared if equal, and do not delay other reads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

import database
from database.asyncpg_engine import StatelessClient
from database.bounded_counts import count_up_to
from database.costly_reads import CALLER, CostlyReads
from database.read_timeout import ReadTimedOut
from database.sqlite_engine import ImmediateSqliteClient
from models import Category
from resolvers import statistics
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization


class Database:
    """A database that writes down what it reads, and reads on when it is let."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.may_go_on = asyncio.Event()

    def reading(self, name: str) -> Callable[[], Awaitable[Sequence[Any]]]:
        async def read() -> Sequence[Any]:
            self.read.append(name)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            await self.may_go_on.wait()
            self.in_flight -= 1
            if name.endswith("broken"):
                raise ValueError(name)
            return [name]

        return read


def read(
    reads: CostlyReads, source: Database, caller: str, name: str, *, timeout: float | None = None
) -> asyncio.Task[Sequence[Any]]:
    async def submit() -> Sequence[Any]:
        CALLER.set(caller)
        return await reads.submit(name, [], source.reading(name), timeout=timeout)

    return asyncio.create_task(submit())


async def let_others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_take_turns_and_one_read_is_in_flight() -> None:
    reads, source = CostlyReads(), Database()
    names = ["a/0", "a/1", "a/2", "b/0", "c/0", "b/1"]
    tasks = [read(reads, source, name[0], name) for name in names]
    await let_others_run()
    source.may_go_on.set()
    assert [rows for (rows,) in await asyncio.gather(*tasks)] == names
    assert source.read == ["a/0", "b/0", "c/0", "a/1", "b/1", "a/2"]
    assert source.most_in_flight == 1


async def test_equal_waiting_reads_are_shared_and_start_after_the_request() -> None:
    reads, source = CostlyReads(), Database()
    first = read(reads, source, "a", "top")
    await let_others_run()
    later = [read(reads, source, caller, "top") for caller in "abca"]
    await let_others_run()
    source.may_go_on.set()
    assert await asyncio.gather(first, *later) == [["top"]] * 5
    assert source.read == ["top", "top"]


async def test_a_shared_read_takes_the_shortest_queue_of_its_callers() -> None:
    reads, source = CostlyReads(), Database()
    tasks = [read(reads, source, "a", name) for name in ("a/0", "a/1", "a/2", "a/3", "top")]
    await let_others_run()
    tasks.append(read(reads, source, "b", "top"))
    await let_others_run()
    source.may_go_on.set()
    await asyncio.gather(*tasks)
    assert source.read.index("top") <= 2


async def test_a_caller_that_waits_too_long_is_refused_and_nothing_is_read_for_it() -> None:
    reads, source = CostlyReads(), Database()
    running = read(reads, source, "a", "a/0")
    await let_others_run()
    with pytest.raises(ReadTimedOut):
        await read(reads, source, "b", "b/0", timeout=0.01)
    source.may_go_on.set()
    await running
    assert await read(reads, source, "c", "c/0") == ["c/0"]
    assert source.read == ["a/0", "c/0"]


async def test_a_read_that_fails_fails_its_askers_alone() -> None:
    reads, source = CostlyReads(), Database()
    source.may_go_on.set()
    tasks = [read(reads, source, "a", name) for name in ("broken", "broken", "sound")]
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(first, ValueError)
    assert isinstance(second, ValueError)
    assert third == ["sound"]


async def test_reads_that_run_or_wait_when_the_connection_closes_are_cancelled() -> None:
    reads, source = CostlyReads(), Database()
    tasks = [read(reads, source, "a", name) for name in ("a/0", "a/1")]
    await let_others_run()
    await reads.close()
    for task in tasks:
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_read_that_is_cancelled_lets_the_next_one_begin() -> None:
    reads, source = CostlyReads(), Database()
    running, in_the_line = (read(reads, source, "a", name) for name in ("a/0", "a/1"))
    await let_others_run()
    running.cancel()
    source.may_go_on.set()
    assert await in_the_line == ["a/1"]
    assert await read(reads, source, "a", "a/2") == ["a/2"]


def costly_reads() -> CostlyReads:
    client = database.connection()
    assert isinstance(client, StatelessClient | ImmediateSqliteClient)
    return client.costly_reads


async def hold_lock() -> tuple[Database, asyncio.Task[Sequence[Any]]]:
    """Keep the connected database's turn until the source may go on."""
    source = Database()
    held = read(costly_reads(), source, "holder", "held")
    await let_others_run()
    return source, held


@pytest.mark.both_databases
async def test_sums_and_counts_wait_their_turn_and_other_reads_do_not(db: str) -> None:
    source, held = await hold_lock()
    since = datetime.now(UTC) - timedelta(days=400)
    waiting = [
        asyncio.ensure_future(statistics.list_top_users(since=since)),
        asyncio.ensure_future(statistics.list_top_users()),
        asyncio.ensure_future(statistics.list_top_services()),
        asyncio.ensure_future(count_up_to(Category.all(), 10)),
    ]
    for _ in range(3):
        assert await Category.all() == []
    assert not any(task.done() for task in waiting)
    source.may_go_on.set()
    assert await asyncio.gather(*waiting) == [[], [], [], 0]
    await held


@pytest.mark.both_databases
async def test_a_long_costly_read_is_cancelled_and_delays_no_other_read(database_url: str) -> None:
    async with database.open_connections(database_url, read_timeout=timedelta(seconds=0.3)):
        rows = (
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000000000) "
            "SELECT count(*) FROM n"
        )
        long = asyncio.create_task(database.read_costly(rows, []))
        await let_others_run()
        assert await database.fetch("SELECT 1 AS one") == [{"one": 1}]
        assert not long.done()
        with pytest.raises(ReadTimedOut):
            await long


async def test_reads_of_an_operation_count_for_its_caller(client: httpx.AsyncClient, app: AppContext) -> None:
    user = await create_user()
    headers = await create_authorization(app, user)
    source, held = await hold_lock()
    answered: list[str] = []

    async def post(name: str, query: str, headers: dict[str, str]) -> None:
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
        assert "errors" not in answer.json(), answer.text
        answered.append(name)

    sums = [f'{{topUsers(since: "2026-01-{day:02}T00:00:00Z") {{orderCount}}}}' for day in range(1, 10)]
    count = "{orders(first: 1) {totalCount edges {cursor}}}"
    async with asyncio.TaskGroup() as group:
        for query in sums:
            group.create_task(post("visitor", query, {}))
        while len(costly_reads()) < len(sums):
            await asyncio.sleep(0.005)
        group.create_task(post("customer", count, headers))
        while len(costly_reads()) <= len(sums):
            await asyncio.sleep(0.005)
        source.may_go_on.set()
    await held
    assert answered[-1] != "customer"
    assert answered.index("customer") <= len(sums) // 2
