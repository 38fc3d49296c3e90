"""user: the viewer's own profile."""

from starlette.requests import Request

from asgi.answers import Answer
from resolvers import profile
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes


async def show(_request: Request, viewer: SignedIn) -> Answer:
    """GET user."""
    return Answer(shapes.profile(viewer.user))


async def update(request: Request, viewer: SignedIn) -> Answer:
    """POST user."""
    sent = await requests.parameters(request)
    user = await profile.update_profile(
        requests.shop(request),
        viewer.user,
        session=viewer,
        first_name=sent.text("first_name"),
        last_name=sent.text("last_name"),
        email=sent.text("email"),
        password=sent.secret("password"),
        mobile=sent.text("mobile"),
    )
    return Answer(shapes.profile(user))
