"""The shop as callers meet it before any API: addresses, documents, CORS, clients that leave."""

import logging
from dataclasses import replace

import httpx
import pytest
from starlette.types import Message, Scope

from app.application import build_application
from config.settings import Settings
from observability import metrics
from resolvers.app_context import AppContext
from tests.fixtures import create_client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def with_settings(app: AppContext, **settings: object) -> httpx.AsyncClient:
    known = {"database_url": app.settings.database_url, **settings}
    return create_client(replace(app, settings=Settings.model_validate(known)))


async def test_the_front_page_lists_every_address(client: httpx.AsyncClient) -> None:
    page = await client.get("/", headers=BROWSER)
    listing = await client.get("/")
    icon = await client.get("/favicon.ico")
    found = {name: await client.get(url) for name, url in listing.json()["urls"].items()}

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'href="{httpx.URL(url).path}"' in page.text for url in listing.json()["urls"].values())
    assert "Accept" in page.headers["vary"]
    assert "Accept" in listing.headers["vary"]
    assert icon.headers["content-type"] == "image/svg+xml"
    assert {name for name, answer in found.items() if answer.status_code >= 400} == {"graphql"}
    assert (await client.get("/graphql", headers=BROWSER)).status_code == 200


async def test_slashes_are_merged_and_none_is_needed_at_the_end(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path in ("/graphql/", "//graphql", "//graphql//"):
        with subtests.test(path):
            answer = await client.post(f"http://localhost:8000{path}", json={"query": "{ __typename }"})
            assert answer.json()["data"] == {"__typename": "Query"}
    for path in ("//api/v1/categories", "/api//v1/categories/", "/api/v1//categories"):
        with subtests.test(path):
            assert (await client.get(f"http://localhost:8000{path}")).status_code == 200
    for path in ("//api/v2", "/api//v2/"):
        with subtests.test(path):
            answer = await client.post(f"http://localhost:8000{path}", data={"key": "x"})
            assert answer.json() == {"error": "Invalid API key"}


async def test_documents_are_sent_again_only_when_they_changed(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path in ("/docs/openapi.json", "/docs/schema.graphql", "/docs", "/docs/collection.json", "/"):
        with subtests.test(path):
            first = await client.get(path)
            again = await client.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
            other = await client.get(path, headers={"If-None-Match": '"other"'})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
            assert again.headers["cache-control"] == first.headers["cache-control"]
            assert (other.status_code, other.content) == (200, first.content)


async def test_preflights_of_an_allowed_origin_may_request_any_header(app: AppContext) -> None:
    requested = "x-requested-with, apollographql-client-name, traceparent, sentry-trace, cache-control"
    async with with_settings(app, allowed_origins="https://app.example") as client:
        preflight = await client.options(
            "/graphql",
            headers={
                "Origin": "https://app.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": requested,
            },
        )
        answer = await client.get("/api/v1/categories", headers={"Origin": "https://app.example"})

    assert (preflight.status_code, preflight.headers["access-control-allow-headers"]) == (200, requested)
    assert "X-RateLimit-Reset" in answer.headers["access-control-expose-headers"]


async def test_head_of_graphql_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    page = await client.head("/graphql", headers=BROWSER)
    query = await client.head("/graphql", params={"query": "{ __typename }"})
    put = await client.put("/graphql")

    assert [page.status_code, query.status_code, put.status_code] == [200, 200, 405]
    assert put.headers["allow"] == "GET, HEAD, POST"


async def test_a_payer_returning_by_a_form_post_sees_a_page(client: httpx.AsyncClient) -> None:
    path = "/api/v1/user/payment/verify"
    payer = await client.post(path, data={"Authority": "unknown", "Status": "OK"}, headers=BROWSER)
    program = await client.post(path, data={"Authority": "unknown", "Status": "OK"})

    assert payer.status_code == 404
    assert payer.headers["content-type"] == "text/html; charset=utf-8"
    assert (program.status_code, program.headers["allow"]) == (405, "GET, HEAD")


async def test_staff_are_redirected_to_the_public_address_from_any_host(app: AppContext) -> None:
    async with with_settings(app, public_url="https://shop.example") as client:
        answer = await client.get("/admin/", headers={"Host": "evil.example"})

    assert httpx.URL(answer.headers["location"]).host == "shop.example"


async def test_subdomains_are_included_in_hsts_where_that_is_set(app: AppContext) -> None:
    async with with_settings(app, public_url="https://shop.example", hsts_include_subdomains=True) as client:
        answer = await client.get("/healthz")

    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def disconnect(app: AppContext, method: str, path: str, content_type: bytes) -> list[Message]:
    """The messages sent to a client that disconnects in the middle of its body."""
    received: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return received.pop(0) if len(received) > 1 else received[0]

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost:8000"), (b"content-type", content_type)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    await build_application(app)(scope, receive, send)
    return sent


async def test_a_client_that_disconnects_causes_no_error(
    app: AppContext, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    form = b"application/x-www-form-urlencoded"
    caplog.set_level(logging.WARNING)
    for path, content_type in (
        ("/graphql", b"application/json"),
        ("/admin/login", form),
        ("/api/v1/login", form),
        ("/api/v2", form),
        ("/sandbox/provider/4", form),
    ):
        with subtests.test(path):
            before = _server_errors()
            assert await disconnect(app, "POST", path, content_type) == []
            assert _server_errors() == before
    assert caplog.records == []


def _server_errors() -> float:
    return sum(
        sample.value
        for metric in metrics.REQUESTS.collect()
        for sample in metric.samples
        if sample.labels.get("status", "").startswith("5")
    )
