"""Support tickets."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.problems import InvalidInput
from models import Ticket as TicketRow
from models import TicketMessage as TicketMessageRow
from resolvers import tickets
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.tickets import TicketFilter
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import TicketOrderField, TicketStatus
from schema.fields import View, column
from schema.filters import DateTimeRange, Sorting, TextContains, Where
from schema.node import Node, id_field, parse_id, to_global_id
from schema.problem_unions import mutation_field


@strawberry.type(description="A message in a ticket.")
class TicketMessage(Node):
    """A message, the user's or staff's."""

    message: str = strawberry.field(
        description="The text as it was sent. May contain HTML; not safe to render."
    )
    is_mine: bool = strawberry.field(description="Whether the viewer wrote it; otherwise staff did.")
    is_read: bool = strawberry.field(description="Whether the recipient has read it.")
    created_at: datetime = strawberry.field(description="When it was written.")
    updated_at: datetime = strawberry.field(description="When it was last updated.")
    ticket_id: strawberry.Private[int]

    @strawberry.field(description="The ticket it belongs to.")
    async def ticket(self, info: Info) -> "Ticket":
        return Ticket.from_model(await info.context.loaders.ticket.load(self.ticket_id))

    @classmethod
    def from_model(cls, row: TicketMessageRow, *, viewer_id: int) -> Self:
        return cls(
            id=to_global_id("TicketMessage", row.id),
            message=row.message,
            is_mine=row.user_id == viewer_id,
            is_read=row.is_read,
            created_at=row.created_at,
            updated_at=row.updated_at,
            ticket_id=row.ticket_id,
        )

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        user = info.context.user
        found = await tickets.get_message(user, message_id=key)
        return cls.from_model(found, viewer_id=user.id) if found else None


@strawberry.type(description="A support ticket.")
class Ticket(Node, View[TicketRow]):
    """A ticket with its first text; messages follow."""

    id: strawberry.ID = id_field("Ticket")
    subject: str = column("subject", description="The subject.")
    description: str = column(
        "description", description="The first message, as the user sent it. Not safe to render as HTML."
    )
    status: TicketStatus = column("status", description="The status, which shows whose turn it is to answer.")
    created_at: datetime = column("created_at", description="When it was opened.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(description="The messages after the description, oldest first.")
    async def messages(self, info: Info) -> list[TicketMessage]:
        rows = await info.context.loaders.messages.load(self.row.id)
        return [TicketMessage.from_model(row, viewer_id=info.context.user.id) for row in rows]

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        return cls.from_model(await tickets.get_ticket(info.context.user, ticket_id=key))


@strawberry.input(description="Matches any of several states.")
class TicketStatusIn(OneOf[TicketStatus]):
    """Tickets by state."""

    any_of: list[TicketStatus] = strawberry.field(
        name="in", description="States to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for tickets. Omitted or null criteria are ignored.")
class TicketWhere(Where[TicketFilter]):
    status: TicketStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    subject: TextContains | None = strawberry.field(
        default=None, description="Filter by part of the subject."
    )
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by the time it was opened, bounds included."
    )


@strawberry.input(description="Sort order for tickets.")
class TicketOrder(Sorting[TicketOrderField]):
    pass


@strawberry.type
class TicketQuery:
    @strawberry.field(
        description="The viewer's tickets, newest first by default. Requires authentication. Errors: "
        "`INVALID_INPUT`."
    )
    async def tickets(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            TicketWhere | None, strawberry.argument(description="For example, `{status: {in: [ANSWERED]}}`.")
        ] = None,
        order_by: Annotated[
            TicketOrder | None, strawberry.argument(description="For example, `{field: UPDATED_AT}`.")
        ] = None,
    ) -> Connection[Ticket]:
        order = order_by or TicketOrder(field=TicketOrderField.ID)
        page = await tickets.get_tickets_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or TicketWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, Ticket.from_model)

    @strawberry.field(
        description="One of the viewer's tickets. Requires authentication. Errors: `TICKET_NOT_FOUND`, "
        "`FORBIDDEN`."
    )
    async def ticket(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Ticket`.")],  # noqa: A002 - Relay's name
    ) -> Ticket | None:
        return await Ticket.find(info, parse_id(id, "Ticket", field="id"))


@strawberry.type
class TicketMutation:
    @mutation_field(tickets.create_ticket, description="Open a ticket. Requires authentication.")
    async def create_ticket(
        self,
        info: Info,
        subject: Annotated[str, strawberry.argument(description="1 to 255 characters.")],
        description: Annotated[str, strawberry.argument(description="1 to 10,000 characters.")],
    ) -> Ticket:
        row = await tickets.create_ticket(info.context.user, subject=subject, description=description)
        return Ticket.from_model(row)

    @mutation_field(
        tickets.reply_to_ticket,
        InvalidInput,
        description="Reply to one of your tickets. A closed ticket is reopened. Requires authentication.",
    )
    async def reply_to_ticket(
        self,
        info: Info,
        ticket_id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Ticket`.")],
        message: Annotated[str, strawberry.argument(description="1 to 10,000 characters.")],
    ) -> TicketMessage:
        user = info.context.user
        key = parse_id(ticket_id, "Ticket", field="ticketId")
        row = await tickets.reply_to_ticket(user, ticket_id=key, message=message)
        return TicketMessage.from_model(row, viewer_id=user.id)
