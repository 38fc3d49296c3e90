"""The audit log is written once: the database refuses whatever would change it."""

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from domain.roles import UserRole
from domain.staff_acts import StaffAct, StaffSubject
from models import AuditEntry, database
from tests.fakes import MOMENT, create_user

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET reason = 'another'",
        "DELETE FROM audit_entries",
        "DELETE FROM users",
        "TRUNCATE audit_entries",
    ],
)
async def test_an_entry_of_the_audit_log_is_neither_changed_nor_removed(statement: str) -> None:
    if statement.startswith("TRUNCATE") and database.dialect() == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    await AuditEntry.create(
        actor=await create_user(),
        role=UserRole.OWNER,
        act=StaffAct.NOTE_ORDER,
        subject=StaffSubject.ORDER,
        subject_id=1,
        before="{}",
        after="{}",
        created_at=MOMENT,
    )
    written = await AuditEntry.all().values()

    with pytest.raises((IntegrityError, OperationalError)):
        await database.connection().execute_script(statement)

    assert await AuditEntry.all().values() == written
