"""Reads that take too long are broken off, on both databases; writes and transactions are not."""

from datetime import timedelta

import pytest
from graphql import GraphQLError
from tortoise.transactions import in_transaction

import database
from database.read_timeout import ReadTimedOut, is_read
from domain.problem_messages import Language
from engine import errors

pytestmark = pytest.mark.both_databases
LIMIT = timedelta(seconds=0.2)
_SLOW = {
    "sqlite": "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {steps}) "
    "SELECT count(*) AS steps FROM n",
    "postgres": "SELECT count(*) AS steps FROM generate_series(1, {steps})",
}


def slow(steps: int) -> str:
    return _SLOW[database.dialect()].format(steps=steps)


async def test_a_read_that_takes_too_long_is_cancelled_and_the_next_succeeds(database_url: str) -> None:
    async with database.open_connections(database_url, read_timeout=LIMIT):
        for _ in range(2):
            with pytest.raises(ReadTimedOut) as broken:
                await database.fetch(slow(10**10))
            assert database.is_unavailable(broken.value)
            assert await database.fetch("SELECT 1 AS one") == [{"one": 1}]


async def test_statements_in_a_transaction_may_take_longer(database_url: str) -> None:
    async with database.open_connections(database_url, read_timeout=timedelta(milliseconds=1)):
        async with in_transaction():
            (row,) = await database.fetch(slow(200_000))
        assert row["steps"] == 200_000


def test_writes_and_locking_reads_are_not_limited() -> None:
    for statement in (
        "INSERT INTO a VALUES (1)",
        "UPDATE a SET b = 1",
        "WITH taken AS (DELETE FROM a RETURNING id) SELECT id FROM taken",
        "SELECT id FROM a FOR UPDATE SKIP LOCKED",
        "SELECT id FROM a FOR NO KEY UPDATE",
        "BEGIN",
    ):
        assert not is_read(statement), statement
    assert is_read("SELECT updated_at FROM a")
    assert is_read(" WITH a AS (SELECT 1) SELECT * FROM a")


def test_graphql_reports_it_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    found = GraphQLError(
        "x", path=["orders"], original_error=ReadTimedOut("a read took longer than 5 seconds")
    )
    shown = errors.to_public_error(found, Language.ENGLISH)
    assert errors.is_unavailable(shown)
    assert shown.message == "The query took too long. Request less data or try again."
    assert [record.exc_info for record in caplog.records] == [None]
