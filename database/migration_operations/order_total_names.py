"""Migration operation: plain names for the triggers and functions of the order totals."""

from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_FUNCTIONS = {
    "note_order_deltas": "record_order_total_deltas",
    "note_order_delta": "record_order_total_delta",
}
_OLD_PREFIX, _NEW_PREFIX = "orders_tallied_", "orders_totals_"
_EVENTS = ("insert", "delete", "update")


class RenameOrderTotalTriggers(RunSQL):
    """Gives triggers and functions the new names, after the table `order_deltas` was renamed.

    SQLite has put the table's new name into the triggers; PostgreSQL keeps the text of functions as it is.
    """

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Rename the triggers of order totals"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        if state_editor.client.capabilities.dialect == "sqlite":
            await _rename_on_sqlite(state_editor)
        else:
            await _rename_on_postgres(state_editor)


async def _rename_on_sqlite(editor: BaseSchemaEditor) -> None:
    for event in _EVENTS:
        old = f"{_OLD_PREFIX}{event}"
        _, [trigger] = await editor.client.execute_query(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", [old]
        )
        await editor.client.execute_query(f"DROP TRIGGER {old}")
        await editor.client.execute_query(trigger["sql"].replace(old, f"{_NEW_PREFIX}{event}", 1))


async def _rename_on_postgres(editor: BaseSchemaEditor) -> None:
    for event in _EVENTS:
        await editor.client.execute_query(
            f"ALTER TRIGGER {_OLD_PREFIX}{event} ON orders RENAME TO {_NEW_PREFIX}{event}"
        )
    for old, new in _FUNCTIONS.items():
        await editor.client.execute_query(f"ALTER FUNCTION {old}() RENAME TO {new}")
        _, [function] = await editor.client.execute_query(
            "SELECT pg_get_functiondef($1::text::regproc) AS source", [new]
        )
        await editor.client.execute_query(function["source"].replace("order_deltas", "order_total_deltas"))
