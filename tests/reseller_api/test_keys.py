"""Whose key it is, decides everything; a key that does not count gets nothing."""

import httpx
import pytest

from domain.order_status import OrderStatus
from models import Order, User
from resolvers import api_keys
from resolvers.shop import Shop
from tests.database_state import all_rows, recorded_statements, stored_rows
from tests.fakes import create_user
from tests.fixtures import authorization
from tests.reseller_api.conftest import NewReseller
from tests.reseller_api.resellers import URL, Reseller
from tests.resolvers.records import create_order, create_service

INVALID = {"error": "Invalid API key"}
ROTATE = "mutation { act: rotateApiKey { ... on ApiKey { key } } }"
REVOKE = "mutation { act: revokeApiKey { __typename } }"
ACTIONS = ["services", "add", "status", "refill", "refill_status", "cancel", "balance", "nothing", ""]


async def by_graphql(client: httpx.AsyncClient, shop: Shop, user: User, document: str) -> dict[str, str]:
    answer = await client.post("/graphql", json={"query": document}, headers=await authorization(shop, user))
    told: dict[str, str] = answer.json()["data"]["act"]
    return told


async def test_a_key_made_by_graphql_counts_until_it_is_rotated_or_revoked(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    user = await create_user(balance=7)

    async def balance(key: str) -> object:
        return (await client.post(URL, data={"key": key, "action": "balance"})).json()

    first = (await by_graphql(client, shop, user, ROTATE))["key"]
    assert await balance(first) == {"balance": "7", "currency": "IRT"}
    second = (await by_graphql(client, shop, user, ROTATE))["key"]
    assert (await balance(first), await balance(second)) == (INVALID, {"balance": "7", "currency": "IRT"})
    await by_graphql(client, shop, user, REVOKE)
    assert await balance(second) == INVALID
    assert first not in str(await all_rows())


@pytest.mark.parametrize("document", [ROTATE, REVOKE])
async def test_a_visitor_has_no_key_to_make_or_end(document: str, client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": document})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("action", ACTIONS)
async def test_without_a_key_that_counts_no_action_does_anything(
    action: str, reseller: Reseller, client: httpx.AsyncClient
) -> None:
    stored = (await User.get(id=reseller.user.id)).api_key_hash
    await create_order(reseller.user, await create_service())
    before = await stored_rows()
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
    assert await stored_rows() == before


async def test_a_blocked_user_s_key_does_not_count(reseller: Reseller) -> None:
    await User.filter(id=reseller.user.id).update(is_active=False)
    assert await reseller.ask("balance") == INVALID


async def test_a_token_of_the_app_is_no_key(reseller: Reseller, shop: Shop) -> None:
    headers = await authorization(shop, reseller.user)
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
        with recorded_statements() as statements:
            await api_keys.user_of_key(key)
        [statement] = statements
        assert "api_key_hash" in statement
        assert key not in statement


async def test_another_reseller_s_orders_are_as_unknown_as_none(
    reseller: Reseller, new_reseller: NewReseller
) -> None:
    other = await new_reseller(0)
    foreign = await create_order(other.user, await create_service(), status=OrderStatus.COMPLETED)
    before = await stored_rows()
    for order in (foreign.id, 2_000_000_000):
        unknown = {"error": "Incorrect order ID"}
        assert await reseller.ask("status", order=order) == unknown
        assert await reseller.ask("status", orders=order) == {str(order): unknown}
        assert await reseller.ask("refill", order=order) == unknown
        assert await reseller.ask("refill", orders=order) == [{"order": order, "refill": unknown}]
        assert await reseller.ask("cancel", orders=order) == [{"order": order, "cancel": unknown}]
    assert await stored_rows() == before
    assert await Order.filter(user_id=other.user.id).count() == 1
