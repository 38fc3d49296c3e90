"""Actions on records: a button on a record's page, a dialog for its input, and one operation."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.actions import ActionSelection, action, row_action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.flash import flash
from starlette_admin.i18n import gettext
from starlette_admin.i18n import lazy_gettext as _

from admin import templating
from admin.authorization import requires_code
from admin.error_messages import as_action_error
from admin.identity_confirmation import build_confirm_url
from domain import text_cleaning
from domain.permissions import Permission
from domain.problems import InvalidInput

_CODE_REQUIRED = _("You need to confirm your identity first. Then press the button again.")
Choice = TypeVar("Choice", bound=StrEnum)
Choices = Sequence[tuple[str, str]]
Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One input of a dialog. With `choices` it is a select box, with `rows` a text area.

    `kind` is the type of a single-line input: text, number, checkbox or hidden. `value` returns the initial
    value for the record.
    """

    name: str
    label: str
    kind: str = "text"
    choices: Choices | None = None
    rows: int = 0
    value: Callable[[Any], object] = field(default=lambda _: "")


@dataclass(frozen=True)
class FormData:
    """The values entered in a dialog, by field name."""

    values: Mapping[str, str]

    def get_text(self, name: str) -> str:
        """A text as it was entered."""
        return self.values[name]

    def get_integer(self, name: str) -> int:
        """An integer, as `text_cleaning.parse_integer` reads it.

        Raises:
            InvalidInput: not an integer.
        """
        value = text_cleaning.parse_integer(self.values[name])
        if value is None:
            raise InvalidInput(field=name)
        return value

    def get_choice(self, name: str, kind: type[Choice]) -> Choice:
        """The chosen member of `kind`.

        Raises:
            InvalidInput: the value is not a member.
        """
        try:
            return kind(self.values[name])
        except ValueError as error:
            raise InvalidInput(field=name) from error

    def is_checked(self, name: str) -> bool:
        return self.values[name] == "on"


@dataclass(frozen=True, kw_only=True)
class ActionRules:
    """Who may use an action, and on which records; on all if `is_available` is None."""

    permission: Permission
    is_available: Callable[[Any], bool] | None


def get_rules(handler: Callable[..., object]) -> ActionRules:
    """The rules of a method decorated by `record_action` or `bulk_action`."""
    rules: ActionRules = handler.rules  # type: ignore[attr-defined] # put there by the decorators
    return rules


def record_action(
    name: str,
    text: str,
    *,
    permission: Permission,
    icon: str,
    form_fields: Sequence[FormField] = (),
    confirmation: str | None = None,
    is_available: Callable[[Any], bool] | None = None,
) -> Callable[[Handler], Any]:
    """An action on one record: `async def act(self, request, pk, form)`, for users with the permission.

    `confirmation` is the dialog's text, the action's name by default. The button is shown if `is_available`
    returns true for the record; the operation checks again. For methods of a `StaffView`.
    """

    def wrap(do: Handler) -> Any:
        @wraps(do)
        async def handler(self: Any, request: Request, pk: Any) -> None:
            form = await _read_form(request, form_fields)
            with as_action_error():
                await do(self, request, _parse_key(pk), form)
            flash(request, gettext("Done: %(act)s") % {"act": str(text)}, "success")

        decorated: Any = row_action(
            name=name,
            text=text,
            confirmation=confirmation or text,
            header=text,
            icon_class=icon,
            modal_size="md",
            form=lambda request, record: _render_form(
                form_fields, record, needs_code=requires_code(request, permission)
            ),
        )(handler)
        decorated.rules = ActionRules(permission=permission, is_available=is_available)
        return decorated

    return wrap


def bulk_action(
    name: str, text: str, *, permission: Permission, icon: str, form_fields: Sequence[FormField]
) -> Callable[[Handler], Any]:
    """An action on all selected records: `async def act(self, request, pks, form)`."""

    def wrap(do: Handler) -> Any:
        @wraps(do)
        async def handler(self: Any, request: Request, selection: ActionSelection) -> None:
            form = await _read_form(request, form_fields)
            pks = [_parse_key(pk) for pk in await selection.pks()]
            with as_action_error():
                await do(self, request, pks, form)
            flash(request, gettext("Done: %(act)s") % {"act": str(text)}, "success")

        decorated: Any = action(
            name=name,
            text=text,
            confirmation=text,
            icon_class=icon,
            modal_size="md",
            form=lambda _: _render_form(form_fields),
        )(handler)
        decorated.rules = ActionRules(permission=permission, is_available=None)
        return decorated

    return wrap


async def _read_form(request: Request, form_fields: Sequence[FormField]) -> FormData:
    form = await request.form()
    return FormData({field.name: str(form.get(field.name) or "") for field in form_fields})


def redirect_to_confirmation(request: Request) -> Response:
    """A redirect for the library's script, to the page for the code and from there back to the button."""
    origin = request.query_params.get("_origin") or str(request.url_for("admin:index"))
    return JSONResponse({"redirect": build_confirm_url(request, then=origin)})


def _render_form(form_fields: Sequence[FormField], record: object = None, *, needs_code: bool = False) -> str:
    """The dialog's input as HTML; empty if a code has to be entered first, on a page of its own."""
    if needs_code:
        return templating.render_partial("code_required.html", sentence=str(_CODE_REQUIRED))
    return templating.render_partial("action.html", asks=form_fields, record=record) if form_fields else ""


def _parse_key(pk: Any) -> int:
    number = text_cleaning.parse_integer(str(pk))
    if number is None:
        raise ActionFailed(gettext("Record not found."))
    return number
