"""Append-only tables, enforced by the database itself."""

from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_SQLITE = (
    "CREATE TRIGGER {table}_no_{lower} BEFORE {act} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
)
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END
$$
"""
_POSTGRES = (
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
)


class MakeAppendOnly(RunSQL):
    """Migration operation: forbids updating and deleting rows of `table`."""

    def __init__(self, table: str) -> None:
        super().__init__("")
        self.table = table

    def describe(self) -> str:
        return f"Make {self.table} append-only"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        if state_editor.client.capabilities.dialect == "sqlite":
            statements = [
                _SQLITE.format(table=self.table, act=act, lower=act.lower()) for act in ("UPDATE", "DELETE")
            ]
        else:
            statements = [_FUNCTION, _POSTGRES.format(table=self.table)]
        for statement in statements:
            # Not by the schema editor, which splits scripts at each semicolon on SQLite.
            await state_editor.client.execute_query(statement)
