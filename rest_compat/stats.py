"""stats/top_users, stats/top_services."""

from starlette.requests import Request

from asgi.answers import Answer
from resolvers import stats
from rest_compat import requests, shapes

LIMITS = range(1, stats.LONGEST_TABLE + 1)


async def top_users(request: Request) -> Answer:
    """GET stats/top_users."""
    sent = await requests.parameters(request)
    users = await stats.top_users(
        limit=sent.integer_within(LIMITS, "limit", default=stats.LONGEST_TABLE), since=sent.moment("offset")
    )
    return Answer(shapes.top_users(users))


async def top_services(_request: Request) -> Answer:
    """GET stats/top_services."""
    return Answer(shapes.top_services(await stats.top_services()))
