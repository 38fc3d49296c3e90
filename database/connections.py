"""Connections, transactions, the database's clock and migrations, alike on SQLite and PostgreSQL."""

import asyncio
import fcntl
import functools
import hashlib
import os
import pkgutil
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import ConnectionHandler
from tortoise.context import require_context
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.transactions import in_transaction

import database.tortoise_patches  # noqa: F401 - importing it applies the mends
import migrations
from database.asyncpg_engine import StatelessClient
from database.clock import CLOCK
from database.errors import is_unavailable as is_unavailable
from database.fair_pool import FairPool
from database.sqlite_engine import ImmediateSqliteClient, ImmediateTransaction
from database.urls import is_postgres, parse_postgres_url

APP = "vitrin"
_MIGRATION_LOCK_ID = 7_326_954_410
_PLACEHOLDER = re.compile(r"\$([0-9]+)")


def build_config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a SQLite or PostgreSQL URL.

    The connection is named after its dialect: Tortoise caches SQL by connection name alone.

    Raises:
        InvalidDatabaseUrl: a part of a PostgreSQL URL that cannot be read.
    """
    connection: dict[str, Any]
    if is_postgres(url):
        dialect, address = "postgres", parse_postgres_url(url)
        credentials = {"dsn": address.dsn, **address.options}
        connection = {"engine": "database.asyncpg_engine", "credentials": credentials}
    else:
        dialect, connection = "sqlite", expand_db_url(url)
        connection["engine"] = "database.sqlite_engine"
        defaults = {"busy_timeout": 5_000, "synchronous": "NORMAL"}
        connection["credentials"] = {**defaults, **connection["credentials"]}
    app = {"models": ["models"], "migrations": "migrations", "default_connection": dialect}
    return {"connections": {dialect: connection}, "apps": {APP: app}, "use_tz": True, "timezone": "UTC"}


@asynccontextmanager
async def open_connections(url: str, *, read_timeout: timedelta | None = None) -> AsyncIterator[None]:
    """Hold the process's connections open, visible to every task.

    A read outside transactions that takes longer than `read_timeout` is broken off: `ReadTimedOut`.
    """
    config = build_config(url)
    # The server's lifespan and its requests are different tasks: without the fallback they would not see it.
    await Tortoise.init(config=config, _enable_global_fallback=True)
    client = connection()
    if read_timeout is not None and isinstance(client, StatelessClient | ImmediateSqliteClient):
        client.read_timeout = read_timeout.total_seconds()
    try:
        yield
    finally:
        await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The current connection: the transaction's inside one, else the process's."""
    connections = _connections()
    (name,) = connections.db_config
    current: BaseDBAsyncClient = connections.get(name)
    return current


def dialect() -> str:
    """`sqlite` or `postgres`."""
    # Connections are named after it.
    (name,) = _connections().db_config
    return name


def _connections() -> ConnectionHandler:
    # Tortoise's own function imports something each time.
    return require_context().connections


async def read(
    statement: str, values: Sequence[object], *, client: BaseDBAsyncClient | None = None
) -> Sequence[Any]:
    """The rows of a statement in the dialect's own spelling, as its driver gives them.

    `by` is the current connection, for callers who have it already.
    """
    current = client or connection()
    if isinstance(current, StatelessClient):
        rows: Sequence[Any] = await current.read(statement, list(values))
    else:
        _, rows = await current.execute_query(statement, list(values))
    return rows


async def fetch(statement: str, *values: object) -> list[dict[str, Any]]:
    """The rows of a statement in the SQL that both databases share, with `$1`, `$2`… for `values`.

    Moments come as each database has them: `datetime` from PostgreSQL, text from SQLite.
    """
    rows: list[dict[str, Any]] = await connection().execute_query_dict(
        bind_placeholders(statement, dialect()), list(values)
    )
    return rows


async def read_costly(statement: str, values: Sequence[object]) -> Sequence[Any]:
    """`read` for a statement that may keep the database busy: it waits its turn, see `database.costly_reads`.

    Raises:
        ReadTimedOut: it waited or ran longer than a read may take.
    """
    current = connection()
    if isinstance(current, StatelessClient | ImmediateSqliteClient):
        return await current.read_costly(statement, values)
    return await read(statement, values, client=current)


async def fetch_costly(statement: str, *values: object) -> list[dict[str, Any]]:
    """`fetch` for such a statement."""
    return [dict(row) for row in await read_costly(bind_placeholders(statement, dialect()), values)]


def any_of_sql(kind: str) -> str:
    """What follows a column that is one of a list, `$1`, of values of a PostgreSQL type.

    Hidden in a subselect: PostgreSQL plans anew for each list that it sees, which takes as long as looking up
    one key does.
    """
    return f"= ANY((SELECT $1::{kind}[])::{kind}[])"


@lru_cache(1_000)
def bind_placeholders(statement: str, dialect_name: str) -> str:
    """A statement with the dialect's own placeholders for `$1`, `$2`…"""
    return _PLACEHOLDER.sub(r"?\1", statement) if dialect_name == "sqlite" else statement


def on_commit(callback: Callable[[], None]) -> None:
    """Do `act` when SQLite's current transaction has committed, never if it is rolled back; at once outside.

    PostgreSQL keeps what it is told until the commit by itself.
    """
    current = connection()
    if isinstance(current, ImmediateTransaction):
        current.on_commit_callbacks.append(callback)
    else:
        callback()


def skip_locked_sql() -> str:
    """The clause that passes over rows which others hold; SQLite's transactions exclude each other anyhow."""
    return "FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""


def now_sql() -> str:
    """The database's clock as an expression, in whole unix seconds."""
    if dialect() == "sqlite":
        return "CAST(strftime('%s', 'now') AS INTEGER)"
    return "floor(extract(epoch FROM clock_timestamp()))::bigint"


def epoch_sql(timestamp: str, dialect_name: str) -> str:
    """The whole unix seconds of a moment, as an expression of the one that tells it."""
    if dialect_name == "sqlite":
        return f"CAST(strftime('%s', {timestamp}) AS INTEGER)"
    return f"floor(date_part('epoch', {timestamp}))::bigint"


async def now() -> datetime:
    """The database's clock, aware UTC, cut to whole seconds: every record's times are."""
    rows = await fetch(f"SELECT {now_sql()} AS seconds")
    reading = datetime.fromtimestamp(int(rows[0]["seconds"]), UTC)
    CLOCK.record(reading)
    return reading


async def is_read_only() -> bool:
    """Whether the database takes no writes: a PostgreSQL standby, or a server set to read-only.

    Raises:
        DatabaseFileReplaced: SQLite's file was moved or replaced while it was open.
    """
    current = connection()
    if isinstance(current, ImmediateSqliteClient):
        current.check_file()
        return not os.access(current.filename, os.W_OK)
    rows = await fetch("SELECT current_setting('transaction_read_only') AS read_only")
    return bool(rows[0]["read_only"] == "on")


@asynccontextmanager
async def exclusive_transaction(name: str) -> AsyncIterator[None]:
    """A transaction that no other one of the same `name` overlaps, in any process.

    SQLite's transactions exclude each other anyhow; PostgreSQL takes an advisory lock until the end.
    """
    async with in_transaction() as transaction:
        if transaction.capabilities.dialect == "postgres":
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
            await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [key])
        yield


@asynccontextmanager
async def read_snapshot() -> AsyncIterator[None]:
    """A transaction that reads one moment of the database and writes nothing."""
    async with in_transaction() as transaction:
        if transaction.capabilities.dialect == "postgres":
            await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


async def migrate(url: str) -> list[str]:
    """Apply what is missing and return the names of what was applied. Safe when several start at once."""
    config = build_config(url)
    async with _hold_migration_lock(url, config), open_connections(url):
        executor = MigrationExecutor(connection(), config["apps"])
        target = MigrationTarget(app_label=APP, name="__latest__")
        plan = await executor.plan([target])
        await executor.migrate([target], direction="forward")
        return [step.migration.name for step in plan]


async def missing_migrations() -> list[str]:
    """Names of the migrations that this version has and the connected database lacks."""
    rows = await fetch("SELECT name FROM tortoise_migrations WHERE app = $1", APP)
    return sorted(_migration_names() - {str(row["name"]) for row in rows})


@functools.cache
def _migration_names() -> frozenset[str]:
    modules = pkgutil.iter_modules(migrations.__path__)
    return frozenset(module.name for module in modules if module.name[0].isdigit())


@dataclass(frozen=True)
class PoolState:
    """Connections of this process: open ones, those of them that rest, and the most that it may have."""

    open: int
    idle: int
    max_size: int


def pool_state() -> PoolState | None:
    """The pool of PostgreSQL connections; None on SQLite, and before the first statement."""
    pool = getattr(connection(), "_pool", None)
    if not isinstance(pool, FairPool):
        return None
    return PoolState(open=pool.size, idle=pool.idle, max_size=pool.max_size)


@asynccontextmanager
async def _hold_migration_lock(url: str, config: dict[str, Any]) -> AsyncIterator[None]:
    (dialect_name, settings), *_ = config["connections"].items()
    lock = _lock_file(settings["credentials"]) if dialect_name == "sqlite" else _lock_server(url)
    async with lock:
        yield


@asynccontextmanager
async def _lock_file(credentials: dict[str, Any]) -> AsyncIterator[None]:
    file = Path(credentials["file_path"])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f"{file.name}.migrating").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def _lock_server(url: str) -> AsyncIterator[None]:
    session = await _open_session(url)
    try:
        # Held by the session: it ends with the connection even if this process dies.
        await session.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK_ID)
        yield
    finally:
        await session.close()


async def open_session(url: str, *, name: str) -> asyncpg.Connection:
    """A connection to PostgreSQL outside the pool, which would forget a LISTEN; `name` is for operators.

    Raises:
        OSError, TimeoutError, asyncpg.PostgresError: there is none to be had.
    """
    return await _open_session(
        url, timeout=10, command_timeout=10, server_settings={"application_name": name}
    )


async def _open_session(url: str, **options: object) -> asyncpg.Connection:
    address = parse_postgres_url(url)
    return await asyncpg.connect(address.dsn, **{**options, **address.session_options})
