"""Writing past the triggers of append-only tables, as only the database's own administrator can."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.transactions import in_transaction

import database

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%is append-only%'"


@asynccontextmanager
async def allow_row_changes() -> AsyncIterator[None]:
    """A transaction in which rows of append-only tables may be changed and deleted.

    On PostgreSQL no other trigger fires in it and no foreign key is checked either.
    """
    async with in_transaction() as transaction:
        if database.dialect() == "postgres":
            await transaction.execute_query("SET LOCAL session_replication_role = replica")
            yield
            return
        triggers = await transaction.execute_query_dict(_TRIGGERS)
        for trigger in triggers:
            await transaction.execute_query(f"DROP TRIGGER {trigger['name']}")
        yield
        for trigger in triggers:
            await transaction.execute_query(trigger["sql"])
