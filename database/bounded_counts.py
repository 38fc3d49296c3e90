"""Counting rows up to a limit."""

from typing import Any

from tortoise.queryset import QuerySet

from database import connections


async def count_up_to(query: QuerySet[Any], limit: int) -> int:
    """The number of matching rows, at most `limit`; the database stops reading there. One statement."""
    bound = query.using_db(connections.connection())
    # Tortoise's own count reads every row and applies the limit to the result.
    keys = bound.order_by().limit(limit).values_list(query.model._meta.pk_attr)
    # Its `sql` does the same and drops the values.
    keys._make_query()
    statement, values = keys.query.get_parameterized_sql()
    (row,) = await connections.read_costly(f"SELECT count(*) FROM ({statement}) AS counted", values)  # noqa: S608 - Tortoise's
    return int(row[0])
