"""Migration operations that separate providers' messages from texts for buyers.

Columns are renamed rather than copied: nearly every existing note is a provider's, and updating each row of a
large shop would take hours.
"""

from copy import deepcopy

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.migrations.operations import RunSQL, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from domain import html_cleaning

_TABLES = {"Order": "orders", "OrderEvent": "order_events", "Refill": "refills"}
_NOTES_OF_STAFF = (
    # Staff wrote these for the buyer.
    "UPDATE order_events SET note = staff_note, staff_note = NULL "
    "WHERE actor = 'staff' AND staff_note IS NOT NULL",
    # The order still shows one of them, or the empty note of the old panel, which its app received.
    "UPDATE orders SET note = staff_note, staff_note = NULL "
    "WHERE staff_note IS NOT NULL AND (trim(staff_note) = '' OR EXISTS ("
    "SELECT 1 FROM order_events e WHERE e.order_id = orders.id AND e.note = orders.staff_note))",
    "UPDATE orders SET public_reason = 'under_review' WHERE status IN ('error', 'awaiting')",
)
_TEXT_IDS_OF_SQLITE = (
    "DROP INDEX orders_at_provider",
    "ALTER TABLE orders ADD COLUMN provider_order_text VARCHAR(64)",
    "UPDATE orders SET provider_order_text = CAST(provider_order_id AS TEXT) WHERE provider_order_id > 0",
    "ALTER TABLE orders DROP COLUMN provider_order_id",
    "ALTER TABLE orders RENAME COLUMN provider_order_text TO provider_order_id",
)
_TEXT_IDS_OF_POSTGRES = (
    "DROP INDEX orders_at_provider",
    "ALTER TABLE orders ALTER COLUMN provider_order_id DROP DEFAULT, "
    "ALTER COLUMN provider_order_id DROP NOT NULL, ALTER COLUMN provider_order_id TYPE VARCHAR(64) "
    "USING CASE WHEN provider_order_id > 0 THEN provider_order_id::text END",
)
_INDEX = (
    "CREATE INDEX orders_at_provider ON orders (provider_id, provider_order_id) "
    "WHERE provider_order_id IS NOT NULL"
)


class SplitNotes(RunSQL):
    """Every `note` becomes a `staff_note`; buyers keep the notes that staff wrote for them."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Part what providers said from what buyers read"

    def state_forward(self, app_label: str, state: State) -> None:
        for model in _TABLES:
            _set_field(state, app_label, model, "staff_note", fields.TextField(null=True, unique=False))

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        for table in _TABLES.values():
            await state_editor.client.execute_query(f"ALTER TABLE {table} RENAME COLUMN note TO staff_note")
            await state_editor.client.execute_query(f"ALTER TABLE {table} ADD COLUMN note TEXT")
        for statement in _NOTES_OF_STAFF:
            await state_editor.client.execute_query(statement)


class MakeProviderOrderIdText(RunSQL):
    """`orders.provider_order_id` becomes text, null if nothing was sent."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Make provider_order_id of orders a text"

    def state_forward(self, app_label: str, state: State) -> None:
        _set_field(state, app_label, "Order", "provider_order_id", fields.CharField(64, null=True))
        options = TortoiseOperation.get_model_state(state, app_label, "Order").options
        indexes = []
        for index in options["indexes"]:
            if index.name == "orders_at_provider":
                index = type(index)(
                    fields=index.fields, name=index.name, where="provider_order_id IS NOT NULL"
                )
            indexes.append(index)
        options["indexes"] = type(options["indexes"])(indexes)
        state.reload_models({(app_label, "Order")})

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        is_sqlite = state_editor.client.capabilities.dialect == "sqlite"
        for statement in (*(_TEXT_IDS_OF_SQLITE if is_sqlite else _TEXT_IDS_OF_POSTGRES), _INDEX):
            await state_editor.client.execute_query(statement)


class CleanDescriptions(RunSQL):
    """Remove scripts from descriptions written by providers; plain text stays unchanged."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Clean the HTML of descriptions"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        client = state_editor.client
        # SQLite's driver does not support $1.
        places = ("?", "?") if client.capabilities.dialect == "sqlite" else ("$1", "$2")
        for table in ("services", "categories"):
            found = f"SELECT id, description FROM {table} WHERE description LIKE '%<%'"  # noqa: S608
            update = f"UPDATE {table} SET description = {places[0]} WHERE id = {places[1]}"  # noqa: S608
            for row in await client.execute_query_dict(found):
                cleaned = html_cleaning.clean(row["description"])
                if cleaned != row["description"]:
                    await client.execute_query(update, [cleaned, row["id"]])


def _set_field(state: State, app_label: str, model: str, name: str, field: Field) -> None:  # type: ignore[type-arg]
    TortoiseOperation.get_model_state(state, app_label, model).fields[name] = deepcopy(field)
    state.reload_models({(app_label, model)})
