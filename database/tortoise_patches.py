"""Patches of the migrations of Tortoise 1.1.9; importing this module applies them.

CREATE TABLE drops CHECKs and conditional unique constraints (tortoise-orm issue 2272), and SQLite's table
rebuild loses indexes, unique constraints and, by cascade, the rows of child tables. The former is fixed; the
latter is refused, so that such a migration is written by hand. Before every operation Tortoise rebuilds all
models to compare them with the previous state. Operations that only add skip this: creating a database from
nothing takes a third less time. After every operation Tortoise also prepares queries for all models, which no
migration sends, as migrations change rows by SQL. Only what table statements need is prepared here.
"""

from typing import Any

import asyncpg
from tortoise.exceptions import OperationalError
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunSQL
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Constraint = CheckConstraint | UniqueConstraint
_create_model = BaseSchemaEditor.create_model
_add_constraint = SqliteSchemaEditor.add_constraint
_apply = Migration.apply
_ADDITIVE_OPERATIONS = (AddConstraint, AddField, AddIndex, CreateModel, RunSQL)


class RebuildNotSupported(Exception):
    """SQLite would rebuild a table and lose dependent objects: write the migration with RunSQL."""


def _unique_index_sql(editor: BaseSchemaEditor, model: type[Model], constraint: UniqueConstraint) -> str:
    columns = ", ".join(
        editor.quote(column) for column in editor._resolve_fields_to_columns(model, constraint.fields)
    )
    table = editor._qualify_table_name(model._meta.db_table, model._meta.schema)
    condition = f" WHERE {constraint.condition}" if constraint.condition else ""
    return f"CREATE UNIQUE INDEX {editor.quote(constraint.name or '')} ON {table} ({columns}){condition}"


async def _create_model_with_constraints(self: BaseSchemaEditor, model: type[Model]) -> None:
    constraints: tuple[Constraint, ...] = tuple(getattr(model._meta, "constraints", None) or ())
    checks = [constraint for constraint in constraints if isinstance(constraint, CheckConstraint)]
    if checks:
        await self._run_sql(_table_sql_with_checks(self, model, checks))
    else:
        await _create_model(self, model)
    for constraint in constraints:
        if isinstance(constraint, UniqueConstraint):
            await self._run_sql(_unique_index_sql(self, model, constraint))


def _table_sql_with_checks(
    editor: BaseSchemaEditor, model: type[Model], checks: list[CheckConstraint]
) -> str:
    data = editor._get_model_sql_data(model)
    clauses = ",\n    ".join(
        editor.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=check.name, check=check.check) for check in checks
    )
    # The column list closes with a newline and a parenthesis; the checks go before them.
    table_sql = data.table_sql.replace("\n)", f",\n    {clauses}\n)", 1)
    return "\n".join([table_sql, *data.m2m_tables_sql])


async def _add_conditional_unique(
    self: SqliteSchemaEditor, model: type[Model], constraint: Constraint
) -> None:
    if isinstance(constraint, UniqueConstraint) and constraint.condition:
        await self._run_sql(_unique_index_sql(self, model, constraint))
    else:
        await _add_constraint(self, model, constraint)


async def _reject_rebuild(self: SqliteSchemaEditor, model: type[Model], **changes: object) -> None:
    raise RebuildNotSupported(f"table {model._meta.db_table}")


async def _read_applied_migrations(self: MigrationRecorder) -> list[MigrationKey]:
    """Applied migrations, none if the table is missing. Tortoise takes every error for a missing table."""
    statement = f'SELECT app, name FROM "{self.table_name}" ORDER BY applied_at, app, name'  # noqa: S608 - our own table
    try:
        _, rows = await self.connection.execute_query(statement)
    except OperationalError as error:
        cause = error.args[0] if error.args else None
        if isinstance(cause, asyncpg.UndefinedTableError) or "no such table" in str(cause):
            return []
        raise
    return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


BaseSchemaEditor.create_model = _create_model_with_constraints  # type: ignore[method-assign, assignment, unused-ignore]  # the patch itself
SqliteSchemaEditor.add_constraint = _add_conditional_unique  # type: ignore[method-assign, assignment, unused-ignore]  # the patch itself
MigrationRecorder.applied_migrations = _read_applied_migrations  # type: ignore[method-assign, unused-ignore]  # the patch itself
SqliteSchemaEditor._remake_table = _reject_rebuild  # type: ignore[method-assign, assignment, unused-ignore]  # the patch itself


async def _apply_without_state_copy(self: Migration, state: State, **options: Any) -> State:
    if options.get("collect_sql") or not all(
        isinstance(operation, _ADDITIVE_OPERATIONS) for operation in self.operations
    ):
        return await _apply(self, state, **options)
    clone = state.clone
    # These operations never read the previous state.
    state.clone = lambda: state  # type: ignore[method-assign]
    try:
        return await _apply(self, state, **options)
    finally:
        state.clone = clone  # type: ignore[method-assign]


Migration.apply = _apply_without_state_copy  # type: ignore[method-assign]


def _finalise_fields(self: StateApps) -> None:
    for models in self.apps.values():
        for model in models.values():
            if model._meta._inited:
                model._meta.finalise_fields()
                model._meta._resolve_index_expressions()


StateApps._build_initial_querysets = _finalise_fields  # type: ignore[method-assign]
