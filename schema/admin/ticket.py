"""All users' tickets, for staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.problems import InvalidInput
from models import Ticket as TicketRow
from models import TicketMessage as TicketMessageRow
from resolvers.pagination import PageRequest
from resolvers.staff import tickets
from resolvers.staff.tickets import TicketFilter
from schema.admin.enums import AdminTicketOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import TicketStatus
from schema.fields import View, column
from schema.filters import DateTimeRange, IdIn, Sorting, TextContains, Where, ids_of
from schema.node import parse_id
from schema.ticket import TicketStatusIn


@strawberry.type(description="A message in a ticket.")
class AdminTicketMessage(View[TicketMessageRow]):
    """A message, the owner's or staff's."""

    message: str = column("message", description="The text as it was sent. Not safe to render as HTML.")
    is_read: bool = column("is_read", description="Whether the recipient has read it.")
    created_at: datetime = column("created_at", description="When it was written.")

    @strawberry.field(description="The author. Requires `READ_USERS`.")
    async def writer(self, info: Info) -> AdminUser:
        return await load_user(info, self.row.user_id)


@strawberry.type(description="A support ticket.")
class AdminTicket(AdminRecord[TicketRow]):
    """A ticket as staff see it."""

    subject: str = column("subject", description="The subject.")
    description: str = column("description", description="The first message. Not safe to render as HTML.")
    status: TicketStatus = column("status", description="The status, which shows whose turn it is to answer.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(description="The user who opened it. Requires `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser:
        return await load_user(info, self.row.user_id)

    @strawberry.field(description="The staff member it is assigned to. Requires `READ_USERS`.")
    async def assignee(self, info: Info) -> AdminUser | None:
        return None if self.row.assignee_id is None else await load_user(info, self.row.assignee_id)

    @strawberry.field(description="The messages after the description, oldest first.")
    async def messages(self, info: Info) -> list[AdminTicketMessage]:
        rows = await info.context.loaders.messages.load(self.row.id)
        return [AdminTicketMessage.from_model(row) for row in rows]


@strawberry.input(description="Filter for tickets. Omitted or null criteria are ignored.")
class AdminTicketWhere(Where[TicketFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by ticket.", metadata=ids_of("AdminTicket")
    )
    user: IdIn | None = strawberry.field(
        default=None, description="Filter by user.", metadata=ids_of("AdminUser")
    )
    assignee: IdIn | None = strawberry.field(
        default=None, description="Filter by assignee.", metadata=ids_of("AdminUser")
    )
    is_assigned: bool | None = strawberry.field(default=None, description="Filter by whether it is assigned.")
    status: TicketStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    subject: TextContains | None = strawberry.field(
        default=None, description="Filter by part of the subject."
    )
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for tickets.")
class AdminTicketOrder(Sorting[AdminTicketOrderField]):
    pass


@strawberry.type
class AdminTicketQuery:
    @strawberry.field(
        description="All users' tickets, newest first by default. Requires `READ_TICKETS`. Errors: "
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
            strawberry.argument(
                description="For example, `{status: {in: [NEW, PENDING]}, isAssigned: false}`."
            ),
        ] = None,
        order_by: Annotated[
            AdminTicketOrder | None,
            strawberry.argument(description="For example, `{field: UPDATED_AT, direction: ASC}`."),
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
    @admin_mutation(
        tickets.answer_ticket,
        InvalidInput,
        description="Reply to a ticket and notify its owner. A closed ticket is reopened. Requires "
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
        tickets.close_ticket, InvalidInput, description="Close a ticket. Requires `ANSWER_TICKETS`."
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
        description="Assign a ticket to a staff member, or unassign it. Requires `ASSIGN_TICKETS`.",
    )
    async def assign_ticket(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminTicket`.")],  # noqa: A002 - Relay's name
        assignee_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Global id of an `AdminUser` who may answer tickets; null to unassign."
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
