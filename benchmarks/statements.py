"""How many statements a request costs, counted by PostgreSQL itself."""

import asyncio
from collections.abc import Sequence

import asyncpg

from benchmarks import response_equality
from benchmarks.cluster import Cluster
from benchmarks.rounds import Cell, Statements
from benchmarks.seed import Sizes

_REQUESTS = 20
_RELOAD_SECONDS = 0.5
# A function's own statements are not round trips and are not counted.
_BEGIN = "ALTER SYSTEM SET pg_stat_statements.track = top"
_END = "ALTER SYSTEM SET pg_stat_statements.track = none"
_COUNT = """
SELECT coalesce(sum(calls) FILTER (WHERE query <> ALL($2::text[])), 0)::int AS sent,
    coalesce(sum(calls) FILTER (WHERE query = $2[1]), 0)::int AS resets
FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1)
"""
_RESET = ["RESET ALL", "UNLISTEN *", "CLOSE ALL", "SELECT pg_advisory_unlock_all()"]


async def count_statements(
    cluster: Cluster, database: str, cells: Sequence[Cell], sizes: Sizes
) -> dict[Cell, Statements]:
    """What a request of each cell sends, BEGIN and COMMIT among it.

    Requests come one after the other, so that nothing but them reaches the database.
    """
    session = await cluster.connect()
    await session.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    try:
        await _set_logging(session, _BEGIN)
        return {cell: await _count_for_cell(session, database, cell, sizes) for cell in cells}
    finally:
        await _set_logging(session, _END)
        await session.close()


async def _set_logging(session: asyncpg.Connection, setting: str) -> None:
    await session.execute(setting)
    await session.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(_RELOAD_SECONDS)


async def _count_for_cell(session: asyncpg.Connection, database: str, cell: Cell, sizes: Sizes) -> Statements:
    users = response_equality.get_user_ids(cell.work, sizes)
    await session.execute("SELECT pg_stat_statements_reset()")
    for user_id in users[:_REQUESTS]:
        response_equality.send(
            cell.contestant.server.url, cell.contestant.request_builders[cell.work](user_id)
        )
    counted = await session.fetchrow(_COUNT, database, _RESET)
    requests = len(users[:_REQUESTS])
    return Statements(sent=counted["sent"] / requests, resets=counted["resets"] / requests)
