"""stats/top_users, stats/top_services."""

from starlette.requests import Request

from resolvers import stats
from rest_compat import requests, shapes
from web.responses import NoStoreJSONResponse

LIMITS = range(1, stats.MAX_ROWS + 1)


async def top_users(request: Request) -> NoStoreJSONResponse:
    """GET stats/top_users."""
    params = await requests.read_parameters(request)
    users = await stats.list_top_users(
        limit=params.get_integer_within(LIMITS, "limit", default=stats.MAX_ROWS),
        since=params.get_datetime("offset"),
    )
    return NoStoreJSONResponse(shapes.top_users(users))


async def top_services(_request: Request) -> NoStoreJSONResponse:
    """GET stats/top_services."""
    return NoStoreJSONResponse(shapes.top_services(await stats.list_top_services()))
