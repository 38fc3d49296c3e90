"""Security headers of every response, and the foreign pages that may call the shop."""

from dataclasses import replace

import httpx
import pytest

from config.settings import Settings
from resolvers.app_context import AppContext
from tests.fixtures import create_client

ANSWERS = [
    ("GET", "/healthz", 200),
    ("GET", "/.well-known/jwks.json", 200),
    ("GET", "/nothing", 404),
    ("GET", "/graphql", 200),
    ("POST", "/graphql", 415),
    ("PUT", "/graphql", 405),
    ("GET", "/graphql/assets/index.html", 200),
    ("GET", "/api/v1/categories", 200),
    ("GET", "/api/v1/user", 401),
    ("GET", "/api/v1/user/payment/verify?Authority=unknown", 404),
    ("GET", "/api/v1/user/payment/verify", 500),
    ("DELETE", "/api/v1/user", 405),
    ("POST", "/api/v2", 200),
    ("GET", "/sandbox/payment/unknown", 404),
    ("POST", "/sandbox/provider/4", 200),
]
PAGE = "https://app.example"
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, accept-language",
}


async def test_no_route_echoes_a_request_by_trace(client: httpx.AsyncClient) -> None:
    paths = ("/", "/docs", "/graphql", "/api/v1/services", "/admin/login", "/healthz")
    answers = {path: (await client.request("TRACE", path)).status_code for path in paths}
    assert set(answers.values()) <= {303, 405}
    reported = await client.request("TRACE", "/api/v2", headers={"X-Secret": "canary"})
    assert "canary" not in reported.text


def with_settings(app: AppContext, **settings: object) -> httpx.AsyncClient:
    known = {"database_url": app.settings.database_url, "rate_limit": "3/minute", **settings}
    return create_client(replace(app, settings=Settings.model_validate(known)))


async def test_every_response_has_security_headers(app: AppContext) -> None:
    async with create_client(app) as plain, with_settings(app, public_url="https://shop.example") as secure:
        for method, path, status in ANSWERS:
            accept = {"Accept": "text/html"} if path == "/graphql" else {}
            answer = await plain.request(method, path, headers=accept)
            assert (path, answer.status_code) == (path, status)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "server" not in answer.headers
            assert "strict-transport-security" not in answer.headers
        for _ in range(4):
            answer = await secure.get("/api/v1/nothing")
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.status_code == 429
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_foreign_page_may_call_the_shop_by_default(client: httpx.AsyncClient) -> None:
    preflight = await client.options("/graphql", headers=PREFLIGHT)
    call = await client.get("/api/v1/categories", headers={"Origin": PAGE})
    assert (preflight.status_code, call.status_code) == (400, 200)
    assert "access-control-allow-origin" not in {*preflight.headers, *call.headers}


@pytest.mark.parametrize(
    ("allowed", "origin", "reported"),
    [
        (PAGE, PAGE, PAGE),
        ("*", PAGE, "*"),
        (PAGE, "https://evil.example", None),
        (PAGE, f"{PAGE}.evil.example", None),
        (PAGE, "null", None),
    ],
)
async def test_pages_of_allowed_origins_alone_may_call_the_shop(
    app: AppContext, allowed: str, origin: str, reported: str | None
) -> None:
    async with with_settings(app, allowed_origins=allowed) as client:
        for path in ("/graphql", "/api/v1/order", "/api/v2"):
            preflight = await client.options(path, headers={**PREFLIGHT, "Origin": origin})
            assert preflight.status_code == (200 if reported else 400)
            assert preflight.headers.get("access-control-allow-origin") == reported
        # Preflights use up no one's limit; refusals of the limit can be read by the page as well.
        for _ in range(4):
            call = await client.get("/api/v1/categories", headers={"Origin": origin})
            assert call.headers.get("access-control-allow-origin") == reported
        assert call.status_code == 429
    assert "origin" in call.headers["vary"].lower() or reported == "*"
    assert "access-control-allow-credentials" not in call.headers
