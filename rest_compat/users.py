"""user: the viewer's own profile."""

from starlette.requests import Request

from resolvers import profile
from resolvers.sessions import Session
from rest_compat import requests
from rest_compat.serializers import users as serializers
from web.responses import NoStoreJSONResponse


async def show(_request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET user."""
    return NoStoreJSONResponse(serializers.profile(viewer.user))


async def update(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user."""
    params = await requests.read_parameters(request)
    user = await profile.update_profile(
        requests.get_app(request),
        viewer.user,
        session=viewer,
        first_name=params.get_text("first_name"),
        last_name=params.get_text("last_name"),
        email=params.get_text("email"),
        password=params.get_raw_text("password"),
        mobile=params.get_text("mobile"),
    )
    return NoStoreJSONResponse(serializers.profile(user))
