"""Migration operations that normalize stored texts as `domain.links` and `domain.emails` do."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from domain import emails, links

_BATCH = 5_000
_SET_HASH = {
    "postgres": "UPDATE orders SET link_hash = $1 WHERE id = $2",
    "sqlite": "UPDATE orders SET link_hash = ? WHERE id = ?",
}
# If another user has the normal form, the row keeps its spelling: a migration cannot decide who owns the
# address.
_SET_EMAIL = {
    "postgres": "UPDATE users SET email = $1 WHERE id = $2 "
    "AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.email = $1)",
    "sqlite": "UPDATE users SET email = ?1 WHERE id = ?2 "
    "AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.email = ?1)",
}


class HashLinks(RunSQL):
    """Fill `orders.link_hash` of the existing orders."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Hash the normalized links of orders"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        client = state_editor.client
        statement = _SET_HASH[client.capabilities.dialect]
        async for rows in _batches(client, "orders", "link"):
            await client.execute_many(statement, [[links.hash_link(row["link"]), row["id"]] for row in rows])


class NormalizeEmails(RunSQL):
    """Normalize stored e-mail addresses by `emails.normalize`; what it rejects stays unchanged."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Normalize the e-mail addresses of users"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        client = state_editor.client
        statement = _SET_EMAIL[client.capabilities.dialect]
        async for rows in _batches(client, "users", "email"):
            for email, user_id in _changed_emails(rows):
                await client.execute_query(statement, [email, user_id])


def _changed_emails(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    normal = ((emails.normalize(row["email"]), row) for row in rows if row["email"])
    return [(email, row["id"]) for email, row in normal if email is not None and email != row["email"]]


async def _batches(
    client: BaseDBAsyncClient, table: str, column: str
) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    last = 0
    statement = f"SELECT id, {column} FROM {table} WHERE id > {{}} ORDER BY id LIMIT {_BATCH}"  # noqa: S608 - our own names
    while rows := await client.execute_query_dict(statement.format(last)):
        yield rows
        last = int(rows[-1]["id"])
