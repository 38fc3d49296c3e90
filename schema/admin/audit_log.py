"""The audit log."""

from datetime import datetime
from typing import Annotated

import orjson
import strawberry

from engine.executor.hints import FieldHints
from models import AuditEntry as AuditEntryRow
from resolvers.filters import Ids, OneOf
from resolvers.pagination import PageRequest
from resolvers.staff import audit_log
from resolvers.staff.audit_log import AuditFilter
from schema.admin.enums import AdminAuditOrderField, StaffAct, StaffSubject
from schema.admin.record import AdminRecord
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import UserRole
from schema.fields import column
from schema.filters import DateTimeRange, IdIn, Sorting, Where, ids_of


@strawberry.type(description="A column that an action changed.")
class AdminAuditChange:
    """One value, before and after."""

    column: str = strawberry.field(description="The name, such as `price`.")
    before: str | None = strawberry.field(
        description='The old value as JSON, with secrets as `"***"`; null if there was none.'
    )
    after: str | None = strawberry.field(
        description='The new value as JSON, with secrets as `"***"`; null if it was removed.'
    )


@strawberry.type(
    description="An action by a staff member on one record. Entries are never changed or removed."
)
class AdminAuditEntry(AdminRecord[AuditEntryRow]):
    """An entry of the audit log."""

    act: StaffAct = column("action", description="The action.")
    role: UserRole = column("role", description="The role that the actor had at the time.")
    subject: StaffSubject = column("subject", description="The kind of record it was done to.")
    subject_number: int | None = column(
        "subject_id", description="The `number` of that record; null for settings."
    )
    changes: list[AdminAuditChange] = strawberry.field(
        resolver=lambda self: _build_changes(self.row),
        description="The columns that changed.",
        metadata=FieldHints(is_pure=True).metadata,
    )
    reason: str | None = column("reason", description="The reason, if one was given.")
    service_token: str | None = column(
        "service_token", description="The name of the service token that was used; null if a person did it."
    )
    created_at: datetime = column("created_at", description="When it was done.")

    @strawberry.field(description="Who did it. Requires `READ_USERS`.")
    async def actor(self, info: Info) -> AdminUser:
        return await load_user(info, self.row.actor_id)


def _build_changes(row: AuditEntryRow) -> list[AdminAuditChange]:
    before, after = orjson.loads(row.before), orjson.loads(row.after)
    return [
        AdminAuditChange(column=name, before=_to_json(before, name), after=_to_json(after, name))
        for name in dict.fromkeys((*before, *after))
    ]


def _to_json(columns: dict[str, object], name: str) -> str | None:
    return orjson.dumps(columns[name]).decode() if name in columns else None


@strawberry.input(description="Matches any of several actions.")
class StaffActIn(OneOf[StaffAct]):
    """Entries by action."""

    any_of: list[StaffAct] = strawberry.field(
        name="in", description="Acts to match; an empty list matches nothing."
    )


@strawberry.input(description="Matches any of several kinds of record.")
class StaffSubjectIn(OneOf[StaffSubject]):
    """Entries by what they were done to."""

    any_of: list[StaffSubject] = strawberry.field(
        name="in", description="Kinds to match; an empty list matches nothing."
    )


@strawberry.input(description="Matches any of several numbers.")
class NumberIn(Ids):
    """Records by their numbers."""

    any_of: list[int] = strawberry.field(
        name="in", description="Numbers to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for entries. Omitted or null criteria are ignored.")
class AdminAuditEntryWhere(Where[AuditFilter]):
    actor: IdIn | None = strawberry.field(
        default=None, description="Filter by the staff member who acted.", metadata=ids_of("AdminUser")
    )
    act: StaffActIn | None = strawberry.field(default=None, description="Filter by action.")
    subject: StaffSubjectIn | None = strawberry.field(
        default=None, description="Filter by the kind of record."
    )
    subject_number: NumberIn | None = strawberry.field(default=None, description="Filter by record number.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for entries.")
class AdminAuditEntryOrder(Sorting[AdminAuditOrderField]):
    pass


@strawberry.type
class AdminAuditQuery:
    @strawberry.field(
        description="Staff actions, newest first by default. Requires `READ_AUDIT_LOG`. Errors: `FORBIDDEN`, "
        "`INVALID_INPUT`."
    )
    async def audit_log(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminAuditEntryWhere | None,
            strawberry.argument(
                description="For example, `{subject: {in: [ORDER]}, subjectNumber: {in: [1528]}}`."
            ),
        ] = None,
        order_by: Annotated[
            AdminAuditEntryOrder | None,
            strawberry.argument(description="For example, `{field: CREATED_AT, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminAuditEntry]:
        order = order_by or AdminAuditEntryOrder(field=AdminAuditOrderField.ID)
        page = await audit_log.get_audit_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminAuditEntryWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminAuditEntry.from_model)
