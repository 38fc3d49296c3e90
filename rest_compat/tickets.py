"""user/tickets."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from resolvers import tickets
from resolvers.sessions import Session
from rest_compat import requests
from rest_compat.lists import respond_with_list
from rest_compat.serializers import tickets as serializers
from web.responses import NoStoreJSONResponse


async def list_all(_request: Request, viewer: Session) -> Response:
    """GET user/tickets."""
    return respond_with_list(
        await tickets.list_tickets(viewer.user),
        serializers.ticket_list,
        empty=[],
        read_next=lambda part: tickets.list_tickets(viewer.user, after=part[-1]),
    )


async def create(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user/tickets."""
    params = await requests.read_parameters(request)
    ticket = await tickets.create_ticket(
        viewer.user, subject=params.require_text("subject"), description=params.require_text("description")
    )
    return NoStoreJSONResponse(serializers.ticket_created(ticket, viewer.user))


async def show(request: Request, viewer: Session) -> Response:
    """GET user/tickets/{id}."""
    ticket = await tickets.get_ticket(viewer.user, ticket_id=requests.parse_record_id(request))
    return respond_with_list(
        await tickets.list_messages(ticket),
        partial(serializers.ticket_with_messages, ticket, viewer.user),
        empty=[],
        read_next=lambda part: tickets.list_messages(ticket, after=part[-1]),
    )


async def reply(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user/tickets/{id}."""
    params = await requests.read_parameters(request)
    # A missing message is treated as blank: the ticket's owner is checked first.
    message = await tickets.reply_to_ticket(
        viewer.user, ticket_id=requests.parse_record_id(request), message=params.get_text("message") or ""
    )
    return NoStoreJSONResponse(serializers.ticket_message_created(message))
