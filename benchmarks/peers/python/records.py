"""The statements that all hand-written peers share, and a pool of asyncpg's."""

from pathlib import Path

import asyncpg

_SQL = Path(__file__).parents[1] / "sql"


def read_statement(name: str) -> str:
    """The text of `sql/NAME.sql`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


async def create_pool() -> asyncpg.Pool:
    """Ten connections to the database that libpq's variables name."""
    return await asyncpg.create_pool(min_size=10, max_size=10)
