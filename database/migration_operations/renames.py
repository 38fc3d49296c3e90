"""Migration operations that rename columns and tables in place.

Both databases change their catalogue only, so no row is read. Tortoise's own operations would first rebuild
all models as they were before (`database.tortoise_patches`), which takes seconds.
"""

from tortoise.indexes import Index
from tortoise.migrations.operations import RenameField, RenameModel, RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class RenameColumn(RunSQL):
    """Migration operation: renames a column; `old_index`, named after it, is built anew."""

    def __init__(self, model_name: str, old_name: str, new_name: str, *, old_index: str = "") -> None:
        super().__init__("")
        self.model_name = model_name
        self.old_name = old_name
        self.new_name = new_name
        self.old_index = old_index

    def describe(self) -> str:
        return f"Rename field {self.old_name} to {self.new_name} on {self.model_name}"

    def state_forward(self, app_label: str, state: State) -> None:
        options = state.models[app_label, self.model_name].options
        if self.old_index:
            options["indexes"] = [self._rename_in(index) for index in options["indexes"]]
        RenameField(self.model_name, self.old_name, self.new_name).state_forward(app_label, state)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None:
            return
        model = new_state.apps.get_model(f"{app_label}.{self.model_name}")
        await state_editor.client.execute_query(
            f'ALTER TABLE "{model._meta.db_table}" RENAME COLUMN "{self.old_name}" TO "{self.new_name}"'
        )
        if self.old_index:
            await state_editor.client.execute_query(f'DROP INDEX "{self.old_index}"')
            for index in new_state.models[app_label, self.model_name].options["indexes"]:
                if self.new_name in index.field_names:
                    await state_editor.add_index(model, index)

    def _rename_in(self, index: Index) -> Index:
        if self.old_name not in index.field_names:
            return index
        return Index(fields=[self.new_name if name == self.old_name else name for name in index.field_names])


class RenameTable(RunSQL):
    """Migration operation: renames a model and its table, on PostgreSQL also what is named after the table.

    `unique` is the old and the new name of the table's unique constraint, which Tortoise derives by a hash.
    """

    def __init__(
        self,
        old_model: str,
        new_model: str,
        old_table: str,
        new_table: str,
        *,
        unique: tuple[str, str] | None = None,
    ) -> None:
        super().__init__("")
        self.old_model = old_model
        self.new_model = new_model
        self.old_table = old_table
        self.new_table = new_table
        self.unique = unique

    def describe(self) -> str:
        return f"Rename model {self.old_model} to {self.new_model}"

    def state_forward(self, app_label: str, state: State) -> None:
        model_state = state.models[app_label, self.old_model]
        model_state.table = model_state.options["table"] = self.new_table
        RenameModel(self.old_model, self.new_model).state_forward(app_label, state)

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        run = state_editor.client.execute_query
        await run(f"ALTER TABLE {self.old_table} RENAME TO {self.new_table}")
        if state_editor.client.capabilities.dialect == "sqlite":
            # It names keys and sequences by itself, and its constraints cannot be renamed.
            return
        await run(f"ALTER SEQUENCE IF EXISTS {self.old_table}_id_seq RENAME TO {self.new_table}_id_seq")
        _, found = await run(
            "SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::text::regclass", [self.new_table]
        )
        for old in (row["name"] for row in found):
            new = self.unique[1] if self.unique and old == self.unique[0] else None
            if old.startswith(f"{self.old_table}_"):
                new = f"{self.new_table}{old.removeprefix(self.old_table)}"
            if new:
                await run(f"ALTER TABLE {self.new_table} RENAME CONSTRAINT {old} TO {new}")
