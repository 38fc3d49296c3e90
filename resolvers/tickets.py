"""A user's support tickets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.transactions import in_transaction

import database
from database.change_events import LiveTopic, publish_change
from domain import ids, text_cleaning
from domain.enums import TicketStatus
from domain.problems import Forbidden, InvalidInput, QuotaReached, TicketNotFound, declares_problems
from domain.quotas import Quota
from models import Ticket, TicketMessage, User
from resolvers import quotas
from resolvers.authorization import raise_forbidden
from resolvers.filters import Contains, Filter, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_chunk, read_page

_MAX_SUBJECT_LENGTH = 255
MAX_TEXT_LENGTH = 10_000


@columns_of(Ticket)
class TicketOrderField(StrEnum):
    ID = "id"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class TicketFilter(Filter[Ticket]):
    """Criteria for tickets."""

    status: OneOf[TicketStatus] | None = None
    subject: Contains | None = None
    created_at: Range[datetime] | None = None


async def list_tickets(user: User, *, after: Ticket | None = None) -> list[Ticket]:
    """The newest tickets of `user`, up to `CHUNK_SIZE`, or the next older ones."""
    own = Ticket.filter(user_id=user.id)
    return await read_chunk(own, by="id", direction=Direction.DESC, after=after)


async def get_tickets_page(
    user: User,
    *,
    page: PageRequest,
    where: TicketFilter,
    order_by: TicketOrderField = TicketOrderField.ID,
    direction: Direction,
) -> Page[Ticket]:
    """A page of the user's tickets.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    tickets = where.apply(Ticket.filter(user_id=user.id))
    return await read_page(lambda: tickets, page=page, by=order_by.value, direction=direction)


@declares_problems(TicketNotFound, Forbidden)
async def get_ticket(user: User, *, ticket_id: int) -> Ticket:
    """One of the user's tickets.

    Raises:
        TicketNotFound: there is none with this id.
        Forbidden: it is another user's.
    """
    ticket = await Ticket.get_or_none(id=ticket_id) if ids.is_possible(ticket_id) else None
    if ticket is None:
        raise TicketNotFound
    if ticket.user_id != user.id:
        raise_forbidden(user.id, permission="others_tickets", owner_id=ticket.user_id)
    return ticket


async def get_tickets_by_id(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Tickets with these ids, of any user."""
    return {ticket.id: ticket for ticket in await Ticket.filter(id__in=list(ticket_ids))}


async def get_message(user: User, *, message_id: int) -> TicketMessage | None:
    """One message in one of the user's tickets, from either side, or None."""
    if not ids.is_possible(message_id):
        return None
    return await TicketMessage.get_or_none(id=message_id, ticket__user_id=user.id)


async def list_messages(ticket: Ticket, *, after: TicketMessage | None = None) -> list[TicketMessage]:
    """The oldest messages of the ticket, up to `CHUNK_SIZE`, or the next newer ones."""
    own = TicketMessage.filter(ticket_id=ticket.id)
    return await read_chunk(own, by="id", direction=Direction.ASC, after=after)


async def get_messages_by_ticket(ticket_ids: Iterable[int]) -> dict[int, list[TicketMessage]]:
    """Messages of several tickets, oldest first, by ticket id."""
    grouped: dict[int, list[TicketMessage]] = {ticket_id: [] for ticket_id in ticket_ids}
    for message in await TicketMessage.filter(ticket_id__in=list(grouped)).order_by("id"):
        grouped[message.ticket_id].append(message)
    return grouped


@declares_problems(InvalidInput, QuotaReached)
async def create_ticket(user: User, *, subject: str, description: str) -> Ticket:
    """Open a ticket.

    Raises:
        InvalidInput: a blank text, a subject over 255 characters or a description over 10,000.
        QuotaReached: the user wrote as many tickets and replies, or bytes of them, as an hour allows.
    """
    subject = text_cleaning.clean_bounded_line(subject, field="subject", max_length=_MAX_SUBJECT_LENGTH)
    description = text_cleaning.clean_bounded_paragraph(
        description, field="description", max_length=MAX_TEXT_LENGTH
    )
    async with in_transaction():
        now = await database.now()
        await _consume_quotas(user, subject + description, now=now)
        return await Ticket.create(
            user=user, subject=subject, description=description, created_at=now, updated_at=now
        )


@declares_problems(InvalidInput, TicketNotFound, Forbidden, QuotaReached)
async def reply_to_ticket(user: User, *, ticket_id: int, message: str) -> TicketMessage:
    """Add a message; an answered or closed ticket is opened again for staff.

    Raises:
        InvalidInput: a blank message, or one over 10,000 characters.
        TicketNotFound: there is none with this id.
        Forbidden: it belongs to another user.
        QuotaReached: the user wrote as many tickets and replies, or bytes of them, as an hour allows.
    """
    ticket = await get_ticket(user, ticket_id=ticket_id)
    message = text_cleaning.clean_bounded_paragraph(message, field="message", max_length=MAX_TEXT_LENGTH)
    async with in_transaction():
        now = await database.now()
        await _consume_quotas(user, message, now=now)
        settled = Ticket.filter(id=ticket.id, status__in=[TicketStatus.ANSWERED, TicketStatus.CLOSED])
        await settled.update(status=TicketStatus.PENDING, updated_at=now)
        return await add_message(ticket, writer=user, message=message, now=now)


async def _consume_quotas(user: User, text: str, *, now: datetime) -> None:
    await quotas.consume(user, Quota.TICKET_MESSAGES, now=now)
    await quotas.consume(user, Quota.TICKET_BYTES, len(text.encode()), now=now)


async def add_message(ticket: Ticket, *, writer: User, message: str, now: datetime) -> TicketMessage:
    """Add a message of the owner's or of staff's and notify the owner; call it in a transaction."""
    added = await TicketMessage.create(
        ticket_id=ticket.id, user=writer, message=message, created_at=now, updated_at=now
    )
    await publish_change(ticket.user_id, LiveTopic.TICKET_MESSAGE, str(added.id))
    return added
