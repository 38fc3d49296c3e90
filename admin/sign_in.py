"""Sign-in to the pages and sign-out; a staff session in a cookie."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.helpers import index_url, safe_redirect_url

from admin import authorization
from admin.error_messages import format_problem
from database.clock import CLOCK
from domain import text_cleaning
from domain.problems import Problem
from domain.sessions import SessionKind
from domain.staff_problems import TotpCodeRequired, WrongTotpCode
from resolvers import identity_proofs, login, sessions, staff_sessions
from resolvers.app_context import AppContext
from resolvers.login import IssuedSession
from resolvers.sessions import Session
from web.authentication import get_client
from web.client_network import get_client_network

_SEE_OTHER = 303
_UNPROCESSABLE = 400


class LoginCodeAuthProvider(BaseAuthProvider):
    """Signs in members of staff by a login code, and by their authenticator app if they set one up.

    The cookie is not accessible to scripts and is not sent with forms of other sites. Its token is checked on
    every request, so a user who signs out or is blocked or demoted loses access immediately. An app token in
    the cookie is rejected.
    """

    def __init__(self, app: AppContext) -> None:
        super().__init__()
        self._app = app
        self._is_https = app.settings.effective_public_url.startswith("https://")
        # The prefix prevents other hosts of the domain from setting it; browsers accept it over https only.
        self._cookie = "__Host-staff" if self._is_https else "staff"

    async def authenticate(self, request: Request) -> AdminUser | None:
        """The signed-in member of staff, or None."""
        bearer = request.cookies.get(self._cookie)
        viewer = await sessions.authenticate(self._app, bearer) if bearer else None
        if (
            viewer is None
            or viewer.kind is not SessionKind.STAFF
            or not authorization.is_staff(viewer.user.role)
        ):
            return None
        authorization.store_session(request, viewer, is_confirmed=await identity_proofs.is_confirmed(viewer))
        return AdminUser(username=_display_name(viewer))

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        """The routes for signing in and out."""

        async def sign_in(request: Request) -> Response:
            return await self._sign_in(request, templates)

        return [
            Route(self.login_path, sign_in, methods=["GET", "POST"], name="login"),
            Route(self.logout_path, self._sign_out, methods=["POST"], name="logout"),
        ]

    async def _sign_in(self, request: Request, templates: Jinja2Templates) -> Response:
        if authorization.get_session(request) is not None:
            return RedirectResponse(_next_url(request), _SEE_OTHER)
        form = await request.form()
        username, code, totp_code = (
            text_cleaning.strip(str(form.get(name) or "")) for name in ("username", "code", "totp")
        )
        page = {"username": username, "code": "", "is_code_sent": False, "needs_totp": False, "error": None}
        try:
            if code:
                # If it is refused, the page asks for the code again.
                page["is_code_sent"] = True
                return await self._start_session(request, username, code, totp_code or None)
            if username:
                await login.request_login_code(
                    self._app, username=username, network=get_client_network(request)
                )
                page["is_code_sent"] = True
        except (TotpCodeRequired, WrongTotpCode) as problem:
            # The login code is still valid: it is sent along with the next form.
            page.update(code=code, needs_totp=True)
            page["error"] = format_problem(problem) if isinstance(problem, WrongTotpCode) else None
        except Problem as problem:
            page["error"] = format_problem(problem)
        status = _UNPROCESSABLE if page["error"] else 200
        return templates.TemplateResponse(request, "sign_in.html", page, status)

    async def _start_session(
        self, request: Request, username: str, code: str, totp_code: str | None
    ) -> Response:
        session = await staff_sessions.start_staff_session(
            self._app, username=username, code=code, totp_code=totp_code, client=get_client(request)
        )
        response = RedirectResponse(_next_url(request), _SEE_OTHER)
        self._set_cookie(response, session)
        return response

    def _set_cookie(self, response: Response, session: IssuedSession) -> None:
        response.set_cookie(
            self._cookie,
            session.access_token,
            max_age=max(0, int((session.expires_at - CLOCK.estimate()).total_seconds())),
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )

    async def _sign_out(self, request: Request) -> Response:
        if bearer := request.cookies.get(self._cookie):
            await self._revoke(bearer)
        response = RedirectResponse(index_url(request), _SEE_OTHER)
        response.delete_cookie(self._cookie, secure=self._is_https, httponly=True, samesite="lax")
        # Removes pages cached by the browser together with the session.
        response.headers["clear-site-data"] = '"cache", "storage"'
        return response

    async def _revoke(self, bearer: str) -> None:
        viewer = await sessions.authenticate(self._app, bearer)
        if viewer is not None:
            await login.logout(viewer)


def _display_name(viewer: Session) -> str:
    user = viewer.user
    name = " ".join(filter(None, (user.first_name, user.last_name)))
    return name or user.mobile or user.email or f"#{user.id}"


def _next_url(request: Request) -> str:
    """The requested page, on this site only."""
    first = index_url(request)
    return str(safe_redirect_url(request.query_params.get("next") or first, request, first))
