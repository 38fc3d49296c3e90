from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, language
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain import text_cleaning
from domain.enums import TicketStatus
from domain.permissions import Permission
from domain.problems import InvalidInput
from models import Ticket
from resolvers.staff import tickets
from resolvers.tickets import get_messages_by_ticket


class TicketView(StaffView):
    """All users' support tickets with their messages."""

    of = Ticket
    key = "tickets"
    icon = "fa-solid fa-comments"
    menu_label = _("Tickets")
    display_name = _("Ticket")
    read_permission = Permission.READ_TICKETS
    searched_columns = ("subject",)
    sortable_fields = ("id", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.text_field("subject", _("Subject")),
            fields.relation_field("user", _("User"), "users"),
            fields.choice_field("status", _("State"), TicketStatus),
            fields.relation_field("assignee", _("Assigned to"), "users"),
            fields.datetime_field("created_at", _("Opened at")),
            fields.datetime_field("updated_at", _("Changed at")),
            fields.block_field("messages", _("Messages"), "messages", _serialize_messages),
        ]

    def describe(self, record: Ticket) -> str:
        return record.subject

    @record_action(
        "answer",
        _("Answer"),
        permission=Permission.ANSWER_TICKETS,
        icon="fa-solid fa-reply",
        form_fields=[FormField(name="message", label=_("Message"), rows=6)],
    )
    async def answer(self, request: Request, pk: int, form: FormData) -> None:
        await tickets.answer_ticket(
            get_staff_session(request), ticket_id=pk, message=form.get_text("message")
        )

    @record_action(
        "close",
        _("Close the ticket"),
        permission=Permission.ANSWER_TICKETS,
        icon="fa-solid fa-check",
        confirmation=_("It reopens when either side replies."),
        is_available=lambda ticket: ticket.status is not TicketStatus.CLOSED,
    )
    async def close(self, request: Request, pk: int, _form: FormData) -> None:
        await tickets.close_ticket(get_staff_session(request), ticket_id=pk)

    @record_action(
        "assign",
        _("Assign to"),
        permission=Permission.ASSIGN_TICKETS,
        icon="fa-solid fa-user-check",
        form_fields=[
            FormField(
                name="assignee",
                label=_("User number of the staff member; empty to unassign"),
                kind="number",
                value=lambda ticket: ticket.assignee_id or "",
            )
        ],
    )
    async def assign(self, request: Request, pk: int, form: FormData) -> None:
        entered = text_cleaning.strip(form.get_text("assignee"))
        assignee_id = text_cleaning.parse_integer(entered) if entered else None
        if entered and assignee_id is None:
            raise InvalidInput(field="assignee")
        await tickets.assign_ticket(get_staff_session(request), ticket_id=pk, assignee_id=assignee_id)


async def _serialize_messages(_request: Request, ticket: Ticket) -> list[dict[str, Any]]:
    messages = (await get_messages_by_ticket([ticket.id]))[ticket.id]
    first = {"text": ticket.description, "is_owner": True, "at": language.format_datetime(ticket.created_at)}
    return [
        first,
        *(
            {
                "text": message.message,
                "is_owner": message.user_id == ticket.user_id,
                "at": language.format_datetime(message.created_at),
            }
            for message in messages
        ),
    ]
