"""GraphQL lists take the same number of statements for any number of rows; totalCount takes one more."""

import httpx
import pytest

from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.rest_compat.test_statement_counts import add_rows

CATEGORY = "category { name }"
SERVICE = f"service {{ name {CATEGORY} }}"
CAUSES = f"order {{ id link {SERVICE} {CATEGORY} }} payment {{ id amount }}"
LISTS = {
    "categories": "{ categories { id name } }",
    "services": f"{{ services(first: 100) {{ edges {{ node {{ id {CATEGORY} }} }} }} }}",
    "orders": f"{{ orders(first: 100) {{ edges {{ node {{ id {SERVICE} {CATEGORY} }} }} }} }}",
    "histories": "{ orders(first: 100) { edges { node { id history { to } refills { status } } } } }",
    "tickets": "{ tickets(first: 100) { edges { node { id messages { message } } } } }",
    "notifications": "{ notifications(first: 100) { edges { node { id } } } }",
    "unread": "{ notifications(first: 100, unreadOnly: true) { edges { node { id } } } }",
    "gifts": f"{{ gifts {{ id gift {{ {SERVICE} }} }} }}",
    "payments": "{ payments(first: 100) { edges { node { id amount url } } } }",
    "ledger": "{ ledger(first: 100) { edges { node { id amount balanceAfter } } } }",
    "ledger with its causes": f"{{ ledger(first: 100) {{ edges {{ node {{ id {CAUSES} }} }} }} }}",
    "topUsers": "{ topUsers { firstName amount } }",
    "topServices": f"{{ topServices {{ orderCount {SERVICE} }} }}",
}


async def send_query(client: httpx.AsyncClient, document: str, headers: dict[str, str]) -> list[str]:
    """The statements that the document costs."""
    with record_statements() as statements:
        answer = await client.post("/graphql", json={"query": document}, headers=headers)
    assert "errors" not in answer.json(), answer.json()
    return statements


async def test_a_list_costs_as_many_statements_at_3_rows_as_at_1(
    client: httpx.AsyncClient, app: AppContext, subtests: pytest.Subtests
) -> None:
    costs: dict[int, dict[str, int]] = {}
    for rows in (1, 3):
        user = await create_user()
        await add_rows(user, rows)
        headers = await create_authorization(app, user)
        costs[rows] = {
            name: len(await send_query(client, document, headers)) for name, document in LISTS.items()
        }
    for name in LISTS:
        with subtests.test(list=name):
            assert costs[1][name] == costs[3][name] > 0


async def test_total_count_costs_a_statement_only_when_selected(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await add_rows(user, 3)
    headers = await create_authorization(app, user)
    plain = await send_query(client, "{ orders { edges { node { id } } } }", headers)
    counted = await send_query(client, "{ orders { totalCount edges { node { id } } } }", headers)
    assert len(counted) == len(plain) + 1
