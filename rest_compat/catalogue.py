"""services, categories."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from resolvers import catalogue
from resolvers.catalogue import CategoryOrderField, ServiceOrderField
from rest_compat import requests
from rest_compat.lists import respond_with_list
from rest_compat.serializers import catalogue as serializers
from web.responses import NoStoreJSONResponse

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
    """GET services. `status` 0 lists inactive services, any other value those on sale."""
    params = await requests.read_parameters(request)
    order_by, direction = params.get_ordering("order_by", SERVICE_COLUMNS, default=ServiceOrderField.ID)
    read_services = partial(
        catalogue.list_services,
        category_id=params.get_key("cate_id"),
        is_active=params.get_integer("status") != 0,
        order_by=order_by,
        direction=direction,
    )
    return respond_with_list(
        await read_services(),
        serializers.service_list,
        empty=[],
        read_next=lambda part: read_services(after=part[-1]),
    )


async def list_categories(request: Request) -> NoStoreJSONResponse:
    """GET categories."""
    params = await requests.read_parameters(request)
    order_by, direction = params.get_ordering("order_by", CATEGORY_COLUMNS, default=CategoryOrderField.ID)
    return NoStoreJSONResponse(
        serializers.category_list(await catalogue.list_categories(order_by=order_by, direction=direction))
    )
