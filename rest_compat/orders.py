"""order."""

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from auth.tokens import Claims
from database.rows import RowSet
from domain.order_status import OrderSource
from models import Order
from resolvers import orders
from resolvers.sessions import Session
from rest_compat import order_params, requests
from rest_compat.lists import respond_with_list
from rest_compat.serializers import orders as serializers
from web.parameters import get_idempotency_key
from web.responses import NoStoreJSONResponse


async def list_all(_request: Request, viewer: Session) -> Response:
    """GET order."""
    newest = await orders.list_orders(viewer.user, projection=serializers.ORDER_LIST_COLUMNS)
    return _build_list(newest, viewer.user.id)


async def list_all_fast(claims: Claims) -> Response | None:
    """GET order, by the fast path."""
    newest = await orders.list_orders_with_session(claims, projection=serializers.ORDER_LIST_COLUMNS)
    return None if newest is None else _build_list(newest, claims.user_id)


def _build_list(newest: RowSet[Order], user_id: int) -> Response:
    def read_next(part: RowSet[Order]) -> Awaitable[RowSet[Order]]:
        return orders.list_older_orders(user_id, than=part, projection=serializers.ORDER_LIST_COLUMNS)

    return respond_with_list(newest, serializers.order_list, empty=newest.subset(()), read_next=read_next)


async def create(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST order."""
    params = await requests.read_parameters(request)
    order = await orders.create_order(
        requests.get_app(request),
        viewer.user,
        service_id=params.require_key("service_id"),
        category_id=params.require_key("category_id"),
        link=params.get_text("link"),
        details=order_params.parse_order_details(params),
        source=OrderSource.MOBILE_APP,
        idempotency_key=get_idempotency_key(request),
    )
    return NoStoreJSONResponse(serializers.order_created(order))


async def show(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET order/{id}."""
    order = await orders.get_order(viewer.user, order_id=requests.parse_record_id(request))
    return NoStoreJSONResponse(serializers.order_detail(order))
