"""No secret is in any response, error or log line: all APIs are called with canaries planted."""

import base64
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

import database
from app.application import build_application
from app.bootstrap import build_app_context
from config.settings import Settings
from models import Provider, User
from observability import logging as product_logging
from reseller_api.actions import ACTIONS
from resolvers import api_keys
from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from schema.node import to_global_id
from tests.fixtures import create_authorization
from tests.object_level_authorization.record_owner import Owner, create_owner
from tests.schema.roots import ROOT_FIELDS
from tests.secret_leaks.full_selections import full_documents
from tests.secret_leaks.planted_secrets import (
    NAMED_LIKE_A_SECRET,
    NOT_SECRET,
    SECRET_COLUMNS,
    build_settings_with_canaries,
    list_columns,
    list_secret_settings,
    list_secrets_of_settings,
    list_stored_secrets,
    plant,
)
from worker.jobs import JOBS, PROVIDER_JOBS

PAGES = ("/", "/healthz", "/.well-known/jwks.json", "/graphql", "/graphql?query={me{id}}", "/api", "/nowhere")
PARAMETERS = {
    "username": "09351112233",
    "code": "000000",
    "subject": "s",
    "description": "d",
    "message": "m",
    "amount": "5000",
    "link": "https://example.com/p/1",
    "quantity": "10",
    "Authority": "A1",
    "Status": "OK",
}
SILENCED_LOGGERS = ("aiosqlite", "tortoise", "tortoise.db_client")
NO_SECRET_SETTINGS = {
    "jwt_key_files",
    "token_lifetime",
    "graphql_max_tokens",
    *(f"login_code_{name}" for name in ("lifetime", "tries", "total_tries", "interval")),
    "quota_password_hashes",
    *(f"login_codes_{name}" for name in ("per_hour", "per_day", "per_address", "daily_budget")),
}
_GLOBAL_ID = re.compile(r'"([A-Za-z0-9+/]{6,}={0,2})"')
LINK = {"link": "https://example.com/p/1", "quantity": "10"}


class Crawler:
    """Calls every API and keeps all responses."""

    def __init__(self, app: AppContext, client: httpx.AsyncClient, owner: Owner) -> None:
        self._app = app
        self._client = client
        self._owner = owner
        self.heard: list[str] = []
        self.statuses: set[int] = set()

    async def crawl(self, key: str) -> None:
        """Every page, route, root field and action; `key` is the owner's API key."""
        for page in PAGES:
            await self._connect_websocket("GET", page, headers={"Accept": "text/html"})
        # Before GraphQL, which rotates the key.
        for action in ACTIONS:
            for number in (self._owner.keys["Order"], self._owner.keys["Delivered"], 0):
                records = {"order": str(number), "refill": str(self._owner.keys["Refill"])}
                form = {"key": key, "action": action, "service": "1", **records, **LINK}
                await self._connect_websocket("POST", "/api/v2", data=form)
        for line in LEGACY_ROUTES:
            await self._request_route(line.method, line.path)
        for name in ROOT_FIELDS:
            for document in full_documents(name):
                await self._query_graphql(_GLOBAL_ID.sub(self._own_id, document))
        await self._query_graphql("{ __schema { types { name } } }")
        await self._connect_websocket("POST", "/api/v2", data={"key": "canary-unknown", "action": "balance"})

    async def _request_route(self, method: str, path: str) -> None:
        kind = "Ticket" if "tickets" in path else "Order"
        address = f"/api{path}".replace("{id}", str(self._owner.keys[kind]))
        keys = self._owner.keys
        ids = {"service_id": keys["Service"], "category_id": keys["Category"], "gift_id": keys["Gift"]}
        fields = {**PARAMETERS, **ids}
        headers = await create_authorization(self._app, self._owner.user)
        await self._connect_websocket(method, address, headers=headers, params=fields)
        await self._connect_websocket(method, address, params=fields)
        await self._connect_websocket(method, address, headers=headers, content=b"{")

    def _own_id(self, found: re.Match[str]) -> str:
        """The id of the owner's record of the same type as the example's id."""
        kind = base64.b64decode(f"{found[1]}==").decode("latin-1").partition(":")[0]
        return f'"{to_global_id(kind, self._owner.keys[kind])}"' if kind in self._owner.keys else found[0]

    async def _query_graphql(self, document: str) -> None:
        # Signed in anew for each: one of them signs out.
        headers = await create_authorization(self._app, self._owner.user)
        await self._connect_websocket("POST", "/graphql", headers=headers, json={"query": document})
        await self._connect_websocket("POST", "/graphql", json={"query": document})

    async def _connect_websocket(self, method: str, address: str, **request: object) -> None:
        answer = await self._client.request(method, address, **request)  # type: ignore[arg-type]
        self.heard.append(f"{method} {address}\n{answer.headers}\n{answer.text}")
        self.statuses.add(answer.status_code)


@contextmanager
def logged_as_debug(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log as much as LOG_LEVEL=DEBUG does."""
    levels = {name: logging.getLogger(name).level for name in SILENCED_LOGGERS}
    product_logging.configure("DEBUG")
    try:
        with caplog.at_level(logging.DEBUG):
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest_asyncio.fixture
async def app(own_database_url: str, tmp_path: Path) -> AsyncIterator[AppContext]:
    """The application as built from settings, with real gateways whose services are unreachable."""
    async with database.open_connections(own_database_url):
        yield build_app_context(build_settings_with_canaries(own_database_url, tmp_path))


async def run_jobs(app: AppContext) -> None:
    """Every job of the worker, once."""
    for job in JOBS:
        await job.operation(app)
    for job_of_one in PROVIDER_JOBS:
        for provider in await Provider.all():
            await job_of_one.operation(app, provider)


async def break_the_database() -> None:
    """From here on, whatever reads an order, a ticket or the catalogue fails."""
    for table in ("orders", "tickets", "categories", "notifications"):
        await database.fetch(f"ALTER TABLE {table} RENAME TO {table}_elsewhere")


def test_every_column_that_is_named_like_a_secret_is_listed() -> None:
    known = set(list_columns())
    assert {column for column in known if NAMED_LIKE_A_SECRET.search(column.partition(".")[2])} <= (
        SECRET_COLUMNS | NOT_SECRET.keys()
    )
    assert SECRET_COLUMNS | NOT_SECRET.keys() <= known


def test_every_setting_that_is_named_like_a_secret_is_hidden() -> None:
    named = {name for name in Settings.model_fields if NAMED_LIKE_A_SECRET.search(name)}
    assert named - NO_SECRET_SETTINGS <= set(list_secret_settings())


@pytest.mark.slow
async def test_no_secret_is_in_a_response_an_error_or_the_log(
    app: AppContext, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await create_owner()
    key = await api_keys.rotate_api_key(owner.user)
    await plant(await User.exclude(id=owner.user.id))
    transport = httpx.ASGITransport(build_application(app), raise_app_exceptions=False)
    with logged_as_debug(caplog):
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            walker = Crawler(app, client, owner)
            await walker.crawl(key)
            await app.sms.drain(app.settings.gateway_total_timeout)
            await run_jobs(app)
            secrets = await list_stored_secrets() | list_secrets_of_settings(app.settings)
            assert "Traceback" not in caplog.text
            await break_the_database()
            await walker.crawl(key)
    assert {200, 401, 404} <= walker.statuses
    assert "Traceback" in caplog.text
    assert len([secret for secret in secrets if secret.startswith("canary-")]) > len(list_secret_settings())
    reported = [(secret, text[:80]) for secret in secrets for text in walker.heard if secret in text]
    assert reported == []
    logged = caplog.text
    assert [secret for secret in {*secrets, key} if secret in logged] == []
