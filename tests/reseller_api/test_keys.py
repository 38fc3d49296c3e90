"""Whose key it is, decides everything; a key that does not count gets nothing."""

import httpx
import pytest

from domain.order_status import OrderStatus
from models import Order, User
from resolvers import api_keys
from resolvers.app_context import AppContext
from tests.database_state import read_all_rows, read_stored_rows, record_statements
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.reseller_api.conftest import NewReseller
from tests.reseller_api.reseller_client import URL, Reseller
from tests.resolvers.factories import create_order, create_service

INVALID = {"error": "Invalid API key"}
ROTATE = "mutation { act: rotateApiKey { ... on ApiKey { key } } }"
REVOKE = "mutation { act: revokeApiKey { __typename } }"
ACTIONS = ["services", "add", "status", "refill", "refill_status", "cancel", "balance", "nothing", ""]


async def query_graphql(
    client: httpx.AsyncClient, app: AppContext, user: User, document: str
) -> dict[str, str]:
    answer = await client.post(
        "/graphql", json={"query": document}, headers=await create_authorization(app, user)
    )
    reported: dict[str, str] = answer.json()["data"]["act"]
    return reported


async def test_a_key_created_by_graphql_works_until_it_is_rotated_or_revoked(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user(balance=7)

    async def balance(key: str) -> object:
        return (await client.post(URL, data={"key": key, "action": "balance"})).json()

    first = (await query_graphql(client, app, user, ROTATE))["key"]
    assert await balance(first) == {"balance": "7", "currency": "IRT"}
    second = (await query_graphql(client, app, user, ROTATE))["key"]
    assert (await balance(first), await balance(second)) == (INVALID, {"balance": "7", "currency": "IRT"})
    await query_graphql(client, app, user, REVOKE)
    assert await balance(second) == INVALID
    assert first not in str(await read_all_rows())


@pytest.mark.parametrize("document", [ROTATE, REVOKE])
async def test_a_visitor_can_neither_create_nor_revoke_a_key(
    document: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/graphql", json={"query": document})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("action", ACTIONS)
async def test_without_a_key_that_counts_no_action_does_anything(
    action: str, reseller: Reseller, client: httpx.AsyncClient
) -> None:
    stored = (await User.get(id=reseller.user.id)).api_key_hash
    await create_order(reseller.user, await create_service())
    before = await read_stored_rows()
    keys = [
        "",
        "vt_",
        reseller.key[:-1],
        reseller.key.upper(),
        f"{reseller.key}x",
        stored,
        "x" * 100_000,
        "a\0",
    ]
    for key in keys:
        answer = await client.post(URL, data={"key": key, "action": action, "order": 1, "orders": "1"})
        assert (answer.status_code, answer.json()) == (200, INVALID)
    answer = await client.post(URL, data={"action": action})
    assert (answer.status_code, answer.json()) == (200, INVALID)
    assert await read_stored_rows() == before


async def test_a_blocked_user_s_key_does_not_count(reseller: Reseller) -> None:
    await User.filter(id=reseller.user.id).update(is_active=False)
    assert await reseller.call("balance") == INVALID


async def test_an_app_token_is_not_a_key(reseller: Reseller, app: AppContext) -> None:
    headers = await create_authorization(app, reseller.user)
    answer = await reseller.client.post(URL, data={"action": "balance"}, headers=headers)
    assert answer.json() == INVALID


async def test_the_parameter_counts_before_the_header(reseller: Reseller, new_reseller: NewReseller) -> None:
    other = await new_reseller(5)
    answer = await reseller.client.post(
        URL,
        data={"action": "balance", "key": other.key},
        headers={"Authorization": f"bearer {reseller.key}"},
    )
    assert answer.json()["balance"] == "5"


async def test_a_key_is_looked_up_by_its_hash_in_one_statement(reseller: Reseller) -> None:
    for key in (reseller.key, f"{reseller.key[:-1]}x", "wrong"):
        with record_statements() as statements:
            await api_keys.get_user_by_key(key)
        [statement] = statements
        assert "api_key_hash" in statement
        assert key not in statement


async def test_another_reseller_s_orders_are_as_unknown_as_none(
    reseller: Reseller, new_reseller: NewReseller
) -> None:
    other = await new_reseller(0)
    foreign = await create_order(other.user, await create_service(), status=OrderStatus.COMPLETED)
    before = await read_stored_rows()
    for order in (foreign.id, 2_000_000_000):
        unknown = {"error": "Incorrect order ID"}
        assert await reseller.call("status", order=order) == unknown
        assert await reseller.call("status", orders=order) == {str(order): unknown}
        assert await reseller.call("refill", order=order) == unknown
        assert await reseller.call("refill", orders=order) == [{"order": order, "refill": unknown}]
        assert await reseller.call("cancel", orders=order) == [{"order": order, "cancel": unknown}]
    assert await read_stored_rows() == before
    assert await Order.filter(user_id=other.user.id).count() == 1
