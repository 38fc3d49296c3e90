"""Responses of the REST API outside its handlers, as Laravel's."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount
from tortoise.exceptions import DBConnectionError

from config.settings import Settings
from rest_compat import routes
from tests.fakes import RecordingSms, build_app
from tests.rest_compat.reference import ENDPOINTS
from tests.subtest_cases import for_each


def create_client(rest_app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(
        Starlette(routes=[Mount("/api", app=rest_app)]), raise_app_exceptions=False
    )
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


@pytest.fixture
async def rest_app() -> AsyncIterator[httpx.AsyncClient]:
    """The REST API without a database."""
    async with create_client(routes.build_application(build_app(Settings(), RecordingSms()))) as client:
        yield client


async def answer_to(error: Exception, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """The response of a handler that raises `error`."""

    async def fail(_request: Request) -> Response:
        raise error

    line = routes.LegacyRoute("GET", "/v1/failing", fail, needs_token=False)
    monkeypatch.setattr(routes, "LEGACY_ROUTES", (line,))
    async with create_client(routes.build_application(build_app(Settings(), RecordingSms()))) as client:
        return await client.get("/api/v1/failing")


def test_table_is_the_reference() -> None:
    documented = [(e["method"], e["path"].removeprefix("/api"), e["auth"]) for e in ENDPOINTS]
    table = [(line.method, line.path, line.needs_token) for line in routes.LEGACY_ROUTES]
    assert table == documented


async def test_every_route_with_a_token_refuses_none(rest_app: httpx.AsyncClient) -> None:
    for line in routes.LEGACY_ROUTES:
        if line.needs_token:
            answer = await rest_app.request(line.method, f"/api{line.path}")
            assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


@for_each(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/user", "GET, HEAD, POST"),
        ("DELETE", "/v1/order/1", "GET, HEAD"),
        ("DELETE", "/v1/order", "GET, HEAD, POST"),
        ("HEAD", "/v1/login", "POST"),
        ("GET", "/v1/login/verify", "POST"),
    ],
)
async def test_wrong_method_names_the_right_ones(
    rest_app: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await rest_app.request(method, f"/api{path}")

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        message = f"The {method} method is not supported for this route. Supported methods: {allowed}."
        assert answer.json() == {"message": message}


async def test_options_lists_the_methods(rest_app: httpx.AsyncClient) -> None:
    answer = await rest_app.options("/api/v1/user/tickets/19")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (200, "GET, HEAD, POST", b"")


@for_each("path", ["/", "/v1", "/v1/nothing", "/v1/user/tickets/1/2", "/v2/user"])
async def test_unknown_route_is_404_with_an_empty_message(rest_app: httpx.AsyncClient, path: str) -> None:
    answer = await rest_app.get(f"/api{path}")
    assert (answer.status_code, answer.json()) == (404, {"message": ""})


@for_each("path", ["/v1/user/", "/v1/user//", "/v1/user/tickets/19/"])
async def test_a_trailing_slash_changes_nothing(rest_app: httpx.AsyncClient, path: str) -> None:
    assert (await rest_app.get(f"/api{path}")).json() == {"message": "Unauthenticated."}


async def test_head_has_the_headers_of_get_and_no_body(rest_app: httpx.AsyncClient) -> None:
    head, get = await rest_app.head("/api/v1/user"), await rest_app.get("/api/v1/user")
    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


async def test_answers_are_private_json(rest_app: httpx.AsyncClient) -> None:
    headers = (await rest_app.get("/api/v1/user")).headers
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_crash_shows_nothing_of_its_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await answer_to(ValueError("secret"), monkeypatch)

    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
    [record] = [record for record in caplog.records if record.name == "vitrin.rest"]
    assert (record.levelno, record.exc_info is not None) == (logging.ERROR, True)


async def test_database_away_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await answer_to(DBConnectionError("secret"), monkeypatch)

    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})
    assert int(answer.headers["retry-after"]) > 0


async def test_refusal_from_below_keeps_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await answer_to(HTTPException(413, "Content Too Large"), monkeypatch)
    assert (answer.status_code, answer.json()) == (413, {"message": "Content Too Large"})


async def test_a_disconnected_app_causes_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await answer_to(ClientDisconnect(), monkeypatch)
    assert [record for record in caplog.records if record.name == "vitrin.rest"] == []
