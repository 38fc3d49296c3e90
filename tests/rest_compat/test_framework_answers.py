"""The responses of the reference's framework outside the shop's routes."""

from dataclasses import replace

import httpx
import pytest

from config.settings import Settings
from models import User
from resolvers import tickets
from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from tests.fakes import create_user
from tests.fixtures import create_authorization, create_client
from tests.subtest_cases import for_each

SIGNED_IN_ROUTES = [(line.method, line.path) for line in LEGACY_ROUTES if line.needs_token]


@for_each(("method", "path"), SIGNED_IN_ROUTES)
@for_each("header", [None, "Bearer", "Bearer x.y.z", "Basic YTpi", "bearer ", f"Bearer {'a' * 5000}"])
async def test_a_route_that_needs_a_token_refuses_without_a_valid_one(
    method: str, path: str, header: str | None, client: httpx.AsyncClient
) -> None:
    headers = {"Authorization": header} if header else {}
    response = await client.request(method, f"/api{path.replace('{id}', '1')}", headers=headers)
    assert (response.status_code, response.json()) == (401, {"message": "Unauthenticated."})


@for_each("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/user", "/api/v1/user/x/y"])
async def test_an_unknown_route_answers_404_with_an_empty_message(
    path: str, client: httpx.AsyncClient
) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()) == (404, {"message": ""})


async def test_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    response = await client.put("/api/v1/user")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert response.json() == {
        "message": "The PUT method is not supported for this route. Supported methods: GET, HEAD, POST."
    }


async def test_a_post_with_a_method_override_is_refused(
    client: httpx.AsyncClient, app: AppContext, subtests: pytest.Subtests
) -> None:
    token = await create_authorization(app, await create_user())
    for name, sent in {
        "header": {"headers": {**token, "X-HTTP-Method-Override": "put"}},
        "form": {"headers": token, "data": {"_method": "PUT"}},
        "JSON": {"headers": token, "json": {"_method": "PUT"}},
        "query string": {"headers": token, "params": {"_method": "PUT"}},
    }.items():
        with subtests.test(name):
            response = await client.post("/api/v1/user", **sent)  # type: ignore[arg-type] # httpx's own names
            assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
            assert response.json()["message"].startswith("The PUT method is not supported")


async def test_head_answers_where_get_does_without_a_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/api/v1/categories")
    assert (response.status_code, response.content) == (200, b"")


async def test_every_response_reports_the_rate_limit_and_the_last_one_refuses(
    db: str, app: AppContext
) -> None:
    limited = replace(app, settings=Settings(database_url=db, rate_limit="3/minute"))
    async with create_client(limited) as client:
        answers = [await client.get("/api/v1/nothing") for _ in range(4)]
        signed_in = await client.get(
            "/api/v1/user", headers=await create_authorization(app, await create_user())
        )
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"3"}
    refusal = answers[-1]
    assert refusal.json() == {"message": "Too Many Attempts."}
    assert 1 <= int(refusal.headers["retry-after"]) <= 60
    assert signed_in.status_code == 200


async def test_a_crash_answers_server_error_and_reveals_nothing(
    client: httpx.AsyncClient, app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(user: User) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr(tickets, "list_tickets", crash)
    response = await client.get(
        "/api/v1/user/tickets", headers=await create_authorization(app, await create_user())
    )
    assert (response.status_code, response.json()) == (500, {"message": "Server Error"})


async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/login", content=b"x" * 300_000)
    assert (response.status_code, response.json()) == (413, {"message": "Content Too Large"})
    assert "x-ratelimit-remaining" in response.headers


async def test_a_blocked_user_s_token_no_longer_counts(client: httpx.AsyncClient, app: AppContext) -> None:
    user = await create_user()
    headers = await create_authorization(app, user)
    await User.filter(id=user.id).update(is_active=False)
    assert (await client.get("/api/v1/user", headers=headers)).status_code == 401
