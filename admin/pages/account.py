"""The account page: confirming one's identity, the authenticator app, and the open sessions."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.helpers import index_url, safe_redirect_url
from starlette_admin.i18n import gettext
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from admin.authorization import get_staff_session
from admin.error_messages import format_problem
from domain import mobiles
from domain.problems import Problem
from domain.staff_problems import FreshCodeRequired
from resolvers import identity_proofs, login, sessions, staff_sessions, totp
from resolvers.app_context import AppContext
from resolvers.totp import Enrolment
from web.authentication import get_client
from web.client_network import get_client_network

_SEE_OTHER = 303
_UNPROCESSABLE = 422
Handler = Callable[[Request, FormData], Awaitable[Response | None]]


class AccountPage(CustomView):
    """A form for a code, the authenticator app, and the sessions, each with its button."""

    menu_label = _("My account")
    icon = "fa-solid fa-user-lock"
    path = "/account"
    route_name = "account"

    def __init__(self, app: AppContext) -> None:
        super().__init__()
        self._app = app
        self._handlers: Mapping[str, Handler] = {
            "send": self._send_code,
            "confirm": self._confirm,
            "enable": self._enable_totp,
            "first": self._confirm_totp,
            "disable": self._disable_totp,
            "end": self._end_session,
        }

    @route("", methods=["GET", "POST"])
    async def index(self, request: Request) -> Response:
        """Show the page, and handle its buttons."""
        if request.method == "GET":
            return await self._render(request)
        form = await request.form()
        handler = self._handlers.get(str(form.get("act")))
        try:
            response = await handler(request, form) if handler else None
        except FreshCodeRequired as problem:
            return await self._render(request, error=format_problem(problem))
        except Problem as problem:
            return await self._render(
                request, error=format_problem(problem), shows_totp_setup=form.get("act") == "first"
            )
        return response or RedirectResponse(request.url, _SEE_OTHER)

    async def _send_code(self, request: Request, _form: FormData) -> None:
        mobile = get_staff_session(request).user.mobile or ""
        await login.request_login_code(self._app, username=mobile, network=get_client_network(request))
        flash(
            request, gettext("A code was sent to %(mobile)s.") % {"mobile": mobiles.mask(mobile)}, "success"
        )

    async def _confirm(self, request: Request, form: FormData) -> Response:
        await staff_sessions.confirm_identity(
            self._app,
            get_staff_session(request),
            code=str(form.get("code") or ""),
            client=get_client(request),
        )
        flash(request, gettext("Your identity is confirmed for five minutes."), "success")
        first = index_url(request)
        then = request.query_params.get("next") or str(request.url)
        return RedirectResponse(safe_redirect_url(then, request, first), _SEE_OTHER)

    async def _enable_totp(self, request: Request, _form: FormData) -> Response:
        enrolment = await totp.enable_totp(self._app, get_staff_session(request))
        return await self._render(request, enrolment=enrolment, shows_totp_setup=True)

    async def _confirm_totp(self, request: Request, form: FormData) -> None:
        await totp.confirm_totp(self._app, get_staff_session(request), code=str(form.get("code") or ""))
        flash(request, gettext("Your authenticator app is set up."), "success")

    async def _disable_totp(self, request: Request, _form: FormData) -> None:
        await totp.disable_totp(get_staff_session(request))
        flash(request, gettext("The authenticator app is turned off."), "success")

    async def _end_session(self, request: Request, form: FormData) -> None:
        await sessions.end_session(
            self._app, get_staff_session(request), session_id=str(form.get("session") or "")
        )

    async def _render(
        self,
        request: Request,
        *,
        error: str | None = None,
        enrolment: Enrolment | None = None,
        shows_totp_setup: bool = False,
    ) -> Response:
        viewer = get_staff_session(request)
        page = {
            "title": str(self.menu_label),
            "refusal": error,
            "flashed_messages": get_flashed_messages(request),
            "is_fresh": await identity_proofs.is_confirmed(viewer),
            "must_continue": "next" in request.query_params,
            "has_totp": await totp.is_enabled(viewer.user),
            "must_have_totp": viewer.lacks_totp,
            "enrolment": enrolment,
            "asks_first_code": shows_totp_setup,
            "mobile": mobiles.mask(viewer.user.mobile or ""),
            "sessions": await sessions.list_sessions(self._app, viewer),
            "public_id": sessions.to_public_id,
            "current_id": viewer.token_id,
        }
        if self.templates is None:
            raise LookupError("the pages were not put together")
        return self.templates.TemplateResponse(
            request, "account.html", page, _UNPROCESSABLE if error else 200
        )
