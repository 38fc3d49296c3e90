"""Lookups at about the same time share statements that begin after everybody of them asked."""

import asyncio
import contextvars
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from models import User, database
from models.asyncpg_engine import StatelessClient
from models.gathering import Gathering, Lookup
from models.rows import Rows
from tests.fakes import create_user

pytestmark = pytest.mark.both_databases

LOOKUP = Lookup("of keys")


class Database:
    """Answers when it is told to; what it knows can be changed meanwhile."""

    def __init__(self) -> None:
        self.known: dict[object, list[tuple[object, ...]]] = {}
        self.asked: list[list[object]] = []
        self.error: Exception | None = None
        self.turn = asyncio.Semaphore(0)

    async def read(self, statement: str, values: list[object]) -> Sequence[Any]:
        (keys,) = values
        assert isinstance(keys, list)
        self.asked.append(keys)
        found = [row for key in keys for row in self.known.get(key, [])]
        await self.turn.acquire()
        if self.error is not None:
            raise self.error
        return found


def ask(gathering: Gathering, *keys: object) -> list[asyncio.Task[list[Any]]]:
    return [asyncio.create_task(gathering.ask(LOOKUP, key)) for key in keys]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_callers_of_the_same_moment_share_a_statement_and_get_their_own_rows() -> None:
    database = Database()
    database.known = {1: [(1, "a"), (1, "b")], 2: [(2, "c")]}
    asked = ask(Gathering(database.read), 1, 2, 3, 2)
    await settled()
    database.turn.release()

    answers = await asyncio.gather(*asked)

    assert answers == [[(1, "a"), (1, "b")], [(2, "c")], [], [(2, "c")]]
    assert [{*keys} for keys in database.asked] == [{1, 2, 3}]
    assert len(database.asked[0]) == 3


async def test_who_asks_while_a_statement_runs_is_told_what_is_true_then() -> None:
    database = Database()
    gathering = Gathering(database.read)
    database.known[1] = [(1, "before")]
    (first,) = ask(gathering, 1)
    await settled()
    database.known[1] = [(1, "after")]
    (second,) = ask(gathering, 1)
    await settled()
    database.turn.release()
    database.turn.release()

    assert await first == [(1, "before")]
    assert await second == [(1, "after")]


async def test_an_error_reaches_all_whom_the_statement_was_for_and_nobody_else() -> None:
    database = Database()
    gathering = Gathering(database.read)
    database.error = OSError("gone")
    failed = ask(gathering, 1, 2)
    await settled()
    database.turn.release()

    assert all(isinstance(one, OSError) for one in await asyncio.gather(*failed, return_exceptions=True))

    database.error = None
    database.known[1] = [(1,)]
    database.turn.release()
    assert await gathering.ask(LOOKUP, 1) == [(1,)]


@pytest.mark.parametrize("gone", [0, 1])
async def test_a_caller_that_goes_harms_nobody(gone: int) -> None:
    database = Database()
    database.known = {1: [(1,)], 2: [(2,)]}
    asked = ask(Gathering(database.read), 1, 2)
    await settled()
    asked[gone].cancel()
    await settled()
    database.turn.release()

    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert isinstance(answers[gone], asyncio.CancelledError)
    assert answers[1 - gone] == [(2 - gone,)]


async def test_a_statement_is_for_a_hundred_callers_at_most() -> None:
    database = Database()
    database.known = {key: [(key,)] for key in range(250)}
    asked = ask(Gathering(database.read), *range(250))
    for _ in range(3):
        database.turn.release()

    assert await asyncio.gather(*asked) == [[(key,)] for key in range(250)]
    assert [len(keys) for keys in database.asked] == [100, 100, 50]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_many_lookups_take_few_statements_and_each_finds_its_row(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    read = StatelessClient.read

    async def counted(self: StatelessClient, statement: str, values: list[object]) -> Sequence[Any]:
        statements.append(statement)
        return await read(self, statement, values)

    async with database.connected(database_url):
        made = [await create_user() for _ in range(20)]
        monkeypatch.setattr(StatelessClient, "read", counted)
        wanted = Random(1).choices([*(user.id for user in made), 10_000], k=200)

        found = await asyncio.gather(*(Rows.of(User).with_key(key) for key in wanted))

    assert [user.id if user else 10_000 for user in found] == wanted
    assert len(statements) < 20


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_transaction_looks_up_by_itself(database_url: str) -> None:
    async with database.connected(database_url):
        outside = contextvars.copy_context()
        async with in_transaction():
            user = await create_user()
            unseen = asyncio.create_task(Rows.of(User).with_key(user.id), context=outside)
            seen = await Rows.of(User).with_key(user.id)

            assert seen is not None
            assert await unseen is None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_statement_that_fails_is_told_as_tortoise_tells_it(database_url: str) -> None:
    async with database.connected(database_url):
        client = database.connection()
        assert isinstance(client, StatelessClient)

        with pytest.raises(OperationalError, match="no_such_table"):
            await client.gathering.ask(Lookup("SELECT id FROM no_such_table WHERE id = ANY($1)"), 1)

        assert await client.gathering.ask(Lookup("SELECT 1 WHERE 1 = ANY($1::int[])"), 1)
