"""Migration operation: the database records every change of order totals.

Triggers, because orders are written in several ways, some in bulk; and deltas rather than the totals
themselves, because concurrent orders would wait for each other there.
"""

from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_COLUMNS = "(user_id, service_id, order_count, amount)"

_SQLITE_ADD = (
    f"INSERT INTO order_deltas {_COLUMNS} "
    "SELECT {row}.user_id, {row}.service_id, {sign}1, {sign}{row}.charge "
    "WHERE {row}.status NOT IN ('canceled', 'refunded');"
)
_SQLITE_TRIGGER = "CREATE TRIGGER orders_tallied_{name} AFTER {event} ON orders {when}BEGIN {acts} END"
_SQLITE_WHEN = (
    "WHEN (OLD.user_id, OLD.service_id, OLD.charge, OLD.status IN ('canceled', 'refunded')) "
    "IS NOT (NEW.user_id, NEW.service_id, NEW.charge, NEW.status IN ('canceled', 'refunded')) "
)
_CHANGED = "user_id, service_id, charge, status"

_POSTGRES_FUNCTION = """
CREATE FUNCTION note_order_deltas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO order_deltas (user_id, service_id, order_count, amount)
    SELECT user_id, service_id, -count(*), -sum(charge) FROM taken
    WHERE status NOT IN ('canceled', 'refunded') GROUP BY user_id, service_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO order_deltas (user_id, service_id, order_count, amount)
    SELECT user_id, service_id, count(*), sum(charge) FROM added
    WHERE status NOT IN ('canceled', 'refunded') GROUP BY user_id, service_id;
  END IF;
  RETURN NULL;
END $$
"""
# PostgreSQL does not allow a column list together with transition tables, so updates use a row trigger.
_POSTGRES_UPDATE_FUNCTION = """
CREATE FUNCTION note_order_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO order_deltas (user_id, service_id, order_count, amount)
  SELECT user_id, service_id, order_count, amount FROM (VALUES
    (OLD.user_id, OLD.service_id, -1, -OLD.charge, OLD.status),
    (NEW.user_id, NEW.service_id, 1, NEW.charge, NEW.status)
  ) AS changed (user_id, service_id, order_count, amount, status)
  WHERE status NOT IN ('canceled', 'refunded');
  RETURN NULL;
END $$
"""
_POSTGRES_TRIGGERS = (
    "CREATE TRIGGER orders_tallied_insert AFTER INSERT ON orders REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION note_order_deltas()",
    "CREATE TRIGGER orders_tallied_delete AFTER DELETE ON orders REFERENCING OLD TABLE AS taken "
    "FOR EACH STATEMENT EXECUTE FUNCTION note_order_deltas()",
    f"CREATE TRIGGER orders_tallied_update AFTER UPDATE OF {_CHANGED} ON orders FOR EACH ROW "
    "WHEN ((OLD.user_id, OLD.service_id, OLD.charge, OLD.status IN ('canceled', 'refunded')) "
    "IS DISTINCT FROM (NEW.user_id, NEW.service_id, NEW.charge, NEW.status IN ('canceled', 'refunded'))) "
    "EXECUTE FUNCTION note_order_delta()",
)
_FILL = (
    "INSERT INTO user_tallies (user_id, order_count, amount) SELECT user_id, count(*), sum(charge) "
    "FROM orders WHERE status NOT IN ('canceled', 'refunded') GROUP BY user_id",
    "INSERT INTO service_tallies (service_id, order_count) SELECT service_id, count(*) "
    "FROM orders WHERE status NOT IN ('canceled', 'refunded') GROUP BY service_id",
)
_INDEXES = (
    "CREATE INDEX user_tallies_top ON user_tallies (amount DESC, user_id)",
    "CREATE INDEX service_tallies_top ON service_tallies (order_count DESC, service_id)",
)


class TallyOrders(RunSQL):
    """Migration operation: totals of the existing orders, and a delta for every change from here on."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Tally orders by user and by service"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        is_sqlite = state_editor.client.capabilities.dialect == "sqlite"
        triggers = _build_sqlite_triggers() if is_sqlite else _build_postgres_triggers()
        # Triggers first: orders placed meanwhile have to wait, and are recorded then.
        for statement in (*triggers, *_FILL, *_INDEXES):
            # Not by the schema editor, which splits scripts at each semicolon on SQLite.
            await state_editor.client.execute_query(statement)


def _build_sqlite_triggers() -> list[str]:
    add = _SQLITE_ADD.format(row="NEW", sign="")
    subtract = _SQLITE_ADD.format(row="OLD", sign="-")
    events = (
        ("insert", "INSERT", "", add),
        ("delete", "DELETE", "", subtract),
        ("update", f"UPDATE OF {_CHANGED}", _SQLITE_WHEN, f"{subtract} {add}"),
    )
    return [
        _SQLITE_TRIGGER.format(name=name, event=event, when=when, acts=acts)
        for name, event, when, acts in events
    ]


def _build_postgres_triggers() -> tuple[str, ...]:
    return (
        "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE",
        _POSTGRES_FUNCTION,
        _POSTGRES_UPDATE_FUNCTION,
        *_POSTGRES_TRIGGERS,
    )
