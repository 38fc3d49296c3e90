"""Looking at the database itself: all rows, and the statements that reach it."""

import contextlib
import logging
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from tortoise.backends.sqlite.client import SqliteClient
from tortoise.models import Model

import database
import models
from database.asyncpg_engine import StatelessClient
from models import AccessToken

Rows = dict[str, list[dict[str, object]]]


# Without access tokens, which the tests create to sign in.
_MODELS: dict[str, type[Model]] = {
    model._meta.db_table: model
    for name in models.__all__
    if (model := getattr(models, name)) is not AccessToken
}


async def read_all_rows(*, of: Collection[str] = tuple(_MODELS)) -> Rows:
    """Every row of every table but the access tokens, or of some tables."""
    stored = await read_stored_rows()
    # Most tables are empty in most tests, and reading one by Tortoise takes a statement of its own.
    return {
        table: await _MODELS[table].all().order_by(_MODELS[table]._meta.pk_attr).values()
        if stored[table]
        else []
        for table in of
    }


async def read_stored_rows() -> dict[str, list[object]]:
    """The rows as the database stores them, only for comparison; many times faster."""
    client = database.connection()
    if isinstance(client, StatelessClient):
        texts = " UNION ALL ".join(f"SELECT '{table}', t::text FROM \"{table}\" t" for table in _MODELS)
        rows = await client.read(f"{texts} ORDER BY 1, 2", [])
        return {table: [text for name, text in rows if name == table] for table in _MODELS}
    assert isinstance(client, SqliteClient)
    with contextlib.closing(sqlite3.connect(client.filename)) as session:
        return {table: session.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall() for table in _MODELS}


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
def record_statements() -> Iterator[list[str]]:
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
