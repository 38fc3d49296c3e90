"""services, categories."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from asgi.answers import Answer
from resolvers import catalogue
from resolvers.catalogue import CategoryOrderField, ServiceOrderField
from rest_compat import requests, shapes
from rest_compat.lists import answer_list

SERVICE_COLUMNS = {
    "id": ServiceOrderField.ID,
    "cate_id": ServiceOrderField.CATEGORY_ID,
    "name": ServiceOrderField.NAME,
    "desc": ServiceOrderField.DESCRIPTION,
    "price": ServiceOrderField.PRICE,
    "original_price": ServiceOrderField.ORIGINAL_PRICE,
    "min": ServiceOrderField.MIN_QUANTITY,
    "max": ServiceOrderField.MAX_QUANTITY,
    "dripfeed": ServiceOrderField.DRIP_FEED,
    "status": ServiceOrderField.IS_ACTIVE,
    "changed": ServiceOrderField.UPDATED_AT,
    "created": ServiceOrderField.CREATED_AT,
}
CATEGORY_COLUMNS = {
    "id": CategoryOrderField.ID,
    "name": CategoryOrderField.NAME,
    "desc": CategoryOrderField.DESCRIPTION,
    "image": CategoryOrderField.IMAGE,
    "sort": CategoryOrderField.POSITION,
    "status": CategoryOrderField.IS_ACTIVE,
    "changed": CategoryOrderField.UPDATED_AT,
    "created": CategoryOrderField.CREATED_AT,
}


async def list_services(request: Request) -> Response:
    """GET services. `status` 0 shows the switched-off ones, anything else those on sale."""
    sent = await requests.parameters(request)
    order_by, direction = sent.ordering("order_by", SERVICE_COLUMNS, default=ServiceOrderField.ID)
    listed = partial(
        catalogue.list_services,
        category_id=sent.key("cate_id"),
        is_active=sent.integer("status") != 0,
        order_by=order_by,
        direction=direction,
    )
    return answer_list(
        await listed(), shapes.service_list, empty=[], following=lambda part: listed(after=part[-1])
    )


async def list_categories(request: Request) -> Answer:
    """GET categories."""
    sent = await requests.parameters(request)
    order_by, direction = sent.ordering("order_by", CATEGORY_COLUMNS, default=CategoryOrderField.ID)
    return Answer(
        shapes.category_list(await catalogue.list_categories(order_by=order_by, direction=direction))
    )
