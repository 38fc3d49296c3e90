"""user/wof, user/gifts."""

from starlette.requests import Request

from resolvers import gifts, wheel
from resolvers.sessions import Session
from rest_compat import requests
from rest_compat.serializers import gifts as serializers
from rest_compat.serializers.orders import gift_order_created
from web.parameters import get_idempotency_key
from web.responses import NoStoreJSONResponse


async def spin_wheel(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET user/wof."""
    return NoStoreJSONResponse(
        serializers.gift_won(await wheel.spin_wheel(requests.get_app(request), viewer.user))
    )


async def list_all(_request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET user/gifts."""
    return NoStoreJSONResponse(serializers.gift_list(await gifts.list_gifts(viewer.user)))


async def use(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user/gifts."""
    params = await requests.read_parameters(request)
    order = await gifts.use_oldest_gift(
        viewer.user,
        gift_id=params.require_integer("gift_id"),
        link=params.get_text_or_empty("link"),
        idempotency_key=get_idempotency_key(request),
    )
    return NoStoreJSONResponse(gift_order_created(order))
