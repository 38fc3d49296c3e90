"""order."""

from starlette.requests import Request

from resolvers import orders
from resolvers.sessions import SignedIn
from rest_compat import requests, shapes
from rest_compat.answers import Answer


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET order."""
    return Answer(shapes.order_list(await orders.list_orders(viewer.user)))


async def show(request: Request, viewer: SignedIn) -> Answer:
    """GET order/{id}."""
    order = await orders.get_order(viewer.user, order_id=requests.record_id(request))
    return Answer(shapes.bare_order(order))
