"""Expected failures on the command line, each as one line that says what to do."""

import sqlite3
from collections.abc import Iterator

import asyncpg
from tortoise.exceptions import BaseORMException

_HINTS: tuple[tuple[type[Exception], str], ...] = (
    (asyncpg.InvalidAuthorizationSpecificationError, "check the user and password in DATABASE_URL"),
    (asyncpg.InvalidCatalogNameError, "create the database, such as by `createdb`, or check DATABASE_URL"),
    (asyncpg.TooManyConnectionsError, "raise max_connections, or lower maxsize in DATABASE_URL"),
    (asyncpg.UndefinedTableError, "run `main.py migrate` first"),
    (asyncpg.UndefinedColumnError, "run `main.py migrate` first"),
    (
        asyncpg.InsufficientPrivilegeError,
        "grant the database user the missing privilege, or make it the owner of the tables",
    ),
    (asyncpg.ReadOnlySQLTransactionError, "set DATABASE_URL to the primary server"),
    (asyncpg.LockNotAvailableError, "another session holds a lock; try again after it ends"),
    (asyncpg.QueryCanceledError, "a statement exceeded the server's statement_timeout"),
)
_SQLITE_HINTS = (
    ("unable to open database file", "check that DATABASE_URL's folder exists and is writable"),
    ("readonly database", "give this user write access to the file and its folder"),
    ("database is locked", "another process is writing; try again after it finishes"),
    ("no such table", "run `main.py migrate` first"),
    ("no such column", "run `main.py migrate` first"),
    ("disk is full", "free some disk space"),
    ("file is not a database", "DATABASE_URL must point to a SQLite file"),
)
_DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error)


def describe_failure(error: BaseException) -> str | None:
    """One line about a failure of the database, network or file system; None for an internal error."""
    for cause in _iterate_causes(error):
        if isinstance(cause, _DATABASE_ERRORS):
            return _add_hint(cause)
        if isinstance(cause, TimeoutError):
            return "the database did not respond in time: check the host in DATABASE_URL"
        if isinstance(cause, OSError):
            return str(cause)
    return None


def _iterate_causes(error: BaseException) -> Iterator[BaseException]:
    """The driver's error, which Tortoise wraps, then the exceptions that wrap it."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _iterate_causes(one)
        return
    if isinstance(error, BaseORMException):
        if error.__cause__ is not None:
            yield from _iterate_causes(error.__cause__)
        yield from (one for one in error.args if isinstance(one, BaseException))
    yield error


def _add_hint(error: BaseException) -> str:
    text = " ".join(str(error).split())
    hint = next((hint for kind, hint in _HINTS if isinstance(error, kind)), None)
    if hint is None and isinstance(error, sqlite3.Error):
        hint = next((hint for phrase, hint in _SQLITE_HINTS if phrase in text), None)
    return f"database: {text}" + (f" ({hint})" if hint else "")
