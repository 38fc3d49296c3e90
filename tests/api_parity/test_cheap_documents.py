"""What costs few points runs, however many aliases or tokens its document has."""

from typing import Any

import httpx

from models import Order
from resolvers.app_context import AppContext
from tests.api_parity.scenario import to_global_id
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import create_category, create_order, create_service


async def run(
    client: httpx.AsyncClient, fields: list[str], headers: dict[str, str] | None = None, kind: str = "query"
) -> tuple[list[Any], int]:
    """The values of `fields`, each under an alias of its own, and the operation's points."""
    selections = " ".join(f"a{number}: {field}" for number, field in enumerate(fields))
    answer = await client.post("/graphql", json={"query": f"{kind} {{{selections}}}"}, headers=headers or {})
    body = answer.json()
    assert (answer.status_code, body.get("errors")) == (200, None)
    return [body["data"][f"a{number}"] for number in range(len(fields))], body["extensions"]["cost"][
        "requested"
    ]


async def test_many_counts_run_in_one_document(client: httpx.AsyncClient) -> None:
    await create_service()

    counts, points = await run(client, ["services(first: 1) {totalCount}"] * 33)

    assert [count["totalCount"] for count in counts] == [1] * 33
    assert points < 1_000


async def test_categories_under_many_aliases_run_in_one_document(client: httpx.AsyncClient) -> None:
    category = await create_category()

    lists, points = await run(client, ["categories {id}"] * 16)

    assert lists == [[{"id": to_global_id("Category", category.id)}]] * 16
    assert points < 1_000


async def test_many_nodes_are_fetched_again_in_one_document(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user, service = await create_user(), await create_service()
    keys = [to_global_id("Order", (await create_order(user, service)).id) for _ in range(40)]

    nodes, points = await run(
        client,
        [f'node(id: "{key}") {{id ... on Order {{status}}}}' for key in keys],
        await create_authorization(app, user),
    )

    assert [node["id"] for node in nodes] == keys
    assert points < 1_000


async def test_many_orders_are_placed_by_one_mutation(client: httpx.AsyncClient, app: AppContext) -> None:
    user, service = await create_user(balance=1_000_000), await create_service()
    key = to_global_id("Service", service.id)

    placed, _ = await run(
        client,
        [
            f'createOrder(input: {{serviceId: "{key}", link: "https://instagram.com/p/C{number}", '
            f'quantity: 10}}, idempotencyKey: "order {number}") '
            "{__typename ... on Order {id status charge} ... on InsufficientBalance {code balance charge} "
            "... on QuantityOutOfRange {code min max} ... on Problem {code message}}"
            for number in range(31)
        ],
        await create_authorization(app, user),
        kind="mutation",
    )

    assert [order["__typename"] for order in placed] == ["Order"] * 31
    assert await Order.filter(user=user).count() == 31
