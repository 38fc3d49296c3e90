"""Many orders of many users, copied from those of the demo."""

from tortoise.models import Model

import database
from models import Order, User

_USERS = 1_000
_SECONDS_BETWEEN_ORDERS = 600


async def add(url: str, orders: int) -> None:
    """Add orders to a database with the demo, ten minutes apart, for a thousand new users in turn."""
    async with database.open_connections(url):
        await _copy(User, _USERS, {"mobile": "NULL", "email": "NULL"})
        first = await database.fetch("SELECT max(id) - $1 AS id FROM users", _USERS)
        offset = f"(n.n * {_SECONDS_BETWEEN_ORDERS})"
        created = (
            f"strftime('%Y-%m-%d %H:%M:%S+00:00', 'now', '-' || {offset} || ' seconds')"
            if database.dialect() == "sqlite"
            else f"now() - {offset} * interval '1 second'"
        )
        changes = {
            "user_id": f"{int(first[0]['id'])} + 1 + n.n * 7919 % {_USERS}",
            "created_at": created,
            "status": "'completed'",
            "dispatch": "'closed'",
        }
        await _copy(Order, orders, changes)


async def _copy(model: type[Model], count: int, changes: dict[str, str]) -> None:
    table = model._meta.db_table
    # The model's columns: the table may have more, which the database generates.
    columns = sorted(set(model._meta.fields_db_projection.values()) - {"id"})
    changes = {"legacy_key": "'copy ' || n.n", **changes}
    values = [changes.get(name, f't."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    await database.fetch(
        f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) "
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM n "
        f"JOIN {table} t ON t.id = (SELECT min(id) FROM {table})"
    )
