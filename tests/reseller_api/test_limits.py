"""How often a reseller may ask: first by address, then by user, and apart from the legacy app's limit."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from config.settings import Settings
from resolvers import api_keys
from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fixtures import create_client
from tests.reseller_api.reseller_client import URL, Reseller

TOO_MANY = {"error": "Too many requests"}
LimitedShop = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def limited(db: str, app: AppContext) -> LimitedShop:
    """A client of the shop with these limits."""

    @asynccontextmanager
    async def open_client(**limits: str) -> AsyncIterator[httpx.AsyncClient]:
        settings = Settings(database_url=db, **limits)  # type: ignore[arg-type]  # texts, as from the environment
        async with create_client(replace(app, settings=settings)) as client:
            yield client

    return open_client


async def balance(client: httpx.AsyncClient, key: str) -> httpx.Response:
    return await client.post(URL, data={"key": key, "action": "balance"})


async def test_a_user_s_requests_are_counted_whatever_the_key(limited: LimitedShop) -> None:
    async with limited(reseller_rate_limit="3/minute") as client:
        reseller, other = [await Reseller.with_wallet(client, balance=7) for _ in range(2)]
        answers = [await balance(client, reseller.key) for _ in range(4)]
        rotated = await balance(client, await api_keys.rotate_api_key(reseller.user))
        another = await balance(client, other.key)
    assert [answer.json().get("balance") for answer in answers] == ["7", "7", "7", None]
    assert (answers[3].status_code, answers[3].json()) == (200, TOO_MANY)
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert rotated.json() == TOO_MANY
    assert another.json()["balance"] == "7"


async def test_an_address_is_counted_before_its_keys_are_looked_up(limited: LimitedShop) -> None:
    async with limited(reseller_address_rate_limit="3/minute") as client:
        reseller = await Reseller.with_wallet(client, balance=7)
        guesses = [await balance(client, f"vt_{guess}") for guess in range(3)]
        with record_statements() as statements:
            refused = await balance(client, reseller.key)
    assert [guess.json() for guess in guesses] == [{"error": "Invalid API key"}] * 3
    assert (refused.status_code, refused.json()) == (200, TOO_MANY)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert statements == []


async def test_resellers_and_the_legacy_app_are_counted_apart(limited: LimitedShop) -> None:
    async with limited(rate_limit="2/minute") as client:
        reseller = await Reseller.with_wallet(client, balance=7)
        for path in (URL, f"{URL}/"):
            for _ in range(3):
                answer = await client.post(path, data={"key": reseller.key, "action": "balance"})
                assert answer.json()["balance"] == "7"
                assert "x-ratelimit-remaining" not in answer.headers
        legacy = [(await client.get("/api/v1/categories")).status_code for _ in range(3)]
        lookalike = await client.get("/api/v2x")
    assert legacy == [200, 200, 429]
    assert lookalike.status_code == 429
