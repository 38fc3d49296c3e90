"""stats/top_users, stats/top_services."""

from starlette.requests import Request

from resolvers import statistics
from rest_compat import requests
from rest_compat.serializers import stats as serializers
from web.responses import NoStoreJSONResponse

LIMITS = range(1, statistics.MAX_ROWS + 1)


async def top_users(request: Request) -> NoStoreJSONResponse:
    """GET stats/top_users."""
    params = await requests.read_parameters(request)
    users = await statistics.list_top_users(
        limit=params.get_integer_within(LIMITS, "limit", default=statistics.MAX_ROWS),
        since=params.get_datetime("offset"),
    )
    return NoStoreJSONResponse(serializers.top_users(users))


async def top_services(_request: Request) -> NoStoreJSONResponse:
    """GET stats/top_services."""
    return NoStoreJSONResponse(serializers.top_services(await statistics.list_top_services()))
