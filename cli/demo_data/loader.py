"""Loads the demo data into an empty database."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tortoise.models import Model

import database
from cli.demo_data.records import Record
from config.errors import UsageError
from domain.enums import LedgerKind
from models import (
    Category,
    Gift,
    LedgerEntry,
    Notification,
    Order,
    Provider,
    Service,
    Ticket,
    TicketMessage,
    User,
    UserGift,
)

# In the order of their foreign keys.
_FILES: Mapping[str, type[Model]] = {
    "users": User,
    "categories": Category,
    "providers": Provider,
    "services": Service,
    "orders": Order,
    "gifts": Gift,
    "user_gifts": UserGift,
    "tickets": Ticket,
    "ticket_messages": TicketMessage,
    "notifications": Notification,
}
_KNOWN_USER = {"id": 176, "mobile": "09011235566", "email": "ehsan@example.com"}


class DatabaseNotEmpty(UsageError):
    """The database already has users, with which the demo would be mixed."""


async def load(now: datetime) -> None:
    """Load everything in one transaction; `now` is when the sandbox providers start.

    Raises DatabaseNotEmpty if there is any user.
    """
    async with database.exclusive_transaction("demo"):
        if not await is_database_empty():
            raise DatabaseNotEmpty("the database already has users")
        for name, model in _FILES.items():
            await model.bulk_create(
                [model(**_to_values(record, model, now)) for record in _load_records(name)]
            )
        await LedgerEntry.bulk_create(
            [_opening_entry(user) for user in await User.filter(balance__gt=0).order_by("id")]
        )
        await _continue_ids()


async def is_database_empty() -> bool:
    """Whether there are no users yet."""
    return not await User.exists()


async def is_loaded() -> bool:
    """Whether the demo's best-known user exists, whose mobile number is public."""
    return await User.filter(**_KNOWN_USER).exists()


def _load_records(name: str) -> list[Record]:
    records: list[Record] = json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
    return records


def _to_values(record: Record, model: type[Model], now: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        name: datetime.fromtimestamp(value, UTC) if name.endswith("_at") and isinstance(value, int) else value
        for name, value in record.items()
    }
    return {"created_at": now, "updated_at": now, **values} if model is Provider else values


def _opening_entry(user: User) -> LedgerEntry:
    return LedgerEntry(
        user_id=user.id,
        kind=LedgerKind.OPENING,
        amount=user.balance,
        balance_after=user.balance,
        cause=f"opening:user:{user.id}",
        created_at=user.created_at,
    )


async def _continue_ids() -> None:
    """Advance PostgreSQL's sequences past the loaded ids; SQLite does so by itself."""
    if database.dialect() != "postgres":
        return
    for model in _FILES.values():
        if model._meta.pk.generated:
            table = model._meta.db_table
            await database.connection().execute_query(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608 - the table is a model's
            )
