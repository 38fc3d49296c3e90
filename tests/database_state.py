"""Looking at the database itself: all rows, and the statements that reach it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import models
from models import AccessToken

Rows = dict[str, list[dict[str, object]]]


async def all_rows() -> Rows:
    """Every row of every table but the access tokens, which tests themselves make to sign in."""
    kinds = [getattr(models, name) for name in models.__all__]
    return {
        kind._meta.db_table: await kind.all().order_by(kind._meta.pk_attr).values()
        for kind in kinds
        if kind is not AccessToken
    }


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
