"""What counts as an outage of the database, and what such an outage must not do."""

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

import database
from database.sqlite_engine import DatabaseFileReplaced
from models import User
from tests.databases import copy_sqlite
from tests.fakes import TIMESTAMP, create_user

SECONDS = 60


def add_options(url: str, options: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{options}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("shared_postgres").url
    return url


@pytest.fixture
def sqlite_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    url = copy_sqlite(request.getfixturevalue("sqlite_templates").empty, tmp_path)
    return Path(url.removeprefix("sqlite://"))


async def write() -> None:
    await User.filter(id=0).update(updated_at=TIMESTAMP)


async def write_in_a_transaction() -> None:
    async with in_transaction():
        await write()


async def collect_failure(url: str, *operations: object) -> list[Exception]:
    """The exception of each operation, on one set of connections."""
    failures = []
    async with database.open_connections(url):
        for operation in operations:
            with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is what the test is about
                await operation()  # type: ignore[operator]
            failures.append(raised.value)
    return failures


async def test_refusals_of_postgresql_are_outages(postgres_url: str, subtests: pytest.Subtests) -> None:
    async def sleep() -> None:
        await database.fetch("SELECT pg_sleep(5)")

    with subtests.test("statement_timeout"):
        (slow,) = await collect_failure(add_options(postgres_url, "statement_timeout=50"), sleep)
        assert database.is_unavailable(slow)

    with subtests.test("a server that is read-only"):
        url = add_options(postgres_url, "default_transaction_read_only=on")
        for failure in await collect_failure(url, write, write_in_a_transaction, write):
            assert database.is_unavailable(failure)
        async with database.open_connections(url):
            assert await database.is_read_only()

    with subtests.test("lock_timeout"):
        session = await database.open_session(postgres_url, name="holds a lock")
        try:
            async with session.transaction():
                await session.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
                (locked,) = await collect_failure(add_options(postgres_url, "lock_timeout=50"), write)
        finally:
            await session.close()
        assert database.is_unavailable(locked)


async def test_migrate_reports_a_lock_instead_of_starting_from_nothing(postgres_url: str) -> None:
    session = await database.open_session(postgres_url, name="holds a lock")
    try:
        async with session.transaction():
            await session.execute("LOCK TABLE tortoise_migrations IN ACCESS EXCLUSIVE MODE")
            with pytest.raises((asyncpg.LockNotAvailableError, OperationalError), match="lock timeout"):
                await database.migrate(add_options(postgres_url, "lock_timeout=50"))
    finally:
        await session.close()


async def test_reads_of_sqlite_do_not_wait_for_another_process_that_writes(sqlite_file: Path) -> None:
    async with database.open_connections(f"sqlite://{sqlite_file}?busy_timeout=2000"):
        user = await create_user()
        other = sqlite3.connect(sqlite_file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            writing = asyncio.create_task(write_in_a_transaction())
            await asyncio.sleep(0.05)
            found = await User.get(id=user.id)
            assert not writing.done()
        finally:
            other.execute("ROLLBACK")
            other.close()
        await writing

    assert found.id == user.id


async def test_a_read_of_sqlite_sees_what_was_committed_before_it(sqlite_file: Path) -> None:
    async with database.open_connections(f"sqlite://{sqlite_file}"):
        user = await create_user()
        for name in ("a", "b", "c"):
            async with in_transaction():
                await User.filter(id=user.id).update(first_name=name)
            assert (await User.get(id=user.id)).first_name == name


async def test_a_database_that_cannot_be_opened_fails_every_time_and_never_hangs(tmp_path: Path) -> None:
    async with (
        database.open_connections(f"sqlite://{tmp_path}/missing/shop.sqlite3"),
        asyncio.timeout(SECONDS),
    ):
        for _ in range(2):
            for operation in (database.now, write, write_in_a_transaction):
                with pytest.raises((OperationalError, sqlite3.OperationalError), match="unable to open"):
                    await operation()


async def test_nothing_is_written_once_the_file_was_moved_or_replaced(sqlite_file: Path) -> None:
    async with database.open_connections(f"sqlite://{sqlite_file}"):
        user = await create_user()
        moved = sqlite_file.rename(sqlite_file.with_name("elsewhere.sqlite3"))
        for operation in (write, write_in_a_transaction, database.is_read_only):
            with pytest.raises(DatabaseFileReplaced) as raised:
                await operation()
            assert database.is_unavailable(raised.value)
        moved.rename(sqlite_file)
        await write_in_a_transaction()

        assert (await User.get(id=user.id)).updated_at == user.updated_at


@pytest.mark.processes  # as migrating takes seconds
async def test_a_new_sqlite_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/new.sqlite3"
    await database.migrate(url)
    async with database.open_connections(url):
        await create_user()
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("new.sqlite3*")}

    assert {mode for name, mode in modes.items() if not name.endswith(".migrating")} == {0o600}
