"""One's own account: confirming who one is, the authenticator app, and where one is signed in."""

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

from admin.access import staff_of
from admin.refusals import sentence
from asgi.authentication import client_of
from asgi.client_network import client_network
from domain import mobiles
from domain.problems import Problem
from domain.staff_problems import FreshCodeRequired
from resolvers import login, proofs, sessions, staff_sessions, totp
from resolvers.shop import Shop
from resolvers.totp import Enrolment

_SEE_OTHER = 303
_REFUSED = 422
Do = Callable[[Request, FormData], Awaitable[Response | None]]


class AccountPage(CustomView):
    """A box that asks for a code, the authenticator app, and the sessions, each with its button."""

    menu_label = _("My account")
    icon = "fa-solid fa-user-lock"
    path = "/account"
    route_name = "account"

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self._shop = shop
        self._acts: Mapping[str, Do] = {
            "send": self._send_code,
            "confirm": self._confirm,
            "enable": self._enable_totp,
            "first": self._confirm_totp,
            "disable": self._disable_totp,
            "end": self._end_session,
        }

    @route("", methods=["GET", "POST"])
    async def index(self, request: Request) -> Response:
        """The page, and what its buttons send."""
        if request.method == "GET":
            return await self._page(request)
        form = await request.form()
        act = self._acts.get(str(form.get("act")))
        try:
            response = await act(request, form) if act else None
        except FreshCodeRequired as problem:
            return await self._page(request, refusal=sentence(problem))
        except Problem as problem:
            return await self._page(
                request, refusal=sentence(problem), asks_first_code=form.get("act") == "first"
            )
        return response or RedirectResponse(request.url, _SEE_OTHER)

    async def _send_code(self, request: Request, _form: FormData) -> None:
        mobile = staff_of(request).user.mobile or ""
        await login.request_login_code(self._shop, username=mobile, network=client_network(request))
        flash(
            request, gettext("A code was sent to %(mobile)s.") % {"mobile": mobiles.mask(mobile)}, "success"
        )

    async def _confirm(self, request: Request, form: FormData) -> Response:
        await staff_sessions.confirm_identity(
            self._shop, staff_of(request), code=str(form.get("code") or ""), client=client_of(request)
        )
        flash(request, gettext("Confirmed for five minutes."), "success")
        first = index_url(request)
        then = request.query_params.get("next") or str(request.url)
        return RedirectResponse(safe_redirect_url(then, request, first), _SEE_OTHER)

    async def _enable_totp(self, request: Request, _form: FormData) -> Response:
        enrolment = await totp.enable_totp(self._shop, staff_of(request))
        return await self._page(request, enrolment=enrolment, asks_first_code=True)

    async def _confirm_totp(self, request: Request, form: FormData) -> None:
        await totp.confirm_totp(self._shop, staff_of(request), code=str(form.get("code") or ""))
        flash(request, gettext("Your authenticator app is set up."), "success")

    async def _disable_totp(self, request: Request, _form: FormData) -> None:
        await totp.disable_totp(staff_of(request))
        flash(request, gettext("The authenticator app is turned off."), "success")

    async def _end_session(self, request: Request, form: FormData) -> None:
        await sessions.end_session(self._shop, staff_of(request), session_id=str(form.get("session") or ""))

    async def _page(
        self,
        request: Request,
        *,
        refusal: str | None = None,
        enrolment: Enrolment | None = None,
        asks_first_code: bool = False,
    ) -> Response:
        viewer = staff_of(request)
        page = {
            "title": str(self.menu_label),
            "refusal": refusal,
            "flashed_messages": get_flashed_messages(request),
            "is_fresh": await proofs.is_confirmed(viewer),
            "must_continue": "next" in request.query_params,
            "has_totp": await totp.is_enabled(viewer.user),
            "must_have_totp": viewer.lacks_totp,
            "enrolment": enrolment,
            "asks_first_code": asks_first_code,
            "mobile": mobiles.mask(viewer.user.mobile or ""),
            "sessions": await sessions.list_sessions(self._shop, viewer),
            "public_id": sessions.public_id,
            "current_id": viewer.token_id,
        }
        if self.templates is None:
            raise LookupError("the pages were not put together")
        return self.templates.TemplateResponse(request, "account.html", page, _REFUSED if refusal else 200)
