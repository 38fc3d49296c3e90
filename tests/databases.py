"""Databases for tests: templates, copies of them, and one that is emptied again and again."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from tortoise.models import MetaInfo

_SWEEP = """
SET session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$;
"""
"""Empties every table; the role leaves foreign keys unchecked, so that their order does not matter."""


@dataclass(frozen=True)
class Templates:
    """Databases that tests copy: migrated and empty, and with the demo."""

    empty: str
    demo: str


class Sweeper:
    """Empties a database time and again, by one connection in an event loop of its own: tests have theirs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.new_event_loop()
        self._session: asyncpg.Connection | None = None

    def sweep(self) -> None:
        self._loop.run_until_complete(self._sweep())

    def close(self) -> None:
        if self._session is not None:
            self._loop.run_until_complete(self._session.close())
        self._loop.close()

    async def _sweep(self) -> None:
        if self._session is not None:
            try:
                await self._session.execute(_SWEEP)
                return
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError):
                # Some tests cut whatever is connected.
                self._session.terminate()
        self._session = await asyncpg.connect(_libpq_url(self.url))
        await self._session.execute(_SWEEP)


def database_of(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


async def administer(server: str, statement: str) -> None:
    session = await asyncpg.connect(_libpq_url(server))
    try:
        await session.execute(statement)
    finally:
        await session.close()


def sqlite_copy(template: str, tmp_path: Path) -> str:
    copy = tmp_path / "test.sqlite3"
    shutil.copy(template.removeprefix("sqlite://"), copy)
    return f"sqlite://{copy}"


def _libpq_url(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


_filters_of: dict[tuple[MetaInfo, type], dict[str, Any]] = {}
_generate_filters = MetaInfo._generate_filters


def _filters_once(meta: MetaInfo) -> None:
    """Tortoise works out the same filters at every connection, which took a fifth of a small test's time."""
    key = meta, meta.db.executor_class
    if key not in _filters_of:
        meta.filters = {}
        _generate_filters(meta)
        _filters_of[key] = meta.filters
    meta.filters = _filters_of[key]


MetaInfo._generate_filters = _filters_once  # type: ignore[assignment]
