"""Questions to the shop's support."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, language
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.views.base import StaffView
from domain import texts
from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.states import TicketStatus
from models import Ticket, TicketMessage
from resolvers.staff import tickets


class TicketView(StaffView):
    """Everybody's tickets, with what was written in them."""

    of = Ticket
    key = "tickets"
    icon = "fa-solid fa-comments"
    menu_label = _("Tickets")
    display_name = _("Ticket")
    reads = Permission.READ_TICKETS
    texts = ("subject",)
    sortable_fields = ("id", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.text("subject", _("Subject")),
            fields.relation("user", _("User"), "users"),
            fields.choice("status", _("State"), TicketStatus),
            fields.relation("assignee", _("Left to"), "users"),
            fields.moment("created_at", _("Opened at")),
            fields.moment("updated_at", _("Changed at")),
            fields.block("messages", _("Messages"), "messages", _messages),
        ]

    def told(self, record: Ticket) -> str:
        return record.subject

    @act(
        "answer",
        _("Answer"),
        needs=Permission.ANSWER_TICKETS,
        icon="fa-solid fa-reply",
        asks=[Ask(name="message", label=_("Message"), rows=6)],
    )
    async def answer(self, request: Request, pk: int, given: Given) -> None:
        await tickets.answer_ticket(staff_of(request), ticket_id=pk, message=given.text("message"))

    @act(
        "close",
        _("Close the ticket"),
        needs=Permission.ANSWER_TICKETS,
        icon="fa-solid fa-check",
        question=_("It opens again when either side writes into it."),
        when=lambda ticket: ticket.status is not TicketStatus.CLOSED,
    )
    async def close(self, request: Request, pk: int, _given: Given) -> None:
        await tickets.close_ticket(staff_of(request), ticket_id=pk)

    @act(
        "assign",
        _("Leave to"),
        needs=Permission.ASSIGN_TICKETS,
        icon="fa-solid fa-user-check",
        asks=[
            Ask(
                name="assignee",
                label=_("Number of the member of staff; nobody where it is empty"),
                kind="number",
                value=lambda ticket: ticket.assignee_id or "",
            )
        ],
    )
    async def assign(self, request: Request, pk: int, given: Given) -> None:
        entered = texts.strip(given.text("assignee"))
        assignee_id = texts.parse_integer(entered) if entered else None
        if entered and assignee_id is None:
            raise InvalidInput(field="assignee")
        await tickets.assign_ticket(staff_of(request), ticket_id=pk, assignee_id=assignee_id)


async def _messages(_request: Request, ticket: Ticket) -> list[dict[str, Any]]:
    messages = await TicketMessage.filter(ticket_id=ticket.id).order_by("id").prefetch_related("user")
    first = {"text": ticket.description, "is_owner": True, "at": language.moment(ticket.created_at)}
    return [
        first,
        *(
            {
                "text": message.message,
                "is_owner": message.user_id == ticket.user_id,
                "at": language.moment(message.created_at),
            }
            for message in messages
        ),
    ]
