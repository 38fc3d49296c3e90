"""The migration that separates providers' messages from texts for buyers, and makes order numbers text."""

from collections.abc import AsyncIterator

import pytest
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

import database
from models import Order, OrderEvent, Refill, Service
from tests.models.test_migrations import wipe

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

BEFORE = "0009_ledger_units"
SPLIT = "0010_provider_words"
NOW = "2026-01-01 00:00:00+00:00"


@pytest.fixture
async def database_before_split(own_database_url: str) -> AsyncIterator[str]:
    """A database as the version before left it."""
    await wipe(own_database_url)
    async with database.open_connections(own_database_url):
        await migrate(own_database_url, BEFORE)
        yield own_database_url


async def migrate(url: str, name: str) -> None:
    executor = MigrationExecutor(database.connection(), database.build_config(url)["apps"])
    await executor.migrate([MigrationTarget(app_label=database.APP, name=name)], direction="forward")


async def insert(table: str, **values: object) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    literals = ", ".join(
        "NULL" if value is None else "'{}'".format(str(value).replace("'", "''")) for value in values.values()
    )
    await database.fetch(f"INSERT INTO {table} ({names}) VALUES ({literals})")


async def insert_order(number: int, *, status: str, note: str | None, provider_order_id: int = 0) -> None:
    await insert(
        "orders",
        id=number,
        source="direct",
        user_id=1,
        category_id=1,
        service_id=1,
        service_type="default",
        provider_order_id=provider_order_id,
        link="https://a.example",
        quantity=10,
        charge=100,
        refunded=0,
        status=status,
        start_count=0,
        remains=0,
        is_drip_feed=False,
        runs=0,
        interval=0,
        drip_feed_quantity=0,
        note=note,
        is_imported=False,
        created_at=NOW,
        updated_at=NOW,
    )


async def insert_event(order_id: int, *, actor: str, note: str | None) -> None:
    await insert("order_events", order_id=order_id, actor=actor, to_status="error", note=note, created_at=NOW)


async def test_the_split_keeps_for_buyers_what_staff_wrote_and_for_staff_what_providers_said(
    database_before_split: str,
) -> None:
    stamps = {"created_at": NOW, "updated_at": NOW}
    await insert(
        "users", id=1, role="user", balance=0, custom_rate=0, mobile_verified=True, is_active=True, **stamps
    )
    await insert("categories", id=1, name="c", description="", position=0, is_active=True, **stamps)
    await insert(
        "services",
        id=1,
        category_id=1,
        name="s",
        description="<b onclick=steal()>Fast</b><script>steal()</script>",
        price=1,
        min_quantity=1,
        max_quantity=10,
        source="manual",
        type="default",
        drip_feed=False,
        is_active=True,
        **stamps,
    )
    await insert_order(1, status="error", note="Not enough funds on balance", provider_order_id=23501)
    await insert_order(2, status="completed", note="ببخشید که دیر شد")
    await insert_order(3, status="completed", note="")
    await insert_order(4, status="pending", note=None)
    await insert_event(1, actor="provider", note="Not enough funds on balance")
    await insert_event(2, actor="staff", note="ببخشید که دیر شد")
    await insert_event(2, actor="system", note="provider's order 7")
    await insert("refills", order_id=2, status="rejected", note="Refill is disabled", **stamps)

    await migrate(database_before_split, SPLIT)

    # Columns of later migrations do not exist yet.
    orders = (
        await Order.all()
        .order_by("id")
        .only("id", "note", "staff_note", "public_reason", "provider_order_id")
    )
    assert [(order.note, order.staff_note, order.public_reason) for order in orders] == [
        (None, "Not enough funds on balance", "under_review"),
        ("ببخشید که دیر شد", None, None),
        ("", None, None),
        (None, None, None),
    ]
    assert [order.provider_order_id for order in orders] == ["23501", None, None, None]
    assert [(event.note, event.staff_note) for event in await OrderEvent.all().order_by("id")] == [
        (None, "Not enough funds on balance"),
        ("ببخشید که دیر شد", None),
        (None, "provider's order 7"),
    ]
    assert (await Service.get()).description == "<b>Fast</b>"
    refill = await Refill.get()
    assert refill.note is None
    assert refill.staff_note == "Refill is disabled"
