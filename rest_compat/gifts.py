"""user/gifts."""

from starlette.requests import Request

from resolvers import gifts
from resolvers.sessions import SignedIn
from rest_compat import shapes
from rest_compat.answers import Answer


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET user/gifts."""
    return Answer(shapes.gift_list(await gifts.list_gifts(viewer.user)))
