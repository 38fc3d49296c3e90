"""Legacy responses about tickets. `user` of a ticket is a list of one."""

from collections.abc import Sequence

from models import Ticket, TicketMessage, User
from rest_compat.serializers.timestamps import to_unix
from rest_compat.serializers.users import user_record
from web.responses import Body


def ticket_list(rows: Sequence[Ticket]) -> Body:
    """GET user/tickets."""
    return {"status": 200, "tickets": [_ticket(row) for row in rows]}


def ticket_created(ticket: Ticket, user: User) -> Body:
    """POST user/tickets."""
    return {
        "status": 201,
        "ticket": {
            "subject": ticket.subject,
            "description": ticket.description,
            "uid": ticket.user_id,
            "changed": to_unix(ticket.updated_at),
            "created": to_unix(ticket.created_at),
            "id": ticket.id,
            "user": [user_record(user)],
            "messages": [],
        },
    }


def ticket_with_messages(ticket: Ticket, user: User, messages: Sequence[TicketMessage]) -> Body:
    """GET user/tickets/{id}."""
    return {
        "status": 200,
        "ticket": {
            **_ticket(ticket),
            "user": [user_record(user)],
            "messages": [_ticket_message(message) for message in messages],
        },
    }


def ticket_message_created(message: TicketMessage) -> Body:
    """POST user/tickets/{id}; here `ticket_id` is a string, as in the path."""
    return {
        "status": 201,
        "ticket_message": {
            "uid": message.user_id,
            "ticket_id": str(message.ticket_id),
            "is_read": int(message.is_read),
            "message": message.message,
            "changed": to_unix(message.updated_at),
            "created": to_unix(message.created_at),
            "id": message.id,
        },
    }


def _ticket(ticket: Ticket) -> Body:
    return {
        "id": ticket.id,
        "ids": ticket.legacy_key,
        "uid": ticket.user_id,
        "description": ticket.description,
        "subject": ticket.subject,
        "status": ticket.status,
        "created": to_unix(ticket.created_at),
        "changed": to_unix(ticket.updated_at),
    }


def _ticket_message(message: TicketMessage) -> Body:
    return {
        "id": message.id,
        "ids": message.legacy_key,
        "uid": message.user_id,
        "ticket_id": message.ticket_id,
        "message": message.message,
        "is_read": int(message.is_read),
        "changed": to_unix(message.updated_at),
        "created": to_unix(message.created_at),
    }
