"""Requesting a fresh code: on a page of its own for actions, in a field of the form for forms."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette_admin.i18n import gettext

from admin.authorization import get_staff_session
from admin.error_messages import format_problem
from domain import mobiles
from domain.problems import Problem
from resolvers import login, staff_sessions, totp
from resolvers.app_context import AppContext
from web.authentication import get_client
from web.client_network import get_client_network


def build_confirm_url(request: Request, *, then: str) -> str:
    """The address of the page that asks for a code and then redirects to the page `then`."""
    return f"{request.url_for('admin:account')}?{urlencode({'next': then})}"


async def confirm_with_code(app: AppContext, request: Request, code: str) -> None:
    """Confirm the session by the code in a form, if it contains one.

    Raises:
        Problem: the code is wrong or malformed.
    """
    if code.strip():
        await staff_sessions.confirm_identity(
            app, get_staff_session(request), code=code, client=get_client(request)
        )


async def send_code(app: AppContext, request: Request) -> str:
    """Request a fresh code; returns the message that says where to find it."""
    user = get_staff_session(request).user
    if await totp.is_enabled(user):
        return gettext("Enter the code from your authenticator app and save again.")
    mobile = user.mobile or ""
    try:
        await login.request_login_code(app, username=mobile, network=get_client_network(request))
    except Problem as problem:
        return format_problem(problem)
    message = gettext("Enter the code sent to %(mobile)s and save again.")
    return message % {"mobile": mobiles.mask(mobile)}
