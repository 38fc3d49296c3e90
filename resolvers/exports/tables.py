"""The exported columns of each table, and its rows in pages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import database
from database.row_layout import to_timestamp
from domain import ids, mobiles, text_cleaning
from domain.order_details import TEXTS
from models import User
from resolvers import login

Value = str | int | bool | datetime | None
Row = Sequence[Value]

_PAGE = 5_000


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with its exported columns in order; `flags` are booleans, `timestamps` times."""

    name: str
    columns: Sequence[str]
    flags: frozenset[str]
    timestamps: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Rows created at `since` or later and before `until`, of one user; None ignores a criterion."""

    since: datetime | None = None
    until: datetime | None = None
    user_id: int | None = None


_ORDERS = Table(
    name="orders",
    columns=(
        "id legacy_key source user_id category_id service_id service_type provider_id provider_service_id "
        "provider_order_id link quantity charge refunded status start_count remains is_drip_feed runs "
        f"interval drip_feed_quantity {' '.join(TEXTS)} subscription_posts subscription_min "
        "subscription_max subscription_delay subscription_expiry subscription_status note staff_note "
        "public_reason is_imported created_at updated_at"
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


async def find_user(text: str) -> User | None:
    """The user with this mobile number, or with this id."""
    if mobile := mobiles.normalize(text):
        return await login.get_account_by_mobile(mobile)
    number = text_cleaning.parse_integer(text)
    return await User.get_or_none(id=number) if number is not None and ids.is_possible(number) else None


def consistent_snapshot() -> AbstractAsyncContextManager[None]:
    """One snapshot for all pages, on PostgreSQL only: on SQLite it would block the writer."""
    return database.read_snapshot() if database.dialect() == "postgres" else nullcontext()


async def iterate_rows(table: Table, selection: Selection) -> AsyncIterator[Row]:
    """The selected rows by id, in constant memory: timestamps in UTC, flags as booleans."""
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
        return to_timestamp(cast(str | datetime, stored))
    return stored
