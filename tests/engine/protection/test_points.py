"""Points over HTTP and WebSocket: reported in every response, and refused if there are too few."""

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
from engine.protection.admission import Admission, AdmissionRejected, GraphQLRequest
from engine.protection.input_prices import Cost
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from schema.context import Context
from schema.scalars import SCALARS
from tests.engine.transport.websocket_app import SCHEMA
from tests.fakes import RecordingSms, build_app
from tests.sockets import open_socket, serve


@strawberry.type
class Query:
    dear: int = strawberry.field(resolver=lambda: 1, metadata=Cost(40).metadata)

    @strawberry.field
    def broken(self) -> int | None:
        raise RuntimeError


DEAR = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
FEW = {
    "graphql_points": PerCaller(100, 200, 300),
    "graphql_max_cost": PerCaller(100, 100, 100),
    "graphql_restore_rate": PerCaller(1, 1, 1),
}


def create_session(number: int, kind: SessionKind = SessionKind.APP) -> Session:
    """A signed-in user, as the engine looks at one; no database."""
    return cast(Session, SimpleNamespace(user=SimpleNamespace(id=number), kind=kind))


def signing_in(app: ASGIApp, viewer: Session | None) -> ASGIApp:
    async def signed_in(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "viewer": viewer}, receive, send)

    return signed_in


def pause_clock(schema: strawberry.Schema, app: AppContext) -> GraphQLView:
    """A view for which no time passes."""
    view = GraphQLView(schema, app=app, context=Context, ide=HTMLResponse)
    view.engine.admission = Admission(schema, app.settings, clock=lambda: 0.0)
    return view


class PointsClient:
    """A view over the dear schema, and its callers."""

    def __init__(self, folder: Path) -> None:
        app = build_app(Settings.model_validate({"data_folder": folder, **FEW}), RecordingSms())
        self._view = pause_clock(DEAR, app)

    async def query(
        self, query: str, *, viewer: Session | None = None, address: str = "10.0.0.1"
    ) -> httpx.Response:
        transport = httpx.ASGITransport(signing_in(self._view, viewer), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.post("/", json={"query": query})


@pytest.fixture
def points_client(tmp_path: Path) -> PointsClient:
    return PointsClient(tmp_path)


def get_cost(response: httpx.Response) -> dict[str, int]:
    cost: dict[str, int] = response.json()["extensions"]["cost"]
    return cost


async def test_a_response_reports_its_cost_and_the_remaining_points(points_client: PointsClient) -> None:
    await points_client.query("{dear}")
    assert get_cost(await points_client.query("{dear}")) == {
        "requested": 40,
        "limit": 100,
        "remaining": 20,
        "restoreRate": 1,
    }


async def test_a_response_with_errors_reports_its_cost(points_client: PointsClient) -> None:
    assert get_cost(await points_client.query("{broken}"))["requested"] == 1


@pytest.mark.parametrize(
    ("query", "requested", "spent"),
    [
        ("{", 1, 1),
        ("{nothing}", 1, 1),
        ("{dear " + "a " * 100 + "}", 140, 21),
        ("{a: dear b: dear c: dear}", 120, 3),
    ],
)
async def test_a_refused_document_reports_its_cost_and_is_charged_by_length(
    points_client: PointsClient, query: str, requested: int, spent: int
) -> None:
    cost = get_cost(await points_client.query(query))
    assert (cost["requested"], cost["remaining"]) == (requested, 100 - spent)


async def test_an_operation_above_the_remaining_points_is_refused_with_a_retry_time(
    points_client: PointsClient,
) -> None:
    for _ in range(2):
        await points_client.query("{dear}")

    refused = await points_client.query("{dear}")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "21")
    body = refused.json()
    assert body["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 21}
    assert "data" not in body
    assert get_cost(refused) == {"requested": 40, "limit": 100, "remaining": 19, "restoreRate": 1}
    assert (await points_client.query("{broken}")).status_code == 200


async def test_an_empty_bucket_refuses_before_the_document_is_parsed(points_client: PointsClient) -> None:
    await points_client.query("{a: dear b: dear}")
    for _ in range(20):
        await points_client.query("{")

    refused = await points_client.query("{")

    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_every_user_and_every_address_has_a_bucket_of_its_own(points_client: PointsClient) -> None:
    await points_client.query("{a: dear b: dear}")

    assert get_cost(await points_client.query("{dear}", address="10.0.0.2"))["remaining"] == 60
    assert get_cost(await points_client.query("{dear}", viewer=create_session(1)))["remaining"] == 160
    assert get_cost(await points_client.query("{dear}", viewer=create_session(2)))["remaining"] == 160
    assert (
        get_cost(await points_client.query("{dear}", viewer=create_session(1), address="10.0.0.3"))[
            "remaining"
        ]
        == 120
    )


@pytest.mark.parametrize("kind", [SessionKind.STAFF, SessionKind.SERVICE])
async def test_staff_sessions_and_service_tokens_have_the_bucket_of_staff(
    points_client: PointsClient, kind: SessionKind
) -> None:
    assert get_cost(await points_client.query("{dear}", viewer=create_session(1, kind)))["limit"] == 300


async def test_an_ipv6_network_is_one_caller(points_client: PointsClient) -> None:
    await points_client.query("{dear}", address="2001:db8:1:2::1")

    assert get_cost(await points_client.query("{dear}", address="2001:db8:1:2:ffff::9"))["remaining"] == 20
    assert get_cost(await points_client.query("{dear}", address="2001:db8:1:3::1"))["remaining"] == 60


async def test_points_come_back_with_time(tmp_path: Path) -> None:
    now = [0.0]
    settings = Settings.model_validate({"data_folder": tmp_path, **FEW})
    admission = Admission(DEAR, settings, clock=lambda: now[0])
    context = Context(
        app=build_app(settings, RecordingSms()), viewer=None, address="10.0.0.1", language=cast(Any, "en")
    )
    requested = GraphQLRequest(query="{a: dear b: dear}")
    await admission.admit(requested, context)
    with pytest.raises(AdmissionRejected):
        await admission.admit(requested, context)

    # 20 are left after the first; parsing the document again took two more.
    now[0] += 62
    assert (await admission.admit(requested, context)).cost.remaining == 0


@asynccontextmanager
async def small_server(folder: Path) -> AsyncIterator[str]:
    app = build_app(Settings.model_validate({"data_folder": folder, **FEW}), RecordingSms())
    async with serve(GraphQLSockets(pause_clock(SCHEMA, app).engine, app=app, context=Context)) as url:
        yield url


async def test_operations_over_a_socket_spend_the_same_points(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, open_socket(url) as client:
        await client.initialise()
        await client.query('{echo(text: "a")}')
        assert client.cost == {"requested": 2, "limit": 100, "remaining": 98, "restoreRate": 1}

        await client.query("mutation {shout}")
        assert client.cost["requested"] == 10

        await client.start("1", "{nothing}")
        assert await client.error_code("1") == "GRAPHQL_VALIDATION_FAILED"
        assert (client.cost["requested"], client.cost["remaining"]) == (1, 87)


async def test_a_subscription_reports_its_cost_with_every_event_and_spends_it_once(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, open_socket(url) as client:
        await client.initialise()
        await client.start("s", "subscription {count(to: 3) {number}}")
        for _ in range(3):
            await client.next("s")
            assert (client.cost["requested"], client.cost["remaining"]) == (4, 96)


async def test_a_socket_with_an_empty_bucket_gets_a_retry_time(tmp_path: Path) -> None:
    async with small_server(tmp_path) as url, open_socket(url) as client:
        await client.initialise()
        for _ in range(10):
            await client.query("mutation {shout}")

        await client.start("1", "mutation {shout}")

        message = await client.receive()
        extensions = message["payload"][0]["extensions"]
        assert (extensions["code"], extensions["retryAfter"]) == ("RATE_LIMITED", 1)
        assert extensions["cost"]["remaining"] == 0
