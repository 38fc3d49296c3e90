"""Classification of database failures: temporary outages, and errors of ours."""

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from database.read_timeout import ReadTimedOut
from database.sqlite_engine import DatabaseFileReplaced

_OUTAGES = (
    DBConnectionError,
    DatabaseFileReplaced,
    ReadTimedOut,
    ConnectionError,
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.InterfaceError,
    # A connection cut during a query leaves asyncpg's protocol in an inconsistent state.
    asyncpg.InternalClientError,
    # Class 40, deadlocks and serialization failures: the same request may succeed a moment later.
    asyncpg.TransactionRollbackError,
    # Class 53: full disks, no memory, too many connections.
    asyncpg.InsufficientResourcesError,
    # Class 57: shutdowns and restarts, and statements that ran into statement_timeout.
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,  # 55P03, lock_timeout
    asyncpg.ReadOnlySQLTransactionError,  # 25006, a standby after a failover
    # SQLite's lock time-outs, full disks and read-only files.
    sqlite3.OperationalError,
)


def is_unavailable(error: Exception | None) -> bool:
    """Whether a query failed because the database is away, busy or read-only, not because of itself."""
    if isinstance(error, _OUTAGES):
        return True
    # Tortoise wraps the driver's error; subclasses, such as IntegrityError, concern the query.
    if error is None or type(error) not in (OperationalError, TransactionManagementError):
        return False
    return bool(error.args) and isinstance(error.args[0], _OUTAGES)
