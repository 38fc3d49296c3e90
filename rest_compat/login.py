"""login, login/verify, logout."""

from starlette.requests import Request

from asgi.answers import Answer
from asgi.authentication import client_of
from asgi.client_network import client_network
from domain import login_codes
from resolvers import login
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes


async def request_code(request: Request) -> Answer:
    """POST login."""
    sent = await requests.parameters(request)
    expires_at = await login.request_login_code(
        requests.shop(request), username=sent.required_text("username"), network=client_network(request)
    )
    return Answer(shapes.login_code_sent(expires_at))


async def verify_code(request: Request) -> Answer:
    """POST login/verify."""
    sent = await requests.parameters(request)
    session = await login.verify_login_code(
        requests.shop(request),
        username=sent.required_text("username"),
        code=sent.required_code("code", digit_count=login_codes.DIGIT_COUNT),
        client=client_of(request),
    )
    return Answer(shapes.signed_in(session))


async def log_out(_request: Request, viewer: SignedIn) -> Answer:
    """GET logout."""
    await login.logout(viewer)
    return Answer(shapes.signed_out())
