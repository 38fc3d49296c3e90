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
from tortoise.context import require_context
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.transactions import in_transaction

import database.tortoise_patches  # noqa: F401 - importing it applies the patches
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
        InvalidDatabaseUrl: a part of a PostgreSQL URL cannot be parsed.
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
    """Open the process's connections, visible to every task.

    A read outside transactions that takes longer than `read_timeout` is cancelled: `ReadTimedOut`.
    """
    config = build_config(url)
    # The server's lifespan and its requests are different tasks; without the fallback they would not see it.
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
    # Tortoise's own `get_connection` runs an import on each call.
    connections = require_context().connections
    (name,) = connections.db_config
    current: BaseDBAsyncClient = connections.get(name)
    return current


def dialect() -> str:
    """`sqlite` or `postgres`."""
    # Connections are named after their dialect.
    (name,) = require_context().connections.db_config
    return name


async def read(
    statement: str, values: Sequence[object], *, client: BaseDBAsyncClient | None = None
) -> Sequence[Any]:
    """The rows of a statement in the dialect's own SQL, as its driver returns them.

    `client` is the current connection, for callers who have it already.
    """
    current = client or connection()
    if isinstance(current, StatelessClient):
        rows: Sequence[Any] = await current.read(statement, list(values))
    else:
        _, rows = await current.execute_query(statement, list(values))
    return rows


async def fetch(statement: str, *values: object) -> list[dict[str, Any]]:
    """The rows of a statement in the SQL that both databases share, with `$1`, `$2`… for `values`.

    Timestamps are `datetime` on PostgreSQL and text on SQLite.
    """
    rows: list[dict[str, Any]] = await connection().execute_query_dict(
        bind_placeholders(statement, dialect()), list(values)
    )
    return rows


async def read_costly(statement: str, values: Sequence[object]) -> Sequence[Any]:
    """`read` for an expensive statement, which waits for its turn; see `database.costly_reads`.

    Raises:
        ReadTimedOut: it waited or ran longer than a read may take.
    """
    current = connection()
    if isinstance(current, StatelessClient | ImmediateSqliteClient):
        return await current.read_costly(statement, values)
    return await read(statement, values, client=current)


async def fetch_costly(statement: str, *values: object) -> list[dict[str, Any]]:
    """`fetch` for an expensive statement."""
    return [dict(row) for row in await read_costly(bind_placeholders(statement, dialect()), values)]


def any_of_sql(kind: str) -> str:
    """The SQL that follows a column to match any value of the list `$1`, of a PostgreSQL type.

    The list is hidden in a subselect: PostgreSQL would plan again for each list, which takes as long as
    looking up one key.
    """
    return f"= ANY((SELECT $1::{kind}[])::{kind}[])"


@lru_cache(1_000)
def bind_placeholders(statement: str, dialect_name: str) -> str:
    """A statement with the dialect's own placeholders for `$1`, `$2`…"""
    return _PLACEHOLDER.sub(r"?\1", statement) if dialect_name == "sqlite" else statement


def on_commit(callback: Callable[[], None]) -> None:
    """Run a callback after the commit of SQLite's current transaction, or immediately outside one.

    It is not run after a rollback. PostgreSQL delays notifications until the commit by itself.
    """
    current = connection()
    if isinstance(current, ImmediateTransaction):
        current.on_commit_callbacks.append(callback)
    else:
        callback()


def now_sql() -> str:
    """SQL expression of the database's clock, in whole Unix seconds."""
    if dialect() == "sqlite":
        return "CAST(strftime('%s', 'now') AS INTEGER)"
    return "floor(extract(epoch FROM clock_timestamp()))::bigint"


def epoch_sql(timestamp: str, dialect_name: str) -> str:
    """SQL expression of a timestamp expression's whole Unix seconds."""
    if dialect_name == "sqlite":
        return f"CAST(strftime('%s', {timestamp}) AS INTEGER)"
    return f"floor(date_part('epoch', {timestamp}))::bigint"


async def now() -> datetime:
    """The database's clock, aware UTC, truncated to whole seconds, as all records' timestamps are."""
    rows = await fetch(f"SELECT {now_sql()} AS seconds")
    reading = datetime.fromtimestamp(int(rows[0]["seconds"]), UTC)
    CLOCK.record(reading)
    return reading


async def is_read_only() -> bool:
    """Whether the database rejects writes: a PostgreSQL standby, or a server set to read-only.

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
    """A transaction that excludes others of the same `name`, in every process.

    SQLite serializes transactions anyway; PostgreSQL holds an advisory lock until the end.
    """
    async with in_transaction() as transaction:
        if transaction.capabilities.dialect == "postgres":
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
            await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [key])
        yield


@asynccontextmanager
async def read_snapshot() -> AsyncIterator[None]:
    """A read-only transaction on one snapshot of the database."""
    async with in_transaction() as transaction:
        if transaction.capabilities.dialect == "postgres":
            await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


async def migrate(url: str) -> list[str]:
    """Apply the missing migrations and return their names. Safe when several processes start at once."""
    config = build_config(url)
    async with _hold_migration_lock(url, config), open_connections(url):
        executor = MigrationExecutor(connection(), config["apps"])
        target = MigrationTarget(app_label=APP, name="__latest__")
        plan = await executor.plan([target])
        await executor.migrate([target], direction="forward")
        return [step.migration.name for step in plan]


async def missing_migrations() -> list[str]:
    """Names of the migrations that the connected database lacks."""
    rows = await fetch("SELECT name FROM tortoise_migrations WHERE app = $1", APP)
    return sorted(_migration_names() - {str(row["name"]) for row in rows})


@functools.cache
def _migration_names() -> frozenset[str]:
    modules = pkgutil.iter_modules(migrations.__path__)
    return frozenset(module.name for module in modules if module.name[0].isdigit())


@dataclass(frozen=True)
class PoolState:
    """This process's connections: open ones, idle ones among them, and the maximum."""

    open: int
    idle: int
    max_size: int


def pool_state() -> PoolState | None:
    """The state of the PostgreSQL pool; None on SQLite, and before the first statement."""
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
    """A connection to PostgreSQL outside the pool, for LISTEN; `name` is shown to operators.

    Raises:
        OSError, TimeoutError, asyncpg.PostgresError: it could not be opened.
    """
    return await _open_session(
        url, timeout=10, command_timeout=10, server_settings={"application_name": name}
    )


async def _open_session(url: str, **options: object) -> asyncpg.Connection:
    address = parse_postgres_url(url)
    return await asyncpg.connect(address.dsn, **{**options, **address.session_options})
