"""Service tokens: created, listed and revoked by owners; a new one is shown once."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.i18n import gettext
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from admin import labels, language
from admin.authorization import get_staff_session, has_permission, requires_code
from admin.error_messages import format_problem
from admin.identity_confirmation import build_confirm_url
from domain import text_cleaning
from domain.permissions import GRANTABLE_TO_SERVICES, Permission
from domain.problems import InvalidInput, Problem
from domain.staff_problems import FreshCodeRequired
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.staff import service_tokens
from resolvers.staff.service_tokens import MAX_DAYS, ServiceTokenValues

_SEE_OTHER = 303
_UNPROCESSABLE = 422
_DEFAULT_DAYS = "90"
_MANAGE = Permission.MANAGE_SERVICE_TOKENS
Handler = Callable[[Request, FormData], Awaitable[Response | None]]


class ServiceTokensPage(CustomView):
    """The valid tokens with a button to revoke each, and a form to create one."""

    menu_label = _("Service tokens")
    icon = "fa-solid fa-robot"
    path = "/service-tokens"
    route_name = "service-tokens"

    def __init__(self, app: AppContext) -> None:
        super().__init__()
        self._app = app
        self._handlers: Mapping[str, Handler] = {"create": self._create, "revoke": self._revoke}

    def is_accessible(self, request: Request) -> bool:
        return has_permission(request, Permission.READ_SERVICE_TOKENS)

    @route("", methods=["GET", "POST"])
    async def index(self, request: Request) -> Response:
        """Show the page, and handle its forms."""
        if request.method == "GET":
            return await self._render(request)
        form = await request.form()
        handler = self._handlers.get(str(form.get("act")))
        try:
            response = await handler(request, form) if handler else None
        except FreshCodeRequired:
            return RedirectResponse(build_confirm_url(request, then=str(request.url)), _SEE_OTHER)
        except Problem as problem:
            return await self._render(request, entered=form, error=format_problem(problem))
        return response or RedirectResponse(request.url, _SEE_OTHER)

    async def _create(self, request: Request, form: FormData) -> Response:
        days = text_cleaning.parse_integer(str(form.get("days") or ""))
        if days is None:
            raise InvalidInput(field="days")
        chosen = {str(name) for name in form.getlist("permission")}
        values = ServiceTokenValues(
            name=str(form.get("name") or ""),
            permissions=frozenset(permission for permission in Permission if permission.value in chosen),
            days=days,
        )
        created = await service_tokens.create_service_token(
            self._app, get_staff_session(request), values=values
        )
        # Shown in this response only: it is not stored anywhere, not even for a page after a redirect.
        return await self._render(request, token=created.token)

    async def _revoke(self, request: Request, form: FormData) -> None:
        await service_tokens.revoke_service_token(
            get_staff_session(request), token_id=str(form.get("token") or "")
        )
        flash(request, gettext("The token was revoked."), "success")

    async def _render(
        self,
        request: Request,
        *,
        entered: FormData | None = None,
        error: str | None = None,
        token: str | None = None,
    ) -> Response:
        form = entered or FormData()
        page = {
            "title": str(self.menu_label),
            "refusal": error,
            "flashed_messages": get_flashed_messages(request),
            "token": token,
            "tokens": await service_tokens.list_service_tokens(get_staff_session(request)),
            "public_id": sessions.to_public_id,
            "label": labels.to_label,
            "format_datetime": language.format_datetime,
            "grantable": [permission for permission in Permission if permission in GRANTABLE_TO_SERVICES],
            "chosen": {str(name) for name in form.getlist("permission")},
            "name": form.get("name") or "",
            "days": form.get("days") or _DEFAULT_DAYS,
            "max_days": MAX_DAYS,
            "may_change": has_permission(request, _MANAGE),
            "confirm_url": build_confirm_url(request, then=str(request.url))
            if requires_code(request, _MANAGE)
            else None,
        }
        if self.templates is None:
            raise LookupError("the pages were not put together")
        status = _UNPROCESSABLE if error else 200
        return self.templates.TemplateResponse(request, "service_tokens.html", page, status)
