"""The pool of PostgreSQL connections: first come, first served, and no connection is ever lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from tortoise.transactions import in_transaction

import database
from database.asyncpg_engine import StatelessClient
from database.fair_pool import FairPool

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
PoolMaker = Callable[..., FairPool]
TIMESTAMPS = [
    datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 1, 2, 30, tzinfo=datetime.now().astimezone().tzinfo),
]


@pytest_asyncio.fixture
async def pools(database_url: str) -> AsyncIterator[PoolMaker]:
    """Makes pools of up to so many connections to the test's database, and closes them at its end."""
    opened: list[FairPool] = []

    def make(size: int, **options: Any) -> FairPool:
        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(database_url)

        opened.append(FairPool(**{"connect": connect, "min_size": size, "max_size": size, **options}))
        return opened[-1]

    yield make
    for pool in opened:
        await asyncio.wait_for(pool.close(), 30)


@pytest_asyncio.fixture(params=[1, 3])
async def pool(request: pytest.FixtureRequest, pools: PoolMaker) -> FairPool:
    return pools(request.param)


@contextlib.asynccontextmanager
async def one_of(pool: FairPool) -> AsyncIterator[asyncpg.Connection]:
    connection = await pool.acquire()
    try:
        yield connection
    except BaseException as error:
        await pool.release(connection, error=error)
        raise
    await pool.release(connection)


async def all_of(pool: FairPool) -> list[asyncpg.Connection]:
    return [await asyncio.wait_for(pool.acquire(), 30) for _ in range(pool.max_size)]


async def release(pool: FairPool, connections: Iterable[asyncpg.Connection]) -> None:
    for connection in connections:
        await pool.release(connection)


async def assert_all_connections_released(pool: FairPool) -> bool:
    """Check that all connections of the pool can be acquired at once and answer."""
    acquire_fast = await all_of(pool)
    answers = [await connection.fetchval("SELECT 1") for connection in acquire_fast]
    await release(pool, acquire_fast)
    return answers == [1] * len(acquire_fast)


async def test_connections_are_handed_out_first_come_first_served(pool: FairPool) -> None:
    served: list[int] = []

    async def ask(number: int) -> None:
        async with one_of(pool) as connection:
            served.append(number)
            await connection.fetchval("SELECT 1")

    acquire_fast = await all_of(pool)
    waiting = [asyncio.create_task(ask(number)) for number in range(20)]
    await asyncio.sleep(0)
    await release(pool, acquire_fast)
    # New callers, exactly while connections are handed over.
    waiting += [asyncio.create_task(ask(number)) for number in range(20, 40)]
    await asyncio.gather(*waiting)

    assert served == sorted(served)


@pytest.mark.parametrize("seed", range(5))
async def test_cancelled_callers_lose_no_connection(pool: FairPool, seed: int) -> None:
    chance = Random(seed)

    async def ask() -> None:
        async with one_of(pool) as connection:
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

    assert await assert_all_connections_released(pool)


async def test_a_caller_who_waits_too_long_gives_up_and_loses_nothing(pool: FairPool) -> None:
    acquire_fast = await all_of(pool)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.acquire(), 0.01)
    await release(pool, acquire_fast)

    assert await assert_all_connections_released(pool)


async def test_idle_connections_that_the_server_ended_are_replaced(pool: FairPool, database_url: str) -> None:
    there = await all_of(pool)
    await release(pool, there)
    session = await database.open_session(database_url, name="test")
    await session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await session.close()
    while not all(connection.is_closed() for connection in there):
        await asyncio.sleep(0.01)

    assert await assert_all_connections_released(pool)


async def test_a_connection_that_breaks_in_use_makes_room_for_those_who_wait(pool: FairPool) -> None:
    acquire_fast = await all_of(pool)
    waiting = [asyncio.create_task(pool.acquire()) for _ in acquire_fast]
    await asyncio.sleep(0)
    for connection in acquire_fast:
        connection.terminate()
    # Even if the broken connections are never released.
    for connection in await asyncio.wait_for(asyncio.gather(*waiting), 30):
        assert await connection.fetchval("SELECT 1") == 1
        await pool.release(connection)
    await release(pool, acquire_fast)

    assert pool.size == pool.idle == pool.max_size


async def test_requests_waiting_for_a_connection_that_fails_fail_as_well(
    pools: PoolMaker, database_url: str
) -> None:
    is_reachable = True

    async def connect() -> asyncpg.Connection:
        if not is_reachable:
            raise ConnectionRefusedError
        return await asyncpg.connect(database_url)

    pool = pools(2, connect=connect)
    acquire_fast = await all_of(pool)
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(10)]
    await asyncio.sleep(0)
    is_reachable = False
    for connection in acquire_fast:
        connection.terminate()
        await pool.release(connection)
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 30)
    assert {type(outcome) for outcome in outcomes} == {ConnectionRefusedError}

    is_reachable = True
    assert await assert_all_connections_released(pool)


async def test_closing_refuses_those_who_wait_and_waits_for_what_is_in_use(pools: PoolMaker) -> None:
    pool = pools(1)
    acquire_fast = await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.close())
    for refused in (waiting, pool.acquire()):
        with pytest.raises(asyncpg.InterfaceError):
            await asyncio.wait_for(refused, 30)
    assert not closing.done()
    await pool.release(acquire_fast)

    await asyncio.wait_for(closing, 30)
    assert acquire_fast.is_closed()


async def test_connections_are_opened_as_they_are_needed_and_the_unused_ones_closed(pools: PoolMaker) -> None:
    pool = pools(1, max_size=3, idle_lifetime=timedelta(seconds=0.2))
    assert (pool.size, pool.idle) == (0, 0)
    async with one_of(pool):
        assert (pool.size, pool.idle) == (1, 0)
    assert (pool.size, pool.idle) == (1, 1)
    await release(pool, await all_of(pool))
    assert (pool.size, pool.idle) == (3, 3)
    async with asyncio.timeout(10):
        while pool.size > 1:
            await asyncio.sleep(0.02)
    assert await assert_all_connections_released(pool)


async def test_a_transaction_that_was_left_open_is_rolled_back(pool: FairPool) -> None:
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    await pool.release(connection)
    acquire_fast = await all_of(pool)
    assert not any(connection.is_in_transaction() for connection in acquire_fast)
    await release(pool, acquire_fast)


async def test_an_interrupted_statement_ends_before_its_connection_is_used_again(pools: PoolMaker) -> None:
    pool = pools(1)
    async with one_of(pool) as connection:
        own = await connection.fetchval("SELECT pg_backend_pid()")
    with pytest.raises(TimeoutError):
        async with one_of(pool) as connection:
            await connection.fetch("SELECT pg_sleep(60)", timeout=0.05)
    assert pool.idle == 0
    async with one_of(pool) as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") == own


async def test_a_url_sets_the_size_of_the_pool_and_the_lifetime_of_idle_connections(
    database_url: str,
) -> None:
    url = f"{database_url}&minsize=1&maxsize=3&max_inactive_connection_lifetime=0.2"
    async with database.open_connections(url):
        await asyncio.gather(*(database.read("SELECT pg_sleep(0.05)", []) for _ in range(5)))
        assert database.pool_state() == database.PoolState(open=3, idle=3, max_size=3)
        async with asyncio.timeout(10):
            while (state := database.pool_state()) and state.open > 1:
                await asyncio.sleep(0.02)


async def test_a_transaction_cancelled_before_it_begins_loses_no_connection(
    database_url: str,
) -> None:
    async with database.open_connections(f"{database_url}&minsize=1&maxsize=1"):
        for turns in range(6):

            async def spend() -> None:
                async with in_transaction():
                    await database.connection().execute_query("SELECT 1")

            task = asyncio.create_task(spend())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            async with asyncio.timeout(30):
                assert (await database.connection().execute_query("SELECT 1"))[0] == 1


async def test_timestamps_travel_as_the_driver_s_own_codec_has_them(database_url: str) -> None:
    async with database.open_connections(database_url):
        client = database.connection()
        assert isinstance(client, StatelessClient)
        since = "$1 - '2000-01-01Z'::timestamptz"
        statement = f"SELECT $1::timestamptz, $1::timestamptz::text, {since}, NULL::timestamptz"
        for timestamp in TIMESTAMPS * 2:
            [row] = await client.read(statement, [timestamp])
            assert row[0] == timestamp
            assert row[2] == timestamp - datetime(2000, 1, 1, tzinfo=UTC)
            assert row[3] is None
            [[again]] = await client.read("SELECT $1::text::timestamptz", [row[1]])
            assert again == timestamp
