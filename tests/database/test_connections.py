"""Transactions, the clock and connections of both databases."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

import database
from models import Category, Refill, User
from tests.database_templates import Templates
from tests.fakes import TIMESTAMP, create_user
from tests.parallel_processes import run_together
from tests.resolvers.factories import create_category

pytestmark = pytest.mark.both_databases

TEHRAN = timezone(timedelta(hours=3, minutes=30))
INCREMENT = """
import asyncio
from models import Category
import database
from tortoise.transactions import in_transaction

async def run():
    async with database.open_connections(sys.argv[1]):
        for _ in range(25):
            async with {block}:
                category = await Category.get(name="counter")
                await Category.filter(name="counter").update(position=category.position + 1)
wait_for_the_others()
asyncio.run(run())
"""


@pytest.fixture
def sqlite_file(sqlite_templates: Templates, tmp_path: Path) -> Path:
    """A migrated SQLite database of the test's own."""
    return Path(shutil.copy(sqlite_templates.empty.removeprefix("sqlite://"), tmp_path / "own.sqlite3"))


@pytest_asyncio.fixture
async def short_timeout_sqlite(sqlite_file: Path) -> AsyncIterator[Path]:
    """Connected; gives up waiting for another process's lock after 50 milliseconds."""
    async with database.open_connections(f"sqlite://{sqlite_file}?busy_timeout=50"):
        yield sqlite_file


@pytest.mark.processes
async def test_four_processes_that_read_and_then_write_never_meet_a_locked_sqlite(sqlite_file: Path) -> None:
    url = f"sqlite://{sqlite_file}"
    async with database.open_connections(url):
        await create_category(name="counter")

    await asyncio.to_thread(run_together, INCREMENT.format(block="in_transaction()"), argument=url)

    async with database.open_connections(url):
        assert (await Category.get(name="counter")).position == 100


@pytest.mark.processes
async def test_exclusive_transactions_of_four_processes_lose_no_write(database_url: str) -> None:
    async with database.open_connections(database_url):
        await create_category(name="counter")

    code = INCREMENT.format(block="database.exclusive_transaction('counter')")
    await asyncio.to_thread(run_together, code, argument=database_url)

    async with database.open_connections(database_url):
        assert (await Category.get(name="counter")).position == 100


@pytest.mark.usefixtures("db")
async def test_exclusive_transactions_of_many_tasks_lose_no_write() -> None:
    counter = await create_category()

    async def increment() -> None:
        async with database.exclusive_transaction("counter"):
            position = (await Category.get(id=counter.id)).position
            await asyncio.sleep(0)
            await Category.filter(id=counter.id).update(position=position + 1)

    await asyncio.gather(*(increment() for _ in range(30)))

    assert (await Category.get(id=counter.id)).position == 30


@pytest.mark.usefixtures("db")
async def test_an_exclusive_transaction_that_fails_writes_nothing_and_lets_the_next_in() -> None:
    async def write_and_fail() -> None:
        async with database.exclusive_transaction("users"):
            await create_user()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()

    async with database.exclusive_transaction("users"):
        assert not await User.exists()


@pytest.mark.usefixtures("db")
async def test_now_is_aware_utc_in_whole_seconds_and_never_runs_back() -> None:
    first, second = await database.now(), await database.now()

    assert first.utcoffset() == timedelta(0)
    assert first.microsecond == 0
    assert first <= second


@pytest.mark.usefixtures("db")
async def test_timestamps_of_different_zones_compare_by_their_instant() -> None:
    await create_category(name="stored in Tehran's", created_at=TIMESTAMP.astimezone(TEHRAN))
    await create_category(name="a second later", created_at=TIMESTAMP + timedelta(seconds=1))

    rows = await Category.all().order_by("created_at")
    since = Category.filter(created_at__gte=TIMESTAMP.astimezone(TEHRAN))
    after = Category.filter(created_at__gt=TIMESTAMP.astimezone(TEHRAN))

    assert [row.name for row in rows] == ["stored in Tehran's", "a second later"]
    assert await since.count() == 2
    assert await after.count() == 1


@pytest.mark.usefixtures("db")
async def test_timestamps_are_read_back_as_aware_utc() -> None:
    stored = await create_category(created_at=datetime(2026, 3, 20, 23, 59, 59, tzinfo=TEHRAN))

    read = (await Category.get(id=stored.id)).created_at

    assert (read, read.utcoffset()) == (datetime(2026, 3, 20, 20, 29, 59, tzinfo=UTC), timedelta(0))


async def test_a_database_can_be_connected_to_again(database_url: str) -> None:
    for _ in range(2):
        async with database.open_connections(database_url):
            await create_user()

    async with database.open_connections(database_url):
        assert await User.all().count() == 2


async def test_a_transaction_that_finds_sqlite_locked_fails_and_the_next_one_begins(
    short_timeout_sqlite: Path,
) -> None:
    other = sqlite3.connect(short_timeout_sqlite, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        async with in_transaction():
            pass
    other.execute("ROLLBACK")
    other.close()

    async with asyncio.timeout(60), in_transaction():
        await create_user()

    assert await User.all().count() == 1


async def test_a_sqlite_transaction_cancelled_while_it_begins_lets_the_next_one_begin(
    sqlite_file: Path,
) -> None:
    async def write() -> None:
        async with in_transaction():
            await create_user()

    async with database.open_connections(f"sqlite://{sqlite_file}"):
        for steps in range(12):
            task = asyncio.create_task(write())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        before = await User.all().count()

        async with asyncio.timeout(60):
            await write()

        assert await User.all().count() == before + 1


async def test_a_sqlite_transaction_that_cannot_commit_lets_the_next_one_begin(
    short_timeout_sqlite: Path,
) -> None:
    async def refill_an_order_that_is_not_there() -> None:
        async with in_transaction() as transaction:
            await transaction.execute_query("PRAGMA defer_foreign_keys = ON")
            await Refill.create(order_id=7, created_at=TIMESTAMP, updated_at=TIMESTAMP)

    with pytest.raises(OperationalError, match="FOREIGN KEY"):
        await refill_an_order_that_is_not_there()

    async with in_transaction():
        await create_user()

    assert await User.all().count() == 1


async def test_a_failing_statement_does_not_count_as_an_unavailable_database(db: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        await create_user(mobile="0" * 11, email=(await create_user(email="a@example.com")).email)
    assert not database.is_unavailable(refused.value)


async def test_a_database_locked_by_another_process_is_unavailable(sqlite_file: Path) -> None:
    holder = sqlite3.connect(sqlite_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    async with database.open_connections(f"sqlite://{sqlite_file}?busy_timeout=1"):
        with pytest.raises(OperationalError) as busy:
            await create_user()
    holder.close()
    assert database.is_unavailable(busy.value)
