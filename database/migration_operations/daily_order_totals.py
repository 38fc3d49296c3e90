"""Migration operation for running totals of orders per user and day.

Days are in the shop's time zone, counted from 1970-01-01. Both databases and `resolvers.order_totals` use
Iran's present offset from UTC, which has had no daylight saving time since 2022: an order from an earlier
summer may count for the neighbouring day if it was placed within an hour of midnight.
"""

from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

OFFSET_SECONDS = 12_600
"""The offset of the shop's days from UTC: Iran Standard Time, +03:30."""

_SECONDS_PER_DAY = 86_400
_COLUMNS = "(user_id, service_id, order_count, amount, day)"
_CHANGED = "user_id, service_id, charge, status, created_at"
_COUNTS = "status NOT IN ('canceled', 'refunded')"


def day_sql(timestamp: str, dialect: str) -> str:
    """SQL expression of a timestamp's day."""
    if dialect == "sqlite":
        # Whole seconds of a text in UTC: SQLite would round the last half millisecond of a day up to the
        # next.
        seconds = f"CAST(strftime('%s', substr({timestamp}, 1, 19)) AS INTEGER)"
        return f"({seconds} + {OFFSET_SECONDS}) / {_SECONDS_PER_DAY}"
    return f"floor((extract(epoch FROM {timestamp}) + {OFFSET_SECONDS}) / {_SECONDS_PER_DAY})::int"


def _fill_sql(dialect: str) -> str:
    return (
        "INSERT INTO user_day_tallies (day, user_id, order_count, amount) "  # noqa: S608 - constants
        f"SELECT {day_sql('created_at', dialect)}, user_id, count(*), sum(charge) FROM orders "
        f"WHERE {_COUNTS} GROUP BY 1, 2"
    )


class TallyOrdersByDay(RunSQL):
    """Migration operation: totals by day for existing orders; new deltas carry the order's day."""

    def __init__(self) -> None:
        super().__init__("")

    def describe(self) -> str:
        return "Tally orders by user and day"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        is_sqlite = state_editor.client.capabilities.dialect == "sqlite"
        # Triggers first: orders placed meanwhile have to wait, and their deltas then carry a day. Earlier
        # deltas have no day: the fill already counts their orders.
        for statement in _sqlite_triggers() if is_sqlite else _POSTGRES_TRIGGERS:
            await state_editor.client.execute_query(statement)
        await state_editor.client.execute_query(_fill_sql("sqlite" if is_sqlite else "postgres"))


def _sqlite_triggers() -> list[str]:
    def delta_sql(row: str, sign: str) -> str:
        return (
            f"INSERT INTO order_deltas {_COLUMNS} SELECT {row}.user_id, {row}.service_id, {sign}1, "
            f"{sign}{row}.charge, {day_sql(f'{row}.created_at', 'sqlite')} WHERE {row}.{_COUNTS};"
        )

    def row_sql(row: str) -> str:
        counts = f"{row}.status IN ('canceled', 'refunded')"
        return f"({row}.user_id, {row}.service_id, {row}.charge, {counts}, {row}.created_at)"

    when = f"WHEN {row_sql('OLD')} IS NOT {row_sql('NEW')} "
    add, subtract = delta_sql("NEW", ""), delta_sql("OLD", "-")
    events = (
        ("insert", "INSERT", "", add),
        ("delete", "DELETE", "", subtract),
        ("update", f"UPDATE OF {_CHANGED}", when, f"{subtract} {add}"),
    )
    statements = []
    for name, event, condition, body in events:
        statements += [
            f"DROP TRIGGER orders_tallied_{name}",
            f"CREATE TRIGGER orders_tallied_{name} AFTER {event} ON orders {condition}BEGIN {body} END",
        ]
    return statements


def _postgres_delta_sql(table: str, sign: str) -> str:
    return f"""
    INSERT INTO order_deltas {_COLUMNS}
    SELECT user_id, service_id, {sign}count(*), {sign}sum(charge), {day_sql("created_at", "postgres")}
    FROM {table} WHERE {_COUNTS} GROUP BY user_id, service_id, 5;
    """  # noqa: S608 - constants


_POSTGRES_CHANGED = (
    "({row}.user_id, {row}.service_id, {row}.charge, {row}.created_at, "
    "{row}.status IN ('canceled', 'refunded'))"
)
_POSTGRES_TRIGGERS = (
    "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE",
    f"""
CREATE OR REPLACE FUNCTION note_order_deltas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN {_postgres_delta_sql("taken", "-")} END IF;
  IF TG_OP <> 'DELETE' THEN {_postgres_delta_sql("added", "")} END IF;
  RETURN NULL;
END $$
""",
    f"""
CREATE OR REPLACE FUNCTION note_order_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO order_deltas {_COLUMNS}
  SELECT user_id, service_id, order_count, amount, {day_sql("created_at", "postgres")} FROM (VALUES
    (OLD.user_id, OLD.service_id, -1, -OLD.charge, OLD.status, OLD.created_at),
    (NEW.user_id, NEW.service_id, 1, NEW.charge, NEW.status, NEW.created_at)
  ) AS changed (user_id, service_id, order_count, amount, status, created_at)
  WHERE {_COUNTS};
  RETURN NULL;
END $$
""",  # noqa: S608 - constants
    "DROP TRIGGER orders_tallied_update ON orders",
    f"CREATE TRIGGER orders_tallied_update AFTER UPDATE OF {_CHANGED} ON orders FOR EACH ROW "
    f"WHEN ({_POSTGRES_CHANGED.format(row='OLD')} IS DISTINCT FROM {_POSTGRES_CHANGED.format(row='NEW')}) "
    "EXECUTE FUNCTION note_order_delta()",
)
