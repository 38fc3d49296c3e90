"""Tickets as handled by staff."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain import ids, notification_texts, permissions, text_cleaning
from domain.enums import NotificationKind, TicketStatus
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, TicketNotFound, declares_problems
from models import Ticket, TicketMessage, User
from resolvers import notifications
from resolvers.filters import Contains, Filter, Ids, IsSet, OnColumn, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import get_columns, lock_row, require_permission, staff_transaction
from resolvers.tickets import MAX_TEXT_LENGTH, add_message


@columns_of(Ticket)
class TicketOrderField(StrEnum):
    ID = "id"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class TicketFilter(Filter[Ticket]):
    """Criteria for tickets."""

    id: Ids | None = None
    user: Annotated[Ids | None, OnColumn("user_id")] = None
    assignee: Annotated[Ids | None, OnColumn("assignee_id")] = None
    is_assigned: Annotated[bool | None, IsSet("assignee_id")] = None
    status: OneOf[TicketStatus] | None = None
    subject: Contains | None = None
    created_at: Range[datetime] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_tickets_page(
    staff: Session,
    *,
    page: PageRequest,
    where: TicketFilter,
    order_by: TicketOrderField,
    direction: Direction,
) -> Page[Ticket]:
    """A page of all users' tickets.

    Raises:
        Forbidden: the role may not read other users' records.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_TICKETS)
    return await read_page(
        lambda: where.apply(Ticket.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, InvalidInput, TicketNotFound)
async def answer_ticket(staff: Session, *, ticket_id: int, message: str) -> Ticket:
    """Reply to a ticket, notify its owner and mark the owner's messages as read. Reopens a closed ticket.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a blank message, or one over 10,000 characters.
        TicketNotFound: there is none with this id.
    """
    message = text_cleaning.clean_bounded_paragraph(message, field="message", max_length=MAX_TEXT_LENGTH)
    async with staff_transaction(staff, Permission.ANSWER_TICKETS) as duty:
        ticket = await lock_row(Ticket, ticket_id, missing=TicketNotFound)
        before = get_columns(ticket)
        ticket.status, ticket.updated_at = TicketStatus.ANSWERED, duty.now
        await ticket.save(update_fields=["status", "updated_at"])
        await TicketMessage.filter(ticket_id=ticket.id, user_id=ticket.user_id, is_read=False).update(
            is_read=True
        )
        added = await add_message(ticket, writer=duty.actor, message=message, now=duty.now)
        owner = await User.get(id=ticket.user_id)
        await notifications.notify(
            owner.id,
            NotificationKind.TICKET_ANSWERED,
            notification_texts.ticket_answered(owner.first_name, subject=ticket.subject),
            now=duty.now,
        )
        after = {**get_columns(ticket), "message_id": added.id}
        await duty.record(StaffAct.ANSWER_TICKET, StaffSubject.TICKET, ticket.id, before=before, after=after)
        return ticket


@declares_problems(Forbidden, TicketNotFound)
async def close_ticket(staff: Session, *, ticket_id: int) -> Ticket:
    """Close a ticket; a new message from either side reopens it.

    Raises:
        Forbidden: the role lacks the permission.
        TicketNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.ANSWER_TICKETS) as duty:
        ticket = await lock_row(Ticket, ticket_id, missing=TicketNotFound)
        before = get_columns(ticket)
        ticket.status, ticket.updated_at = TicketStatus.CLOSED, duty.now
        await ticket.save(update_fields=["status", "updated_at"])
        return await duty.record_change(StaffAct.CLOSE_TICKET, ticket, before=before)


@declares_problems(Forbidden, InvalidInput, TicketNotFound)
async def assign_ticket(staff: Session, *, ticket_id: int, assignee_id: int | None) -> Ticket:
    """Assign a ticket to a member of staff who may answer it, or to nobody (None).

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: the assignee may not answer tickets.
        TicketNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.ASSIGN_TICKETS) as duty:
        ticket = await lock_row(Ticket, ticket_id, missing=TicketNotFound)
        if assignee_id is not None and not await _may_answer(assignee_id):
            raise InvalidInput(field="assignee")
        before = get_columns(ticket)
        ticket.assignee_id, ticket.updated_at = assignee_id, duty.now
        await ticket.save(update_fields=["assignee_id", "updated_at"])
        return await duty.record_change(StaffAct.ASSIGN_TICKET, ticket, before=before)


async def _may_answer(user_id: int) -> bool:
    user = await User.get_or_none(id=user_id, is_active=True) if ids.is_possible(user_id) else None
    return user is not None and permissions.has_permission(user.role, Permission.ANSWER_TICKETS)
