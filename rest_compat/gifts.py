"""user/wof, user/gifts."""

from starlette.requests import Request

from asgi.answers import Answer
from asgi.parameters import idempotency_key
from resolvers import gifts, wheel
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes


async def spin_wheel(request: Request, viewer: SignedIn) -> Answer:
    """GET user/wof."""
    return Answer(shapes.gift_won(await wheel.spin_wheel(requests.shop(request), viewer.user)))


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET user/gifts."""
    return Answer(shapes.gift_list(await gifts.list_gifts(viewer.user)))


async def use(request: Request, viewer: SignedIn) -> Answer:
    """POST user/gifts."""
    sent = await requests.parameters(request)
    order = await gifts.use_oldest_gift(
        viewer.user,
        gift_id=sent.required_integer("gift_id"),
        link=sent.text_or_blank("link"),
        idempotency_key=idempotency_key(request),
    )
    return Answer(shapes.gift_order_created(order))
