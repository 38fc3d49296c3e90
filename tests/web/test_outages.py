"""Every API answers an outage of the database in the same way, each in its own format."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

import database
from app.application import build_application
from domain.roles import UserRole
from models import User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.sockets import open_socket, serve

_OUTAGE = "postgres://nobody:@127.0.0.1:1/nowhere"
_QUERY = {"query": "{ services(first: 1) { totalCount } }"}


@dataclass
class Server:
    """The whole application while its database is unavailable, and the token of an owner's staff session."""

    url: str
    http: httpx.AsyncClient
    token: str


@pytest_asyncio.fixture
async def server(app: AppContext) -> AsyncIterator[Server]:
    owner = await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    token, _ = await sessions.issue_staff_session(app, await User.get(id=owner.id), now=await database.now())
    async with (
        serve(build_application(app)) as url,
        httpx.AsyncClient(base_url=url, cookies={"staff": token}, timeout=30) as http,
        database.open_connections(_OUTAGE),
    ):
        yield Server(url, http, token)


@pytest.mark.parametrize(
    ("method", "path", "options", "shown"),
    [
        ("GET", "/api/v1/services", {}, '{"message":"Service Unavailable"}'),
        ("POST", "/api/v2", {"data": {"key": "k" * 32}}, '{"error":"Service unavailable"}'),
        ("POST", "/graphql", {"json": _QUERY}, '"SERVICE_UNAVAILABLE"'),
        ("GET", "/admin/orders/list", {}, "<h1>"),
        ("GET", "/admin/_api/orders/action?pks=1&name=resend", {}, '{"msg":'),
        ("GET", "/healthz", {}, '{"message":"Service Unavailable"}'),
    ],
)
async def test_an_outage_is_503_with_retry_after(
    server: Server,
    method: str,
    path: str,
    options: dict[str, object],
    shown: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = await server.http.request(method, path, **options)  # type: ignore[arg-type] # of the case

    assert (response.status_code, response.headers.get("retry-after")) == (503, "1"), response.text
    assert shown in response.text
    assert "127.0.0.1:1" not in response.text
    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert logged.getMessage().startswith("database unavailable: ")
    assert logged.exc_info is None


async def test_an_outage_closes_a_websocket_with_try_again_later(server: Server) -> None:
    async with open_socket(server.url) as client:
        await client.send("connection_init", payload={"Authorization": f"Bearer {server.token}"})
        assert await client.close_code() == 1013


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/docs/openapi.json", "/docs/schema.graphql", "/.well-known/jwks.json"]
)
async def test_documents_are_served_during_an_outage(server: Server, path: str) -> None:
    assert (await server.http.get(path)).status_code == 200
