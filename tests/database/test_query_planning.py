"""PostgreSQL plans the statements of the busiest requests once a connection, not once a request."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

import database
from database.asyncpg_engine import StatelessClient
from database.rows import TableReader
from models import Order, User
from resolvers import orders, sessions
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.rest_compat.test_statement_counts import add_rows

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)

TIMES = 30
# PostgreSQL plans a statement a few times before it compares.
ALWAYS_PLANNED = TIMES // 3


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[str]:
    """A connection of this test's own, which has planned nothing yet."""
    async with database.open_connections(database_url):
        yield database_url


async def replicate(table: str, *, times: int, **changed: str) -> None:
    """More rows like each that is there, but for some columns, given in SQL; `n` is the copy's number."""
    client = database.connection()
    columns = [
        str(row["name"])
        for row in await database.fetch(
            "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            table,
        )
    ]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    await client.execute_script(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(1, {times}) n;"
        f"ANALYZE {table}"
    )


async def count_plannings(beginning: str) -> int:
    """How often the next connection has planned the statement with this beginning."""
    client = database.connection()
    assert isinstance(client, StatelessClient)
    [row] = await client.read(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE starts_with(statement, $1)",
        [beginning],
    )
    assert row["custom_plans"] + row["generic_plans"] == TIMES
    return int(row["custom_plans"])


async def test_a_session_s_lookup_is_planned_once_a_connection(db: str, app: AppContext) -> None:
    user = await create_user()
    token, _ = await sessions.issue_token(app, user, now=await database.now())
    await replicate("access_tokens", times=5_000, id="md5(n::text) || md5(t.id)")

    for _ in range(TIMES):
        assert await sessions.authenticate(app, token) is not None

    assert await count_plannings('SELECT t."id", t."issued_at"') <= ALWAYS_PLANNED


async def test_the_order_list_is_planned_once_a_connection(db: str, app: AppContext) -> None:
    small, large = await create_user(), await create_user()
    await add_rows(large, 1)
    await replicate("orders", times=5_000, id="t.id * 10000 + n")
    provided = await Order.filter(user=large).order_by("-id").limit(2).values_list("id", flat=True)
    await Order.filter(id__in=provided).update(user_id=small.id)
    token, _ = await sessions.issue_token(app, small, now=await database.now())
    claims = app.tokens.verify(token, now=await database.now())
    assert claims is not None

    for _ in range(TIMES):
        found = await orders.list_orders_with_session(claims)
        assert found is not None
        assert len(found.values) == 2

    assert await count_plannings('SELECT t."id", t."legacy_key"') <= ALWAYS_PLANNED


async def test_rows_by_their_keys_are_planned_once_a_connection(db: str) -> None:
    user = await create_user()
    await replicate("users", times=5_000, id="100000 + n", mobile="NULL", email="NULL", api_key_hash="NULL")

    for _ in range(TIMES):
        assert len(await TableReader.for_model(User).fetch_by_values("id", [user.id, 100_001])) == 2

    assert await count_plannings('SELECT t."id", t."legacy_key", t."role"') <= ALWAYS_PLANNED
