"""Fixtures: fresh databases of both kinds, the shop, its application, and a server that really runs."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings

import database
from app.application import build_application
from cli import serve
from config.settings import Settings
from models import User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.database_templates import (
    MEMORY,
    Templates,
    copy_migrated_sqlite,
    migrate_together,
    running_postgres,
)
from tests.databases import (
    ReusedConnection,
    SharedDatabase,
    SharedPostgres,
    SharedSqlite,
    cancel_leftover_tasks,
    copy_sqlite,
    database_url_on,
    execute_as_administrator,
)
from tests.fakes import RecordingSms, build_app, lift_quotas
from tests.live_servers import LiveServer
from tests.network_guard import closed_to_the_outside
from tests.search_depth import DEPTH

if TYPE_CHECKING:
    from selenium import webdriver

if MEMORY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)

KINDS = ("sqlite", "postgres")

# A slow machine must not fail a property test.
hypothesis_settings.register_profile("vitrin", deadline=None, max_examples=25 * DEPTH)
hypothesis_settings.load_profile("vitrin")


@pytest.fixture(autouse=True)
def _lifted_quotas() -> None:
    """No test is limited by the quotas of an application that another test built in this process."""
    lift_quotas()


@pytest.fixture(scope="session")
def migrated_together() -> None:
    migrate_together()


@pytest.fixture(scope="session")
def sqlite_templates(migrated_together: None, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("sqlite")
    copy_migrated_sqlite(folder / "empty.sqlite3")

    def copied() -> str:
        shutil.copy(folder / "empty.sqlite3", folder / "demo.sqlite3")
        return f"sqlite://{folder}/demo.sqlite3"

    return Templates(f"sqlite://{folder}/empty.sqlite3", copied)


@pytest.fixture(scope="session")
def postgres(migrated_together: None) -> Iterator[tuple[str, str]]:
    """URLs of a server's maintenance database and of an empty one: TEST_DATABASE_URL, or one started here."""
    if not (server := os.environ.get("TEST_DATABASE_URL")):
        with running_postgres() as urls:
            yield urls
        return
    name = f"vitrin_empty_{uuid.uuid4().hex[:8]}"
    empty = database_url_on(server, name)
    asyncio.run(execute_as_administrator(server, f"CREATE DATABASE {name}"))
    asyncio.run(database.migrate(empty))
    yield server, empty
    asyncio.run(execute_as_administrator(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres_server(postgres: tuple[str, str]) -> str:
    """URL of the server's maintenance database."""
    return postgres[0]


@pytest.fixture(scope="session")
def postgres_templates(postgres: tuple[str, str]) -> Iterator[Templates]:
    server, empty = postgres
    name = f"vitrin_demo_{uuid.uuid4().hex[:8]}"

    def copied() -> str:
        asyncio.run(
            execute_as_administrator(server, f"CREATE DATABASE {name} TEMPLATE {urlsplit(empty).path[1:]}")
        )
        return database_url_on(server, name)

    yield Templates(empty, copied)
    asyncio.run(execute_as_administrator(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def _shared_postgres(server: str, template: str) -> Iterator[SharedPostgres]:
    name = f"vitrin_shared_{uuid.uuid4().hex[:8]}"
    source = urlsplit(template).path[1:]
    asyncio.run(
        execute_as_administrator(server, f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
    )
    shared = SharedPostgres(database_url_on(server, name))
    yield shared
    shared.close()
    asyncio.run(execute_as_administrator(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, postgres_templates: Templates) -> Iterator[SharedPostgres]:
    """A migrated database that tests use in turn: copying one takes twenty times as long as emptying it."""
    with _shared_postgres(postgres_server, postgres_templates.empty) as shared:
        yield shared


@pytest.fixture(scope="session")
def shared_postgres_demo(postgres_server: str, postgres_templates: Templates) -> Iterator[SharedPostgres]:
    """The same with the demo."""
    with _shared_postgres(postgres_server, postgres_templates.demo) as shared:
        shared.remember_rows()
        yield shared


@pytest.fixture(scope="session")
def shared_sqlite(
    sqlite_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedSqlite]:
    """A migrated file that tests use in turn."""
    shared = SharedSqlite(sqlite_templates.empty, tmp_path_factory.mktemp("shared"))
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def shared_sqlite_demo(
    sqlite_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedSqlite]:
    """The same with the demo."""
    shared = SharedSqlite(sqlite_templates.demo, tmp_path_factory.mktemp("shared"))
    yield shared
    shared.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on PostgreSQL, or on SQLite as well where it says `both_databases`, or with `-m matrix`."""
    if "database_kind" not in metafunc.fixturenames or _names_its_database(metafunc):
        return
    if _is_matrix(metafunc.config):
        metafunc.parametrize(
            "database_kind", [pytest.param(kind, marks=pytest.mark.matrix) for kind in KINDS], indirect=True
        )
    elif metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_kind", KINDS, indirect=True)


def _names_its_database(metafunc: pytest.Metafunc) -> bool:
    marks = metafunc.definition.iter_markers("parametrize")
    return any(str(mark.args[0]).endswith("database_url") for mark in marks)


def _is_matrix(config: pytest.Config) -> bool:
    return "matrix" in str(config.option.markexpr).split()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgres`."""
    return str(getattr(request, "param", "postgres"))


# The fixtures of databases are not async: the templates' own `asyncio.run` must find no loop running.
@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> Iterator[str]:
    """A migrated, empty database. Tests may write rows, but not change tables."""
    kind = getattr(request, "param", database_kind)
    shared: SharedDatabase = request.getfixturevalue(f"shared_{kind}")
    yield shared.url
    shared.sweep()


@contextmanager
def copied_database(request: pytest.FixtureRequest, kind: str, template: str, folder: Path) -> Iterator[str]:
    """A copy of the template `empty` or `demo`, in the database `kind`: `sqlite` or `postgres`."""
    if kind == "sqlite":
        yield copy_sqlite(getattr(request.getfixturevalue("sqlite_templates"), template), folder)
        return
    server: str = request.getfixturevalue("postgres_server")
    source = urlsplit(getattr(request.getfixturevalue("postgres_templates"), template)).path[1:]
    name = f"vitrin_test_{uuid.uuid4().hex[:12]}"
    copy = f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY"
    asyncio.run(execute_as_administrator(server, copy))
    yield database_url_on(server, name)
    asyncio.run(execute_as_administrator(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def own_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Like `database_url`, for tests that change tables."""
    kind = getattr(request, "param", database_kind)
    with copied_database(request, kind, "empty", tmp_path) as url:
        yield url


@pytest.fixture
def demo_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database with the demo."""
    kind = getattr(request, "param", database_kind)
    with copied_database(request, kind, "demo", tmp_path) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def reused_connections() -> AsyncIterator[dict[str, ReusedConnection]]:
    """This process's connections to the shared databases, by URL."""
    kept: dict[str, ReusedConnection] = {}
    yield kept
    for connection in kept.values():
        await connection.close()


@pytest_asyncio.fixture
async def db(database_url: str, reused_connections: dict[str, ReusedConnection]) -> AsyncIterator[str]:
    """Connected to an empty database; yields its URL."""
    kept = reused_connections.setdefault(database_url, ReusedConnection(database_url))
    async with kept.current():
        yield database_url


@pytest.fixture
def shared_demo_url(request: pytest.FixtureRequest, database_kind: str) -> Iterator[str]:
    """A database with the demo, restored when a test has written."""
    shared: SharedDatabase = request.getfixturevalue(f"shared_{database_kind}_demo")
    yield shared.url
    shared.sweep()


@pytest_asyncio.fixture
async def demo_db(
    shared_demo_url: str, reused_connections: dict[str, ReusedConnection]
) -> AsyncIterator[str]:
    """Connected to a database with the demo; yields its URL."""
    kept = reused_connections.setdefault(shared_demo_url, ReusedConnection(shared_demo_url))
    async with kept.current():
        yield shared_demo_url


@pytest.fixture(scope="session", autouse=True)
def no_outside_connections() -> Iterator[None]:
    with closed_to_the_outside():
        yield


@pytest_asyncio.fixture(scope="session")
async def session_loop() -> asyncio.AbstractEventLoop:
    """The event loop of all tests."""
    return asyncio.get_running_loop()


@pytest.fixture(autouse=True)
def no_leftover_tasks(session_loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Tests share an event loop, but not the tasks in it."""
    yield
    if asyncio.all_tasks(session_loop):
        session_loop.run_until_complete(cancel_leftover_tasks())


@pytest.fixture
def sms() -> RecordingSms:
    return RecordingSms()


@cache
def _defaults() -> Settings:
    return Settings()


def build_settings(url: str, **others: object) -> Settings:
    """The defaults over a database, without reading and checking them anew for every test."""
    return _defaults().model_copy(update={"database_url": url, **others})


@pytest.fixture
def app(db: str, sms: RecordingSms) -> AppContext:
    """A shop over an empty database."""
    return build_app(build_settings(db, rate_limit="1000000/minute"), sms)


@pytest.fixture
def demo_app(demo_db: str, sms: RecordingSms) -> AppContext:
    """A shop over the demo."""
    return build_app(build_settings(demo_db, rate_limit="1000000/minute"), sms)


def create_client(app: AppContext) -> httpx.AsyncClient:
    """A client of the shop's whole application, in this process."""
    transport = httpx.ASGITransport(build_application(app), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


@pytest_asyncio.fixture
async def client(app: AppContext) -> AsyncIterator[httpx.AsyncClient]:
    async with create_client(app) as client:
        yield client


@pytest_asyncio.fixture
async def demo_client(demo_app: AppContext) -> AsyncIterator[httpx.AsyncClient]:
    async with create_client(demo_app) as client:
        yield client


async def create_authorization(app: AppContext, user: User) -> dict[str, str]:
    """The header that signs `user` in."""
    token, _ = await sessions.issue_token(app, user, now=await database.now())
    return {"Authorization": f"Bearer {token}"}


async def create_staff_authorization(app: AppContext, user: User) -> dict[str, str]:
    """The authorization header of a new staff session of `user`."""
    token, _ = await sessions.issue_staff_session(app, user, now=await database.now())
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
    return live_server.run("token", serve.DEMO_MOBILE)


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["webdriver.Chrome"]:
    """Chromium for one test."""
    # Selenium takes long to import, and few tests need it.
    from tests import browsers

    with browsers.chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver
