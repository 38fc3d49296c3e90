"""order."""

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from asgi.answers import Answer
from asgi.parameters import idempotency_key
from domain.order_status import OrderSource
from domain.tokens import Claims
from models import Order
from models.rows import Records
from resolvers import orders
from resolvers.sessions import SignedIn
from rest_compat import order_forms, requests, shapes
from rest_compat.lists import answer_list


async def list_all(_request: Request, viewer: SignedIn) -> Response:
    """GET order."""
    newest = await orders.list_orders(viewer.user, wanted=shapes.ORDERS_WANTED)
    return _listed(newest, viewer.user.id)


async def list_at_once(claims: Claims) -> Response | None:
    """GET order, in the usual case."""
    newest = await orders.orders_at_once(claims, wanted=shapes.ORDERS_WANTED)
    return None if newest is None else _listed(newest, claims.user_id)


def _listed(newest: Records[Order], user_id: int) -> Response:
    def following(part: Records[Order]) -> Awaitable[Records[Order]]:
        return orders.list_older_orders(user_id, than=part, wanted=shapes.ORDERS_WANTED)

    return answer_list(newest, shapes.order_list, empty=newest.only(()), following=following)


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
