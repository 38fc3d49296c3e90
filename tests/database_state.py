"""Looking at the database itself: all rows, and the statements that reach it."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.backends.sqlite.client import SqliteClient

import models
from models import AccessToken, database
from models.asyncpg_engine import StatelessClient

Rows = dict[str, list[dict[str, object]]]


async def all_rows() -> Rows:
    """Every row of every table but the access tokens, which tests themselves make to sign in."""
    kinds = [getattr(models, name) for name in models.__all__]
    return {
        kind._meta.db_table: await kind.all().order_by(kind._meta.pk_attr).values()
        for kind in kinds
        if kind is not AccessToken
    }


async def stored_rows() -> dict[str, list[object]]:
    """The same as the database has it, to be compared alone: many times as quick."""
    tables = [
        model._meta.db_table for name in models.__all__ if (model := getattr(models, name)) is not AccessToken
    ]
    client = database.connection()
    if isinstance(client, StatelessClient):
        texts = " UNION ALL ".join(f"SELECT '{table}', t::text FROM \"{table}\" t" for table in tables)
        rows = await client.read(f"{texts} ORDER BY 1, 2", [])
        return {table: [text for name, text in rows if name == table] for table in tables}
    assert isinstance(client, SqliteClient)
    with contextlib.closing(sqlite3.connect(client.filename)) as session:
        return {table: session.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall() for table in tables}


class StatementLog(logging.Handler):
    """Collects the statements that Tortoise sends."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().lstrip()
        if message.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            self.statements.append(message)


@contextmanager
def recorded_statements() -> Iterator[list[str]]:
    """The statements sent inside the block."""
    handler, logger = StatementLog(), logging.getLogger("tortoise.db_client")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler.statements
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
