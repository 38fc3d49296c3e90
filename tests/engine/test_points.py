"""Points over HTTP and WebSocket: told in every answer, and refused where there are too few."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import strawberry
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.schema.config import StrawberryConfig

from config.per_caller import PerCaller
from config.settings import Settings
from domain.sessions import SessionKind
from engine.admission import Admission, GraphQLRequest, Refused
from engine.view import GraphQLView
from engine.websocket import GraphQLSockets
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from schema.context import Context
from schema.scalars import SCALARS
from tests.engine.small_sockets import SMALL
from tests.fakes import RecordingSms, new_shop
from tests.sockets import opened, serving


@strawberry.type
class Query:
    dear: int = strawberry.field(resolver=lambda: 1, metadata={"cost": 40})

    @strawberry.field
    def broken(self) -> int | None:
        raise RuntimeError


DEAR = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
FEW = {
    "graphql_points": PerCaller(100, 200, 300),
    "graphql_max_cost": PerCaller(100, 100, 100),
    "graphql_restore_rate": PerCaller(1, 1, 1),
}


def somebody(number: int, kind: SessionKind = SessionKind.APP) -> SignedIn:
    """A signed-in user, as the engine looks at one; no database."""
    return cast(SignedIn, SimpleNamespace(user=SimpleNamespace(id=number), kind=kind))


def signing_in(app: ASGIApp, viewer: SignedIn | None) -> ASGIApp:
    async def signed_in(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "viewer": viewer}, receive, send)

    return signed_in


def stopped(schema: strawberry.Schema, shop: Shop) -> GraphQLView:
    """A view for which no time passes."""
    view = GraphQLView(schema, shop=shop, context=Context, ide=HTMLResponse)
    view.engine.admission = Admission(schema, shop.settings, clock=lambda: 0.0)
    return view


class Door:
    """A view over the dear schema, and its callers."""

    def __init__(self, folder: Path) -> None:
        shop = new_shop(Settings.model_validate({"data_folder": folder, **FEW}), RecordingSms())
        self._view = stopped(DEAR, shop)

    async def ask(
        self, query: str, *, viewer: SignedIn | None = None, address: str = "10.0.0.1"
    ) -> httpx.Response:
        transport = httpx.ASGITransport(signing_in(self._view, viewer), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.post("/", json={"query": query})


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def cost_in(response: httpx.Response) -> dict[str, int]:
    cost: dict[str, int] = response.json()["extensions"]["cost"]
    return cost


async def test_an_answer_tells_its_cost_and_what_is_left(door: Door) -> None:
    await door.ask("{dear}")
    assert cost_in(await door.ask("{dear}")) == {
        "requested": 40,
        "limit": 100,
        "remaining": 20,
        "restoreRate": 1,
    }


async def test_an_answer_with_errors_tells_its_cost(door: Door) -> None:
    assert cost_in(await door.ask("{broken}"))["requested"] == 1


@pytest.mark.parametrize(
    ("query", "requested", "spent"),
    [
        ("{", 1, 1),
        ("{nothing}", 1, 1),
        ("{dear " + "a " * 100 + "}", 140, 21),
        ("{a: dear b: dear c: dear}", 120, 3),
    ],
)
async def test_a_refused_document_tells_its_cost_and_spends_by_its_length(
    door: Door, query: str, requested: int, spent: int
) -> None:
    cost = cost_in(await door.ask(query))
    assert (cost["requested"], cost["remaining"]) == (requested, 100 - spent)


async def test_an_operation_that_costs_more_than_is_left_is_refused_with_the_time_to_wait(door: Door) -> None:
    for _ in range(2):
        await door.ask("{dear}")

    refused = await door.ask("{dear}")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "21")
    body = refused.json()
    assert body["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 21}
    assert "data" not in body
    assert cost_in(refused) == {"requested": 40, "limit": 100, "remaining": 19, "restoreRate": 1}
    assert (await door.ask("{broken}")).status_code == 200


async def test_an_empty_bucket_refuses_before_the_document_is_looked_at(door: Door) -> None:
    await door.ask("{a: dear b: dear}")
    for _ in range(20):
        await door.ask("{")

    refused = await door.ask("{")

    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_every_user_and_every_address_has_a_bucket_of_its_own(door: Door) -> None:
    await door.ask("{a: dear b: dear}")

    assert cost_in(await door.ask("{dear}", address="10.0.0.2"))["remaining"] == 60
    assert cost_in(await door.ask("{dear}", viewer=somebody(1)))["remaining"] == 160
    assert cost_in(await door.ask("{dear}", viewer=somebody(2)))["remaining"] == 160
    assert cost_in(await door.ask("{dear}", viewer=somebody(1), address="10.0.0.3"))["remaining"] == 120


@pytest.mark.parametrize("kind", [SessionKind.STAFF, SessionKind.SERVICE])
async def test_staff_sessions_and_service_tokens_have_the_bucket_of_staff(
    door: Door, kind: SessionKind
) -> None:
    assert cost_in(await door.ask("{dear}", viewer=somebody(1, kind)))["limit"] == 300


async def test_an_ipv6_network_is_one_caller(door: Door) -> None:
    await door.ask("{dear}", address="2001:db8:1:2::1")

    assert cost_in(await door.ask("{dear}", address="2001:db8:1:2:ffff::9"))["remaining"] == 20
    assert cost_in(await door.ask("{dear}", address="2001:db8:1:3::1"))["remaining"] == 60


async def test_points_come_back_with_time(tmp_path: Path) -> None:
    now = [0.0]
    settings = Settings.model_validate({"data_folder": tmp_path, **FEW})
    admission = Admission(DEAR, settings, clock=lambda: now[0])
    context = Context(
        shop=new_shop(settings, RecordingSms()), viewer=None, address="10.0.0.1", language=cast(Any, "en")
    )
    asked = GraphQLRequest(query="{a: dear b: dear}")
    await admission.admit(asked, context)
    with pytest.raises(Refused):
        await admission.admit(asked, context)

    # 20 are left of the first; two more went for reading the document again.
    now[0] += 62
    assert (await admission.admit(asked, context)).cost.remaining == 0


@asynccontextmanager
async def small_server(folder: Path) -> AsyncIterator[str]:
    shop = new_shop(Settings.model_validate({"data_folder": folder, **FEW}), RecordingSms())
    async with serving(GraphQLSockets(stopped(SMALL, shop).engine, shop=shop, context=Context)) as url:
        yield url


async def test_operations_over_a_socket_spend_the_same_points(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, opened(url) as client:
        await client.initialise()
        await client.ask('{echo(text: "a")}')
        assert client.cost == {"requested": 2, "limit": 100, "remaining": 98, "restoreRate": 1}

        await client.ask("mutation {shout}")
        assert client.cost["requested"] == 10

        await client.start("1", "{nothing}")
        assert await client.error_code("1") == "GRAPHQL_VALIDATION_FAILED"
        assert (client.cost["requested"], client.cost["remaining"]) == (1, 87)


async def test_a_subscription_tells_its_cost_with_every_event_and_spends_it_once(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, opened(url) as client:
        await client.initialise()
        await client.start("s", "subscription {count(to: 3) {number}}")
        for _ in range(3):
            await client.next("s")
            assert (client.cost["requested"], client.cost["remaining"]) == (4, 96)


async def test_a_socket_whose_bucket_is_empty_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, opened(url) as client:
        await client.initialise()
        for _ in range(10):
            await client.ask("mutation {shout}")

        await client.start("1", "mutation {shout}")

        message = await client.receive()
        extensions = message["payload"][0]["extensions"]
        assert (extensions["code"], extensions["retryAfter"]) == ("RATE_LIMITED", 1)
        assert extensions["cost"]["remaining"] == 0
