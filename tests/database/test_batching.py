"""Concurrent lookups share statements that start after all of them were requested."""

import asyncio
import contextvars
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

import database
from database.asyncpg_engine import StatelessClient
from database.batching import Batcher, KeyLookup
from database.rows import TableReader
from models import User
from tests.fakes import create_user

pytestmark = pytest.mark.both_databases

LOOKUP = KeyLookup("of keys")


class Database:
    """Answers one statement for each release of `turn`; `known` may change in between."""

    def __init__(self) -> None:
        self.known: dict[object, list[tuple[object, ...]]] = {}
        self.statements: list[list[object]] = []
        self.error: Exception | None = None
        self.turn = asyncio.Semaphore(0)

    async def read(self, statement: str, values: list[object]) -> Sequence[Any]:
        (keys,) = values
        assert isinstance(keys, list)
        self.statements.append(keys)
        found = [row for key in keys for row in self.known.get(key, [])]
        await self.turn.acquire()
        if self.error is not None:
            raise self.error
        return found


def submit(gathering: Batcher, *keys: object) -> list[asyncio.Task[list[Any]]]:
    return [asyncio.create_task(gathering.submit(LOOKUP, key)) for key in keys]


async def wait_until_idle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_concurrent_callers_share_a_statement_and_get_their_own_rows() -> None:
    database = Database()
    database.known = {1: [(1, "a"), (1, "b")], 2: [(2, "c")]}
    requested = submit(Batcher(database.read), 1, 2, 3, 2)
    await wait_until_idle()
    database.turn.release()

    answers = await asyncio.gather(*requested)

    assert answers == [[(1, "a"), (1, "b")], [(2, "c")], [], [(2, "c")]]
    assert [{*keys} for keys in database.statements] == [{1, 2, 3}]
    assert len(database.statements[0]) == 3


async def test_a_request_during_a_statement_sees_data_read_after_it() -> None:
    database = Database()
    gathering = Batcher(database.read)
    database.known[1] = [(1, "before")]
    (first,) = submit(gathering, 1)
    await wait_until_idle()
    database.known[1] = [(1, "after")]
    (second,) = submit(gathering, 1)
    await wait_until_idle()
    database.turn.release()
    database.turn.release()

    assert await first == [(1, "before")]
    assert await second == [(1, "after")]


async def test_an_error_reaches_every_caller_of_the_batch_and_no_other() -> None:
    database = Database()
    gathering = Batcher(database.read)
    database.error = OSError("gone")
    failed = submit(gathering, 1, 2)
    await wait_until_idle()
    database.turn.release()

    assert all(isinstance(one, OSError) for one in await asyncio.gather(*failed, return_exceptions=True))

    database.error = None
    database.known[1] = [(1,)]
    database.turn.release()
    assert await gathering.submit(LOOKUP, 1) == [(1,)]


@pytest.mark.parametrize("gone", [0, 1])
async def test_a_cancelled_caller_affects_no_other(gone: int) -> None:
    database = Database()
    database.known = {1: [(1,)], 2: [(2,)]}
    requested = submit(Batcher(database.read), 1, 2)
    await wait_until_idle()
    requested[gone].cancel()
    await wait_until_idle()
    database.turn.release()

    answers = await asyncio.gather(*requested, return_exceptions=True)

    assert isinstance(answers[gone], asyncio.CancelledError)
    assert answers[1 - gone] == [(2 - gone,)]


async def test_a_batch_holds_at_most_a_hundred_callers() -> None:
    database = Database()
    database.known = {key: [(key,)] for key in range(250)}
    requested = submit(Batcher(database.read), *range(250))
    for _ in range(3):
        database.turn.release()

    assert await asyncio.gather(*requested) == [[(key,)] for key in range(250)]
    assert [len(keys) for keys in database.statements] == [100, 100, 50]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_many_lookups_take_few_statements_and_each_finds_its_row(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    read = StatelessClient.read

    async def counted(self: StatelessClient, statement: str, values: list[object]) -> Sequence[Any]:
        statements.append(statement)
        return await read(self, statement, values)

    async with database.open_connections(database_url):
        created = [await create_user() for _ in range(20)]
        monkeypatch.setattr(StatelessClient, "read", counted)
        wanted = Random(1).choices([*(user.id for user in created), 10_000], k=200)

        found = await asyncio.gather(*(TableReader.for_model(User).get_by_key(key) for key in wanted))

    assert [user.id if user else 10_000 for user in found] == wanted
    assert len(statements) < 20


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_lookup_in_a_transaction_is_not_batched(database_url: str) -> None:
    async with database.open_connections(database_url):
        outside = contextvars.copy_context()
        async with in_transaction():
            user = await create_user()
            unseen = asyncio.create_task(TableReader.for_model(User).get_by_key(user.id), context=outside)
            seen = await TableReader.for_model(User).get_by_key(user.id)

            assert seen is not None
            assert await unseen is None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_failed_statement_raises_tortoise_s_exception(database_url: str) -> None:
    async with database.open_connections(database_url):
        client = database.connection()
        assert isinstance(client, StatelessClient)

        with pytest.raises(OperationalError, match="no_such_table"):
            await client.batcher.submit(KeyLookup("SELECT id FROM no_such_table WHERE id = ANY($1)"), 1)

        assert await client.batcher.submit(KeyLookup("SELECT 1 WHERE 1 = ANY($1::int[])"), 1)
