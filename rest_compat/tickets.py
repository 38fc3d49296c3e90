"""user/tickets."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from asgi.answers import Answer
from resolvers import tickets
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes
from rest_compat.lists import answer_list


async def list_all(_request: Request, viewer: SignedIn) -> Response:
    """GET user/tickets."""
    return answer_list(
        await tickets.list_tickets(viewer.user),
        shapes.ticket_list,
        empty=[],
        following=lambda part: tickets.list_tickets(viewer.user, after=part[-1]),
    )


async def create(request: Request, viewer: SignedIn) -> Answer:
    """POST user/tickets."""
    sent = await requests.parameters(request)
    ticket = await tickets.create_ticket(
        viewer.user, subject=sent.required_text("subject"), description=sent.required_text("description")
    )
    return Answer(shapes.ticket_created(ticket, viewer.user))


async def show(request: Request, viewer: SignedIn) -> Response:
    """GET user/tickets/{id}."""
    ticket = await tickets.get_ticket(viewer.user, ticket_id=requests.record_id(request))
    return answer_list(
        await tickets.list_messages(ticket),
        partial(shapes.ticket_with_messages, ticket, viewer.user),
        empty=[],
        following=lambda part: tickets.list_messages(ticket, after=part[-1]),
    )


async def reply(request: Request, viewer: SignedIn) -> Answer:
    """POST user/tickets/{id}."""
    sent = await requests.parameters(request)
    # An absent message goes on as a blank one: whose ticket it is, is checked first.
    message = await tickets.reply_to_ticket(
        viewer.user, ticket_id=requests.record_id(request), message=sent.text("message") or ""
    )
    return Answer(shapes.ticket_message_created(message))
