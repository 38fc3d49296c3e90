"""No body, content type or length makes any address respond with 5xx."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import httpx
import pytest
from starlette.routing import Mount, Route

from app.application import build_application
from domain.money import Toman
from gateways.sandbox.payments import SandboxPayments
from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from tests.fakes import create_user
from tests.fixtures import create_authorization, create_client

BODIES = (
    b"",
    b"null",
    b"7",
    b"9" * 5_000,
    b'"text"',
    b"[]",
    b"[[]]",
    b"{",
    b"[" * 100_000,
    b'{"a":' * 30_000,
    b"\xff\xfe\x00",
    b'{"key": "\\u0000\\ud800", "query": "\\ud800", "decision": "\\u0000", "username": "\\u0000"}',
    b'{"query": 1, "variables": [], "action": {}, "decision": []}',
    b"key=%ff%00&action=%00&decision=%ff&username=%ff",
    b"&".join(b"a=b" for _ in range(300)),
    b'--x\r\nContent-Disposition: form-data; name="decision"\r\n'
    b"Content-Type: text/plain; charset=no\r\n\r\n\xff\r\n--x--",
    b"--x\r\nContent-Disposition: form-data\r\n\r\n",
    b"--x\r\nContent-Disposition",
)
TYPES = (
    "",
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=x; charset=no-such-codec",
    "text/plain; charset=\xff",
)


def list_urls(app: AppContext, authority: str) -> list[str]:
    """Every path of the application, with values for its parameters."""
    found = []
    for route in build_application(app).routes:
        if isinstance(route, Route):
            found.append(route.path)
        elif isinstance(route, Mount) and route.path != "/api":
            found.append(f"{route.path}/index.html")
    found += [f"/api{line.path}" for line in LEGACY_ROUTES if (line.method, line.path) not in DOCUMENTED_500]
    filled = {"{authority}": authority, "{number:int}": "4", "{id}": "1", "{rest:path}": "login"}
    for name, value in filled.items():
        found = [path.replace(name, value) for path in found]
    assert not [path for path in found if "{" in path]
    return sorted(set(found))


DOCUMENTED_500 = {("GET", "/v1/user/payment/test"), ("GET", "/v1/user/payment/verify")}
"""The reference has these answer 500 to whatever is no payer's return."""


# Thousands of requests, on the stricter of the two databases.
@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_no_body_of_any_type_makes_any_address_answer_5xx(app: AppContext, tmp_path: Path) -> None:
    sandbox = SandboxPayments(tmp_path / "sandbox.sqlite3", public_url="http://localhost:8000")
    page = await sandbox.open(
        payment_id=1, amount=Toman(1_000), callback_url="http://localhost:8000/", description="", mobile=None
    )
    app = replace(app, payments={sandbox.name: sandbox})
    paths = list_urls(app, page.authority)
    assert {"/graphql", "/api/v2", "/healthz", "/api/v1/order"} <= set(paths)
    token = await create_authorization(app, await create_user())
    failed = []
    async with create_client(app) as client:
        for path, (number, body) in product(paths, enumerate(BODIES)):
            # Each body as what it is, and, by turns, as what it is not.
            for media_type in {TYPES[number % len(TYPES)], "application/json", TYPES[3], TYPES[5]}:
                headers = {**token, "Content-Type": media_type.encode("latin-1")}
                answer = await client.post(path, content=body, headers=headers)  # type: ignore[arg-type]
                if answer.status_code >= 500:
                    failed.append((path, body[:80], media_type, answer.status_code))
    assert failed == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_malformed_length_is_not_an_internal_error(client: httpx.AsyncClient) -> None:
    for length in ("-1", "²", "9" * 5_000, "1e3", ""):
        answer = await client.post(
            "/api/v1/login", content=b"", headers=[(b"Content-Length", length.encode())]
        )
        assert answer.status_code in (200, 413)
