"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain.audit_actions import StaffAct, StaffSubject
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, declares_problems
from models import AuditEntry
from resolvers.filters import apply_criteria, as_list, possible_ids
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission


class AuditOrderField(StrEnum):
    ID = "id"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Criteria for entries; None ignores a criterion, time bounds are inclusive."""

    actor_ids: Sequence[int] | None = None
    actions: Sequence[StaffAct] | None = None
    subjects: Sequence[StaffSubject] | None = None
    subject_ids: Sequence[int] | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        criteria: dict[str, object] = {
            "actor_id__in": possible_ids(self.actor_ids),
            "act__in": as_list(self.actions),
            "subject__in": as_list(self.subjects),
            "subject_id__in": possible_ids(self.subject_ids),
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
        }
        return apply_criteria(entries, criteria)


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
