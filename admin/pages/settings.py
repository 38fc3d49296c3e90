"""The settings that staff may change at run time."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.i18n import gettext
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from admin import identity_confirmation
from admin.authorization import get_staff_session, has_permission
from admin.error_messages import format_problem
from domain import text_cleaning
from domain.permissions import Permission
from domain.problems import InvalidInput, Problem, WrongLoginCode
from domain.runtime_settings import RunningSetting, Value
from domain.staff_problems import FreshCodeRequired, WrongTotpCode
from resolvers.app_context import AppContext
from resolvers.staff import settings

_SEE_OTHER = 303
_UNPROCESSABLE = 422
_LABELS: Mapping[RunningSetting, str] = {
    RunningSetting.FREE_CREDIT_MIN: _("Smallest free credit, in Toman"),
    RunningSetting.FREE_CREDIT_MAX: _("Largest free credit, in Toman"),
    RunningSetting.FREE_CREDITS_PER_MONTH: _("Free credits per 30 days"),
    RunningSetting.WHEEL_INTERVAL_DAYS: _("Days between spins of the wheel"),
    RunningSetting.WHEEL_GIFTS_PER_MONTH: _("Wheel gifts per 30 days"),
    RunningSetting.PAYMENT_MIN: _("Smallest payment, in Toman"),
    RunningSetting.PAYMENT_MAX: _("Largest payment, in Toman"),
    RunningSetting.REFUSE_DUPLICATE_ORDERS: _("One unfinished order per buyer, service and link"),
}
_SWITCHES = frozenset({RunningSetting.REFUSE_DUPLICATE_ORDERS})


class SettingsPage(CustomView):
    """A form of all settings; one button saves them, another restores the environment's values."""

    menu_label = _("Settings")
    icon = "fa-solid fa-sliders"
    path = "/settings"
    route_name = "settings"

    def __init__(self, app: AppContext) -> None:
        super().__init__()
        self._app = app

    def is_accessible(self, request: Request) -> bool:
        return has_permission(request, Permission.READ_SETTINGS)

    @route("", methods=["GET", "POST"])
    async def index(self, request: Request) -> Response:
        """Show the form, and handle its submission."""
        if request.method == "GET":
            return await self._render(request)
        form = await request.form()
        try:
            await identity_confirmation.confirm_with_code(self._app, request, str(form.get("proof") or ""))
            await self._save(request, form)
        except FreshCodeRequired:
            message = await identity_confirmation.send_code(self._app, request)
            return await self._render(request, entered=form, error=message, shows_code_field=True)
        except Problem as problem:
            field = problem.field if isinstance(problem, InvalidInput) else ""
            shows_code_field = isinstance(problem, WrongLoginCode | WrongTotpCode) or field == "code"
            return await self._render(
                request,
                entered=form,
                error=format_problem(problem),
                field=field,
                shows_code_field=shows_code_field,
            )
        flash(request, gettext("Settings saved."), "success")
        return RedirectResponse(request.url_for("admin:settings"), _SEE_OTHER)

    async def _save(self, request: Request, form: FormData) -> None:
        staff = get_staff_session(request)
        if form.get("reset"):
            await settings.reset_settings(self._app, staff, names=list(RunningSetting))
        else:
            entered = {name: _parse_value(name, form) for name in RunningSetting}
            await settings.update_settings(self._app, staff, values=entered)

    async def _render(
        self,
        request: Request,
        *,
        entered: FormData | None = None,
        error: str | None = None,
        field: str = "",
        shows_code_field: bool = False,
    ) -> Response:
        rows = [
            {
                "name": current.name.value,
                "label": _LABELS[current.name],
                "is_switch": current.name in _SWITCHES,
                "value": current.value if entered is None else entered.get(current.name.value),
                "default": current.default,
                "is_overridden": current.is_overridden,
                "is_wrong": field == current.name.value,
            }
            for current in await settings.list_settings(self._app, get_staff_session(request))
        ]
        page = {
            "title": str(self.menu_label),
            "rows": rows,
            "refusal": error,
            "asks_code": shows_code_field,
            "is_reset": entered is not None and bool(entered.get("reset")),
            "flashed_messages": get_flashed_messages(request),
            "may_change": has_permission(request, Permission.CHANGE_SETTINGS),
        }
        if self.templates is None:
            raise LookupError("the pages were not put together")
        return self.templates.TemplateResponse(
            request, "settings.html", page, _UNPROCESSABLE if error else 200
        )


def _parse_value(name: RunningSetting, form: FormData) -> Value:
    if name in _SWITCHES:
        return form.get(name.value) == "on"
    number = text_cleaning.parse_integer(str(form.get(name.value) or ""))
    if number is None:
        raise InvalidInput(field=name.value)
    return number
