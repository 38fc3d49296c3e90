"""Reading the audit log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, declares_problems
from models import AuditEntry
from resolvers.filters import Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission


@columns_of(AuditEntry)
class AuditOrderField(StrEnum):
    ID = "id"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class AuditFilter(Filter[AuditEntry]):
    """Criteria for entries."""

    actor: Annotated[Ids | None, OnColumn("actor_id")] = None
    act: Annotated[OneOf[StaffAct] | None, OnColumn("action")] = None
    subject: OneOf[StaffSubject] | None = None
    subject_number: Annotated[Ids | None, OnColumn("subject_id")] = None
    created_at: Range[datetime] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_audit_page(
    staff: Session, *, page: PageRequest, where: AuditFilter, order_by: AuditOrderField, direction: Direction
) -> Page[AuditEntry]:
    """A page of the audit log.

    Raises:
        Forbidden: the role may not read the log.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_AUDIT_LOG)
    entries = where.apply(AuditEntry.all())
    return await read_page(lambda: entries, page=page, by=order_by.value, direction=direction)
