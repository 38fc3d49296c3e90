"""What every HTTP API has: public keys, health checks, and a response while the database is away."""

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tortoise.exceptions import DBConnectionError

from models import User
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization


async def test_the_published_keys_verify_the_shop_s_tokens_and_hold_nothing_private(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    published = (await client.get("/.well-known/jwks.json")).json()
    user = await create_user()
    token = (await create_authorization(app, user))["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"]).claims
    assert claims["sub"] == str(user.id)
    assert [sorted(key) for key in published["keys"]] == [["alg", "e", "kid", "kty", "n", "use"]]


async def test_health_is_ok_while_the_database_answers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/user"),
        ("GET", "/api/v1/order"),
        ("HEAD", "/api/v1/logout"),
        ("POST", "/graphql"),
    ],
)
@pytest.mark.parametrize("is_recent", [True, False])
async def test_a_database_lost_while_signing_in_is_answered_503(
    is_recent: bool,
    method: str,
    path: str,
    client: httpx.AsyncClient,
    app: AppContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = await create_authorization(app, await create_user())
    if is_recent:
        assert (await client.get("/api/v1/user", headers=headers)).status_code == 200

    async def away(*_: object) -> User:
        raise DBConnectionError("gone")

    monkeypatch.setattr("resolvers.sessions.load_session", away)
    answer = await client.request(method, path, headers=headers, json={"query": "{ __typename }"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.content == (b"" if method == "HEAD" else b'{"message":"Service Unavailable"}')
