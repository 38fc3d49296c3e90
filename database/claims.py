"""Claiming due rows of a table that several workers share as a queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from database.connections import dialect, fetch


async def claim_due(
    table: str,
    *,
    due: str,
    now: datetime,
    limit: int,
    changes: Mapping[str, object],
    condition: str = "TRUE",
    values: Sequence[object] = (),
) -> list[int]:
    """Ids of up to `limit` rows whose column `due` is not after `now`; the longest due are claimed first.

    `changes` are written to the rows, in one statement, and must take each row out of the due ones for a
    time: then no other worker gets it. `condition` is SQL with `values` as $1, $2…
    """
    number = len(values)
    written = ", ".join(f"{column} = ${place}" for place, column in enumerate(changes, start=number + 3))
    # SKIP LOCKED lets several workers claim at once; SQLite serializes them anyway. MATERIALIZED, because
    # PostgreSQL may otherwise run the inner query once per row, which defeats its limit.
    skip_locked = "FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    statement = f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM {table} WHERE {condition} AND {due} <= ${number + 1}
            ORDER BY {due}, id LIMIT ${number + 2} {skip_locked}
        )
        UPDATE {table} SET {written} WHERE id IN (SELECT id FROM due) RETURNING id
    """  # noqa: S608 - names and conditions of our own
    rows = await fetch(statement, *values, now, limit, *changes.values())
    return [row["id"] for row in rows]
