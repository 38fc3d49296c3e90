"""user/tickets."""

from starlette.requests import Request

from asgi.answers import Answer
from resolvers import tickets
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET user/tickets."""
    return Answer(shapes.ticket_list(await tickets.list_tickets(viewer.user)))


async def create(request: Request, viewer: SignedIn) -> Answer:
    """POST user/tickets."""
    sent = await requests.parameters(request)
    ticket = await tickets.create_ticket(
        viewer.user, subject=sent.required_text("subject"), description=sent.required_text("description")
    )
    return Answer(shapes.ticket_created(ticket, viewer.user))


async def show(request: Request, viewer: SignedIn) -> Answer:
    """GET user/tickets/{id}."""
    ticket = await tickets.get_ticket(viewer.user, ticket_id=requests.record_id(request))
    messages = await tickets.list_messages(ticket)
    return Answer(shapes.ticket_with_messages(ticket, viewer.user, messages))


async def reply(request: Request, viewer: SignedIn) -> Answer:
    """POST user/tickets/{id}."""
    sent = await requests.parameters(request)
    # An absent message goes on as a blank one: whose ticket it is, is checked first.
    message = await tickets.reply_to_ticket(
        viewer.user, ticket_id=requests.record_id(request), message=sent.text("message") or ""
    )
    return Answer(shapes.ticket_message_created(message))
