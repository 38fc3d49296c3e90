"""The pool of PostgreSQL connections: whoever waits longest comes first, and no connection is ever lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from models import database
from models.asyncpg_engine import PromptPool, StatelessClient

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
Pool = PromptPool
MOMENTS = [
    datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 1, 2, 30, tzinfo=datetime.now().astimezone().tzinfo),
]


async def opened(url: str, *, size: int) -> Pool:
    async with database.connected(f"{url}&minsize={size}&maxsize={size}"):
        client = database.connection()
        assert isinstance(client, StatelessClient)
        await client.read("SELECT 1", [])
        pool = client._pool
        assert isinstance(pool, PromptPool)
        # Taken from Tortoise, which would close it here.
        client._pool = None
    return pool


@pytest_asyncio.fixture(params=[1, 3])
async def pool(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Pool]:
    pool = await opened(database_url, size=request.param)
    yield pool
    await asyncio.wait_for(pool.close(), 30)


async def taken_from(pool: Pool) -> Any:
    return await pool.acquire()


async def all_are_there(pool: Pool) -> bool:
    """Whether as many connections as the pool may have can be taken at once, and answer."""
    taken = [await asyncio.wait_for(pool.acquire(), 30) for _ in range(pool.get_max_size())]
    answers = [await connection.fetchval("SELECT 1") for connection in taken]
    for connection in taken:
        await pool.release(connection)
    return answers == [1] * len(taken)


async def test_who_waits_longest_comes_first_and_no_newcomer_overtakes(pool: Pool) -> None:
    served: list[int] = []

    async def ask(number: int) -> None:
        async with pool.acquire() as connection:
            served.append(number)
            await connection.fetchval("SELECT 1")

    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    waiting = [asyncio.create_task(ask(number)) for number in range(20)]
    await asyncio.sleep(0)
    for connection in taken:
        await pool.release(connection)
    # Newcomers, at the very moment when connections are handed over.
    waiting += [asyncio.create_task(ask(number)) for number in range(20, 40)]
    await asyncio.gather(*waiting)

    assert served == sorted(served)


@pytest.mark.parametrize("seed", range(5))
async def test_callers_who_give_up_at_any_moment_lose_no_connection(pool: Pool, seed: int) -> None:
    chance = Random(seed)

    async def ask() -> None:
        async with pool.acquire() as connection:
            await connection.fetchval("SELECT 1")
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)

    for _ in range(40):
        tasks = [asyncio.create_task(ask()) for _ in range(8)]
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        for task in chance.sample(tasks, 4):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert await all_are_there(pool)


async def test_who_waits_too_long_is_told_and_nothing_is_lost(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    with pytest.raises(TimeoutError):
        await pool.acquire(timeout=0.01)
    for connection in taken:
        await pool.release(connection)

    assert await all_are_there(pool)


async def test_connections_that_the_server_cut_while_they_rested_are_replaced(
    pool: Pool, database_url: str
) -> None:
    there = [holder._con for holder in pool._holders if holder._con is not None]
    assert len(there) == pool.get_size()
    session = await database.open_session(database_url, name="test")
    await session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await session.close()
    while not all(connection.is_closed() for connection in there):
        await asyncio.sleep(0.01)

    assert await all_are_there(pool)


async def test_a_connection_that_breaks_in_use_wakes_who_waits(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    waiting = [asyncio.create_task(taken_from(pool)) for _ in taken]
    await asyncio.sleep(0)
    for connection in taken:
        connection.terminate()
        await pool.release(connection)

    for connection in await asyncio.wait_for(asyncio.gather(*waiting), 30):
        assert await connection.fetchval("SELECT 1") == 1
        await pool.release(connection)


async def test_who_waits_behind_a_failure_to_connect_is_told_as_well(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    waiting = [asyncio.create_task(taken_from(pool)) for _ in range(10)]
    await asyncio.sleep(0)

    async def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(pool, "_get_new_connection", refuse)
    for connection in taken:
        connection.terminate()
        await pool.release(connection)
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 30)
    monkeypatch.undo()

    assert {type(outcome) for outcome in outcomes} == {ConnectionRefusedError}
    assert await all_are_there(pool)


async def test_closing_refuses_who_waits(database_url: str) -> None:
    pool = await opened(database_url, size=1)
    taken = await pool.acquire()
    waiting = asyncio.create_task(taken_from(pool))
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.close())
    with pytest.raises(asyncpg.InterfaceError):
        await asyncio.wait_for(waiting, 30)
    await pool.release(taken)

    await asyncio.wait_for(closing, 30)


async def test_resting_connections_count_as_idle(pool: Pool) -> None:
    assert pool.get_idle_size() == pool.get_size()
    async with pool.acquire():
        assert pool.get_idle_size() == pool.get_size() - 1


async def test_a_transaction_that_was_left_open_is_not_the_next_caller_s(pool: Pool) -> None:
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    await pool.release(connection)
    for _ in range(pool.get_max_size()):
        async with pool.acquire() as connection:
            assert not connection.is_in_transaction()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_moments_travel_as_the_driver_s_own_way_has_them(pool: Pool, moment: datetime) -> None:
    async with pool.acquire() as connection:
        for _ in range(2):
            assert await connection.fetchval("SELECT $1::timestamptz", moment) == moment
        text = await connection.fetchval("SELECT $1::timestamptz::text", moment)
        since = await connection.fetchval("SELECT $1::timestamptz - '2000-01-01Z'::timestamptz", moment)
        assert since == moment - datetime(2000, 1, 1, tzinfo=UTC)
        assert await connection.fetchval("SELECT $1::text::timestamptz", text) == moment
        assert await connection.fetchval("SELECT NULL::timestamptz") is None
        assert await connection.fetchval("SELECT now()") - datetime.now(UTC) < timedelta(hours=1)
