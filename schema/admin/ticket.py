"""Everybody's tickets, for staff."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.problems import InvalidInput
from models import Ticket as TicketRow
from models import TicketMessage as TicketMessageRow
from resolvers.pagination import PageRequest
from resolvers.staff import tickets
from resolvers.staff.tickets import TicketFilter
from schema.admin.enums import AdminTicketOrderField
from schema.admin.fields import admin_mutation
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import Direction, TicketStatus
from schema.fields import resolved_field
from schema.filters import DateTimeRange, IdIn, TextContains, parse_ids
from schema.node import parse_id, to_global_id
from schema.ticket import TicketStatusIn


@strawberry.type(description="A message in a ticket.")
class AdminTicketMessage:
    """A message, the owner's or staff's."""

    message: str = strawberry.field(description="As its writer sent it; not to be trusted as HTML.")
    is_read: bool = strawberry.field(description="Whether the other side has read it.")
    created_at: datetime = strawberry.field(description="When it was written.")
    user_id: strawberry.Private[int]

    @resolved_field(description="Who wrote it. Needs `READ_USERS`.")
    async def writer(self, info: Info) -> AdminUser:
        return await load_user(info, self.user_id)

    @classmethod
    def from_model(cls, row: TicketMessageRow) -> Self:
        return cls(message=row.message, is_read=row.is_read, created_at=row.created_at, user_id=row.user_id)


@strawberry.type(description="A question to the shop's support.")
class AdminTicket:
    """A ticket as staff see it."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    number: int = strawberry.field(description="The number that people and the legacy API know it by.")
    subject: str = strawberry.field(description="What it is about.")
    description: str = strawberry.field(description="Its first text; not to be trusted as HTML.")
    status: TicketStatus = strawberry.field(description="Whose turn it is.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    user_id: strawberry.Private[int]
    assignee_id: strawberry.Private[int | None]

    @resolved_field(description="Who asks. Needs `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser:
        return await load_user(info, self.user_id)

    @resolved_field(description="The member of staff whom it is left to. Needs `READ_USERS`.")
    async def assignee(self, info: Info) -> AdminUser | None:
        return None if self.assignee_id is None else await load_user(info, self.assignee_id)

    @resolved_field(description="What was written after the description, oldest first.")
    async def messages(self, info: Info) -> list[AdminTicketMessage]:
        rows = await info.context.loaders.messages.load(self.number)
        return [AdminTicketMessage.from_model(row) for row in rows]

    @classmethod
    def from_model(cls, row: TicketRow) -> Self:
        return cls(
            id=to_global_id("AdminTicket", row.id),
            number=row.id,
            subject=row.subject,
            description=row.description,
            status=row.status,
            created_at=row.created_at,
            updated_at=row.updated_at,
            user_id=row.user_id,
            assignee_id=row.assignee_id,
        )


@strawberry.input(description="Which tickets; what is left out, or null, does not count.")
class AdminTicketWhere:
    """Criteria, all of which must hold."""

    id: IdIn | None = strawberry.field(default=None, description="One of these tickets.")
    user: IdIn | None = strawberry.field(default=None, description="Of one of these users.")
    assignee: IdIn | None = strawberry.field(
        default=None, description="Left to one of these members of staff."
    )
    is_assigned: bool | None = strawberry.field(default=None, description="Left to anybody, or to nobody.")
    status: TicketStatusIn | None = strawberry.field(default=None, description="In one of these states.")
    subject: TextContains | None = strawberry.field(default=None, description="By a part of the subject.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="In this span, ends included."
    )

    def to_filter(self) -> TicketFilter:
        """The same, in the operation's terms; InvalidInput for an id of another type."""
        return TicketFilter(
            ids=parse_ids(self.id, "AdminTicket", field="id"),
            user_ids=parse_ids(self.user, "AdminUser", field="user"),
            assignee_ids=parse_ids(self.assignee, "AdminUser", field="assignee"),
            is_assigned=self.is_assigned,
            statuses=self.status.any_of if self.status else None,
            subject_contains=self.subject.contains if self.subject else None,
            created_gte=self.created_at.gte if self.created_at else None,
            created_lte=self.created_at.lte if self.created_at else None,
        )


@strawberry.input(description="How tickets are sorted.")
class AdminTicketOrder:
    """A column and a direction."""

    field: AdminTicketOrderField = strawberry.field(description="The column.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Descending unless told otherwise."
    )


@strawberry.type
class AdminTicketQuery:
    """Reading tickets."""

    @resolved_field(
        description="Everybody's tickets, newest first by default. Needs `READ_TICKETS`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def tickets(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminTicketWhere | None,
            strawberry.argument(description="Such as `{status: {in: [NEW, PENDING]}, isAssigned: false}`."),
        ] = None,
        order_by: Annotated[
            AdminTicketOrder | None,
            strawberry.argument(description="Such as `{field: UPDATED_AT, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminTicket]:
        order = order_by or AdminTicketOrder(field=AdminTicketOrderField.ID)
        page = await tickets.get_tickets_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminTicketWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminTicket.from_model)


@strawberry.type
class AdminTicketMutation:
    """Answering."""

    @admin_mutation(
        tickets.answer_ticket,
        InvalidInput,
        description="Write into a ticket, whose owner is told; a closed one opens again. Needs "
        "`ANSWER_TICKETS`.",
    )
    async def answer_ticket(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminTicket`.")],  # noqa: A002 - Relay's name
        message: Annotated[str, strawberry.argument(description="1 to 10,000 characters.")],
    ) -> AdminTicket:
        return AdminTicket.from_model(
            await tickets.answer_ticket(
                info.context.staff, ticket_id=parse_id(id, "AdminTicket", field="id"), message=message
            )
        )

    @admin_mutation(
        tickets.close_ticket, InvalidInput, description="Settle a ticket. Needs `ANSWER_TICKETS`."
    )
    async def close_ticket(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminTicket`.")],  # noqa: A002 - Relay's name
    ) -> AdminTicket:
        return AdminTicket.from_model(
            await tickets.close_ticket(info.context.staff, ticket_id=parse_id(id, "AdminTicket", field="id"))
        )

    @admin_mutation(
        tickets.assign_ticket,
        InvalidInput,
        description="Leave a ticket to a member of staff, or to nobody in particular. Needs "
        "`ASSIGN_TICKETS`.",
    )
    async def assign_ticket(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminTicket`.")],  # noqa: A002 - Relay's name
        assignee_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Global id of an `AdminUser` who may answer tickets; null for nobody."
            ),
        ] = None,
    ) -> AdminTicket:
        return AdminTicket.from_model(
            await tickets.assign_ticket(
                info.context.staff,
                ticket_id=parse_id(id, "AdminTicket", field="id"),
                assignee_id=None
                if assignee_id is None
                else parse_id(assignee_id, "AdminUser", field="assigneeId"),
            )
        )
