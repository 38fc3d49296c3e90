"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, refuses
from domain.staff_acts import StaffAct, StaffSubject
from models import AuditEntry
from resolvers.filters import meeting, record_ids, those
from resolvers.pages import Direction, Page, PageRequest, read_page
from resolvers.sessions import SignedIn
from resolvers.staff.duty import permit


class AuditOrderField(StrEnum):
    """Columns that the audit log sorts by."""

    ID = "id"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries; None leaves a criterion out, time bounds are inclusive."""

    actor_ids: Sequence[int] | None = None
    acts: Sequence[StaffAct] | None = None
    subjects: Sequence[StaffSubject] | None = None
    subject_ids: Sequence[int] | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """`entries` that meet every criterion."""
        criteria: dict[str, object] = {
            "actor_id__in": record_ids(self.actor_ids),
            "act__in": those(self.acts),
            "subject__in": those(self.subjects),
            "subject_id__in": record_ids(self.subject_ids),
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
        }
        return meeting(entries, criteria)


@refuses(Forbidden, InvalidInput)
async def audit_page(
    staff: SignedIn, *, page: PageRequest, where: AuditFilter, order_by: AuditOrderField, direction: Direction
) -> Page[AuditEntry]:
    """A page of what staff did.

    Raises:
        Forbidden: the log is not for this role.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await permit(staff, Permission.READ_AUDIT_LOG)
    entries = where.apply(AuditEntry.all())
    return await read_page(lambda: entries, page=page, by=order_by.value, direction=direction)
