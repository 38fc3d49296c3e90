"""Each order of each list is read off an index: a page costs no sort of the whole list."""

import ast

import httpx
import pytest
from tortoise.transactions import in_transaction

import database
from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.schema.lists import ADD, ListReader, connections

pytestmark = pytest.mark.both_databases

LISTS = [(name, column) for name, (_, columns) in connections().items() for column in columns]
# On a table of a few rows PostgreSQL would sort whatever indexes there are.
AVOIDED = ("seqscan", "bitmapscan", "sort", "incremental_sort")


async def plan_of(recorded: str) -> str:
    """The query plan of a statement from `record_statements`."""
    statement, _, values = recorded.rpartition(": [")
    if database.dialect() == "sqlite":
        rows = await database.connection().execute_query_dict(
            f"EXPLAIN QUERY PLAN {statement}", ast.literal_eval(f"[{values}")
        )
        return "\n".join(row["detail"] for row in rows)
    async with in_transaction():
        for way in AVOIDED:
            await database.fetch(f"SET LOCAL enable_{way} = off")
        rows = await database.fetch(f"EXPLAIN {statement}", *ast.literal_eval(f"[{values}"))
    return "\n".join(row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize(("name", "column"), LISTS)
async def test_a_page_is_read_off_an_index(
    name: str, column: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await ADD[name](user, 1)
    headers = await create_authorization(app, user)
    for direction in ("ASC", "DESC"):
        reader = ListReader(client, headers, name, {"field": column, "direction": direction})
        with record_statements() as statements:
            await reader.page(first=20)
        (page,) = [statement for statement in statements if "ORDER BY" in statement]
        plan = await plan_of(page)
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan
