"""Bulk operations for imports, bypassing the models."""

import json
from collections.abc import Collection, Iterable, Sequence

from database import connections


async def insert(table: str, columns: Sequence[str], rows: Collection[Sequence[object]]) -> None:
    """Insert `rows` in the caller's transaction; omitted columns get the database's defaults.

    By COPY on PostgreSQL, by one prepared statement on SQLite. Values have the columns' own types.
    """
    if not rows:
        return
    if connections.dialect() == "postgres":
        async with connections.connection().acquire_connection() as session:
            await session.copy_records_to_table(table, records=rows, columns=columns)
        return
    names = ", ".join(f'"{column}"' for column in columns)
    placeholders = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({placeholders})'  # noqa: S608 - names of our own
    await connections.connection().execute_many(statement, [list(row) for row in rows])


async def find_existing_ids(table: str, ids: Iterable[int]) -> set[int]:
    """Those of `ids` (32 bits) that exist in `table`."""
    requested = list(ids)
    if not requested:
        return set()
    if connections.dialect() == "postgres":
        rows = await connections.fetch(f"SELECT id FROM {table} WHERE id = ANY($1::int[])", requested)  # noqa: S608 - a name of our own
    else:
        statement = f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each($1))"  # noqa: S608 - the same
        rows = await connections.fetch(statement, json.dumps(requested))
    return {row["id"] for row in rows}


async def find_existing_texts(
    table: str, column: str, texts: Iterable[str], *, where: str = "true"
) -> set[str]:
    """Those of `texts` that occur in `column`, among the rows that meet `where`."""
    requested = list(texts)
    if not requested:
        return set()
    statement = f"SELECT {column} AS text FROM {table} WHERE {where} AND {column}"  # noqa: S608 - names of our own
    if connections.dialect() == "postgres":
        rows = await connections.fetch(f"{statement} = ANY($1::text[])", requested)
    else:
        condition = "IN (SELECT value FROM json_each($1))"
        rows = await connections.fetch(f"{statement} {condition}", json.dumps(requested))
    return {row["text"] for row in rows}


async def advance_id_sequences(tables: Iterable[str]) -> None:
    """Advance PostgreSQL's sequences past the existing ids; SQLite does so by itself."""
    if connections.dialect() != "postgres":
        return
    for table in tables:
        await connections.connection().execute_query(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - a name of our own
            f"GREATEST(COALESCE((SELECT max(id) FROM {table}), 0), 1), EXISTS (SELECT 1 FROM {table}))"
        )
