"""What is exported: the columns of each table, and its rows a page at a time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import database

Value = str | int | bool | datetime | None
Row = Sequence[Value]

_PAGE = 5_000


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with the columns that are shown, in order; `flags` are booleans, `moments` times."""

    name: str
    columns: Sequence[str]
    flags: frozenset[str]
    timestamps: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which rows: created at `since` or later and before `until`, of one user; None leaves a bound out."""

    since: datetime | None = None
    until: datetime | None = None
    user_id: int | None = None


_ORDERS = Table(
    name="orders",
    columns=(
        "id legacy_key source user_id category_id service_id service_type provider_id provider_service_id "
        "provider_order_id link quantity charge refunded status start_count remains is_drip_feed runs "
        "interval drip_feed_quantity usernames username hashtags hashtag media comments subscription_posts "
        "subscription_min subscription_max subscription_delay subscription_expiry subscription_status note "
        "staff_note public_reason "
        "is_imported created_at updated_at"
    ).split(),
    flags=frozenset({"is_drip_feed", "is_imported"}),
    timestamps=frozenset({"created_at", "updated_at"}),
)
_LEDGER = Table(
    name="ledger_entries",
    columns="id user_id kind amount balance_after cause order_id payment_id note created_at".split(),
    flags=frozenset(),
    timestamps=frozenset({"created_at"}),
)
TABLES: Mapping[str, Table] = {"orders": _ORDERS, "ledger": _LEDGER}


def consistent_snapshot() -> AbstractAsyncContextManager[None]:
    """On PostgreSQL, one moment for all pages. SQLite's pages may differ: its one writer is not held up."""
    return database.read_snapshot() if database.dialect() == "postgres" else nullcontext()


async def iterate_rows(table: Table, selection: Selection) -> AsyncIterator[Row]:
    """The selected rows by id, in constant memory: moments in UTC, flags as booleans."""
    statement, values = _build_statement(table, selection)
    last = 0
    while page := await database.fetch(statement, last, *values):
        for record in page:
            yield [_convert(table, column, record[column]) for column in table.columns]
        last = page[-1]["id"]


def _build_statement(table: Table, selection: Selection) -> tuple[str, list[object]]:
    bounds: dict[str, object] = {
        "created_at >=": selection.since,
        "created_at <": selection.until,
        "user_id =": selection.user_id,
    }
    bound_values = {bound: value for bound, value in bounds.items() if value is not None}
    conditions = ["id > $1", *(f"{bound} ${number}" for number, bound in enumerate(bound_values, start=2))]
    columns = ", ".join(f'"{column}"' for column in table.columns)
    statement = (
        f"SELECT {columns} FROM {table.name} "  # noqa: S608 - names of our own
        f"WHERE {' AND '.join(conditions)} ORDER BY id LIMIT {_PAGE}"
    )
    return statement, list(bound_values.values())


def _convert(table: Table, column: str, stored: Value) -> Value:
    if stored is None:
        return None
    if column in table.flags:
        return bool(stored)
    if column in table.timestamps:
        # SQLite keeps moments as text.
        timestamp = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
        return timestamp.astimezone(UTC) if isinstance(timestamp, datetime) else timestamp
    return stored
