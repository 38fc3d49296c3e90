"""login, login/verify, logout."""

from starlette.requests import Request

from auth import login_codes
from resolvers import login
from resolvers.sessions import Session
from rest_compat import requests
from rest_compat.serializers import users as serializers
from web.authentication import get_client
from web.client_network import get_client_network
from web.responses import NoStoreJSONResponse


async def request_code(request: Request) -> NoStoreJSONResponse:
    """POST login."""
    params = await requests.read_parameters(request)
    expires_at = await login.request_login_code(
        requests.get_app(request),
        username=params.require_text("username"),
        network=get_client_network(request),
    )
    return NoStoreJSONResponse(serializers.login_code_sent(expires_at))


async def verify_code(request: Request) -> NoStoreJSONResponse:
    """POST login/verify."""
    params = await requests.read_parameters(request)
    session = await login.verify_login_code(
        requests.get_app(request),
        username=params.require_text("username"),
        code=params.require_code("code", digit_count=login_codes.DIGIT_COUNT),
        client=get_client(request),
    )
    return NoStoreJSONResponse(serializers.signed_in(session))


async def log_out(_request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET logout."""
    await login.logout(viewer)
    return NoStoreJSONResponse(serializers.signed_out())
