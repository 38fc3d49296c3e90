"""Databases for tests: copies, and shared ones that are emptied after each test."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import tortoise.context
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext
from tortoise.models import MetaInfo, Model

import database
import models

_MODELS: tuple[type[Model], ...] = tuple(getattr(models, name) for name in models.__all__)

_REMEMBER = """
CREATE SCHEMA remembered;
CREATE TABLE remembered.sequences AS SELECT sequencename::text AS name, last_value
    FROM pg_sequences WHERE schemaname = 'public';
DO $$ DECLARE name text; BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
    LOOP EXECUTE format('CREATE TABLE remembered.%I AS SELECT * FROM public.%I', name, name); END LOOP;
END $$;
"""
_DEFINE_SWEEP = """
SET session_replication_role = replica;
SET lock_timeout = '5s';
DO $do$ DECLARE name text; columns text; body text := ''; BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
    LOOP
        body := body || format('DELETE FROM public.%I; ', name);
        IF to_regclass(format('remembered.%I', name)) IS NOT NULL THEN
            SELECT string_agg(quote_ident(column_name), ', ') INTO columns FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = name AND is_generated = 'NEVER';
            body := body || format(
                'INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM remembered.%I; ',
                name, columns, columns, name
            );
        END IF;
    END LOOP;
    IF to_regclass('remembered.sequences') IS NOT NULL THEN
        body := body || 'PERFORM setval(format(''public.%I'', s.name), coalesce(s.last_value, 1),
            s.last_value IS NOT NULL) FROM remembered.sequences s; ';
    END IF;
    EXECUTE format(
        'CREATE FUNCTION pg_temp.sweep() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || body || 'END'
    );
END $do$;
"""
"""Makes a function that empties every table, or restores what `_REMEMBER` found in it: its statements are
planned once a session, which takes longer than running them. As a replica, the session checks no foreign
keys, so the order of tables does not matter, and fires no triggers, so append-only tables are emptied too."""
_SWEEP = "SELECT pg_temp.sweep()"
_LAST_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
"""Differs after any transaction has written."""


class ReusedConnection:
    """Tortoise connected to one database for as long as the process lives, current while a test uses it.

    `Tortoise.init` takes longer than most tests. A test that connects to another database meanwhile closes
    this connection, as it would any other; the next test opens it again.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: AbstractAsyncContextManager[None] | None = None
        self._context: TortoiseContext | None = None
        self._metadata: list[dict[str, Any]] = []

    @asynccontextmanager
    async def current(self) -> AsyncIterator[None]:
        """Make it the process's connection, as `database.open_connections` does."""
        if self._is_open():
            self._resume()
        else:
            await self._open()
        try:
            yield
        finally:
            await cancel_leftover_tasks()
            if self._is_open() and not self._is_idle():
                await self.close()
            tortoise.context._current_context.set(None)
            if tortoise.context._global_context is self._context:
                tortoise.context._global_context = None

    async def close(self) -> None:
        if self._opened is not None and self._is_open():
            tortoise.context._current_context.set(self._context)
            await self._opened.__aexit__(None, None, None)

    async def _open(self) -> None:
        if self._opened is not None:
            # A test closed its connections. Left to the garbage collector, it would close its successor's.
            await self._opened.__aexit__(None, None, None)
        self._opened = database.open_connections(self.url)
        await self._opened.__aenter__()
        self._context = tortoise.context.require_context()
        self._metadata = [_dialect_metadata(model) for model in _MODELS]

    def _resume(self) -> None:
        assert self._context is not None
        tortoise.context._current_context.set(self._context)
        tortoise.context._global_context = self._context
        for model, metadata in zip(_MODELS, self._metadata, strict=True):
            for name, value in metadata.items():
                setattr(model._meta, name, value)

    def _is_open(self) -> bool:
        # Closing removes a context's connections; later callers get an empty set.
        connections = self._context._connections if self._context else None
        return connections is not None and connections._db_config is not None

    def _is_idle(self) -> bool:
        """Whether nothing is left of the last test: no open transaction, no connection in use."""
        assert self._context is not None
        client = self._context.db()
        if isinstance(client, SqliteClient):
            connection = client._connection
            return connection is None or not (connection.in_transaction or client._lock.locked())
        assert isinstance(client, AsyncpgDBClient)
        pool = client._pool
        return pool is None or pool.idle == pool.size


async def cancel_leftover_tasks() -> None:
    """Cancel what a test has left running, as closing its event loop would."""
    leftover = asyncio.all_tasks() - {asyncio.current_task()}
    for task in leftover:
        task.cancel()
    await asyncio.gather(*leftover, return_exceptions=True)


def _dialect_metadata(model: type[Model]) -> dict[str, Any]:
    """What `Tortoise.init` writes into a model for one dialect."""
    names = ("default_connection", "basequery", "basequery_all_fields", "filters")
    return {name: getattr(model._meta, name) for name in names}


class SharedDatabase(Protocol):
    """A migrated database that tests use in turn; `sweep` removes what the last one wrote."""

    url: str

    def sweep(self) -> None: ...

    def close(self) -> None: ...


class SharedPostgres:
    """Swept by one connection in an event loop of its own, so that synchronous tests can use it too."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.new_event_loop()
        self._session: asyncpg.Connection | None = None
        self._clean_version: str | None = None

    def remember_rows(self) -> None:
        """Have `sweep` restore the rows of now, instead of emptying all tables."""
        self._loop.run_until_complete(execute_as_administrator(self.url, _REMEMBER))

    def sweep(self) -> None:
        self._loop.run_until_complete(self._sweep())

    def close(self) -> None:
        if self._session is not None:
            self._loop.run_until_complete(self._session.close())
        self._loop.close()

    async def _sweep(self) -> None:
        if self._session is not None:
            try:
                await self._sweep_by(self._session)
                return
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError):
                # Some tests terminate all connections.
                self._session.terminate()
        self._session = await asyncpg.connect(_libpq_url(self.url))
        await self._session.execute(_DEFINE_SWEEP)
        await self._sweep_by(self._session)

    async def _sweep_by(self, session: asyncpg.Connection) -> None:
        if await session.fetchval(_LAST_TRANSACTION) != self._clean_version:
            await session.execute(_SWEEP)
            self._clean_version = await session.fetchval(_LAST_TRANSACTION)


class SharedSqlite:
    """A file that is overwritten with its template when a test has changed it."""

    def __init__(self, template: str, folder: Path) -> None:
        self.url = copy_sqlite(template, folder)
        # Not by deleting rows: triggers of append-only tables would have to be dropped and created again.
        self._template = sqlite3.connect(template.removeprefix("sqlite://"))
        self._session = sqlite3.connect(self.url.removeprefix("sqlite://"), isolation_level=None)
        self._clean_version = self._version()

    def sweep(self) -> None:
        if self._version() != self._clean_version:
            self._template.backup(self._session)
            self._clean_version = self._version()

    def close(self) -> None:
        self._template.close()
        self._session.close()

    def _version(self) -> int:
        """A number that changes after another connection has written."""
        return int(self._session.execute("PRAGMA data_version").fetchone()[0])


def database_url_on(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


async def execute_as_administrator(server: str, statement: str) -> None:
    session = await asyncpg.connect(_libpq_url(server))
    try:
        await session.execute(statement)
    finally:
        await session.close()


def copy_sqlite(template: str, tmp_path: Path) -> str:
    copy = tmp_path / "test.sqlite3"
    shutil.copy(template.removeprefix("sqlite://"), copy)
    return f"sqlite://{copy}"


def _libpq_url(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


_filters_of: dict[tuple[MetaInfo, type], dict[str, Any]] = {}
_METADATA = frozenset(model._meta for model in _MODELS)
_generate_filters = MetaInfo._generate_filters


def _generate_filters_once(meta: MetaInfo) -> None:
    """Generate a model's filters once per dialect: Tortoise does so at each connection, for milliseconds.

    Only for the shop's own models: a cache would keep the classes that migrations make at each run alive.
    """
    if meta not in _METADATA:
        _generate_filters(meta)
        return
    key = meta, meta.db.executor_class
    if key not in _filters_of:
        meta.filters = {}
        _generate_filters(meta)
        _filters_of[key] = meta.filters
    meta.filters = _filters_of[key]


MetaInfo._generate_filters = _generate_filters_once  # type: ignore[assignment]
