"""Append-only tables are written once: the database refuses to change or remove a row."""

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

import database
from domain.order_state_machine import OrderActor
from domain.order_status import OrderStatus
from domain.permissions import StaffAct, StaffSubject
from domain.roles import UserRole
from models import AuditEntry, OrderEvent
from tests.append_only import allow_row_changes
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]

CHANGES = {
    "audit_entries": "UPDATE audit_entries SET reason = 'another'",
    "ledger_entries": "UPDATE ledger_entries SET amount = amount + 1",
    "order_events": "UPDATE order_events SET staff_note = 'another'",
}


async def create_a_row_in_each_table() -> None:
    user = await create_user(balance=1_000)
    await AuditEntry.create(
        actor=user,
        role=UserRole.OWNER,
        action=StaffAct.NOTE_ORDER,
        subject=StaffSubject.ORDER,
        subject_id=1,
        before="{}",
        after="{}",
        created_at=TIMESTAMP,
    )
    await OrderEvent.create(
        order=await create_order(user, await create_service()),
        actor=OrderActor.BUYER,
        to_status=OrderStatus.PENDING,
        created_at=TIMESTAMP,
    )


async def test_rows_of_append_only_tables_are_neither_changed_nor_removed(subtests: pytest.Subtests) -> None:
    await create_a_row_in_each_table()
    written = await read_stored_rows()
    assert all(written[table] for table in CHANGES)

    for table, change in CHANGES.items():
        statements = [change, f"DELETE FROM {table}"]
        if database.dialect() == "postgres":
            statements += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
        for statement in statements:
            with subtests.test(statement):
                with pytest.raises((IntegrityError, OperationalError), match=f"{table} is append-only"):
                    await database.connection().execute_script(statement)
                assert await read_stored_rows() == written


async def test_users_and_orders_that_have_such_rows_cannot_be_removed(subtests: pytest.Subtests) -> None:
    await create_a_row_in_each_table()
    written = await read_stored_rows()
    cascades = ["TRUNCATE orders CASCADE", "TRUNCATE users CASCADE"]
    for statement in [
        "DELETE FROM users",
        "DELETE FROM orders",
        *(cascades if database.dialect() == "postgres" else []),
    ]:
        with subtests.test(statement):
            with pytest.raises((IntegrityError, OperationalError)):
                await database.connection().execute_script(statement)
            assert await read_stored_rows() == written


async def test_the_triggers_refuse_again_after_a_test_has_written_past_them() -> None:
    await create_a_row_in_each_table()
    async with allow_row_changes():
        await database.fetch("UPDATE ledger_entries SET note = 'rewritten'")
    assert [row["note"] for row in await database.fetch("SELECT note FROM ledger_entries")] == ["rewritten"]

    with pytest.raises((IntegrityError, OperationalError)):
        await database.fetch("UPDATE ledger_entries SET note = 'again'")
