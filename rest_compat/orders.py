"""order."""

from starlette.requests import Request

from asgi.answers import Answer
from asgi.parameters import idempotency_key
from domain.order_status import OrderSource
from domain.tokens import Claims
from resolvers import orders
from resolvers.sessions import SignedIn
from rest_compat import order_forms, requests, shapes


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET order."""
    return Answer(shapes.order_list(await orders.list_orders(viewer.user, wanted=shapes.ORDERS_WANTED)))


async def list_at_once(claims: Claims) -> Answer | None:
    """GET order, in the usual case."""
    found = await orders.orders_at_once(claims, wanted=shapes.ORDERS_WANTED)
    return None if found is None else Answer(shapes.order_list(found))


async def create(request: Request, viewer: SignedIn) -> Answer:
    """POST order."""
    sent = await requests.parameters(request)
    order = await orders.create_order(
        requests.shop(request),
        viewer.user,
        service_id=sent.required_key("service_id"),
        category_id=sent.required_key("category_id"),
        link=sent.text("link"),
        details=order_forms.details(sent),
        source=OrderSource.MOBILE_APP,
        idempotency_key=idempotency_key(request),
    )
    return Answer(shapes.order_created(order))


async def show(request: Request, viewer: SignedIn) -> Answer:
    """GET order/{id}."""
    order = await orders.get_order(viewer.user, order_id=requests.record_id(request))
    return Answer(shapes.bare_order(order))
