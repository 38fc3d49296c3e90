"""Acts on a record: a button on its page, a box that asks for what the act needs, and one operation."""

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
from admin.access import needs_code
from admin.confirmation import confirm_url
from admin.refusals import told_in_a_box
from domain import texts
from domain.permissions import Permission
from domain.problems import InvalidInput

_CODE_FIRST = _("You need to confirm your identity first. Then press the button again.")
Choice = TypeVar("Choice", bound=StrEnum)
Choices = Sequence[tuple[str, str]]
Do = Callable[..., Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that a box asks for. With `choices` it is a list, with `rows` a text of several lines.

    `kind` is that of a single line: text, number, checkbox or hidden.
    `value` is what stands there first, told by the record.
    """

    name: str
    label: str
    kind: str = "text"
    choices: Choices | None = None
    rows: int = 0
    value: Callable[[Any], object] = field(default=lambda _: "")


@dataclass(frozen=True)
class Given:
    """What was entered into a box, by the names of its questions."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """A text as it was entered."""
        return self.values[name]

    def integer(self, name: str) -> int:
        """A whole number, as `texts.parse_integer` reads it.

        Raises:
            InvalidInput: something else was entered.
        """
        value = texts.parse_integer(self.values[name])
        if value is None:
            raise InvalidInput(field=name)
        return value

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """The member of `kind` that was chosen.

        Raises:
            InvalidInput: the value is none of its members'.
        """
        try:
            return kind(self.values[name])
        except ValueError as error:
            raise InvalidInput(field=name) from error

    def is_checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.values[name] == "on"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Whose act it is, and on which records; on all where `when` is None."""

    needs: Permission
    when: Callable[[Any], bool] | None


def rules_of(handler: Callable[..., object]) -> Rules:
    """The rules of a method that `act` or `act_on_many` decorates."""
    rules: Rules = handler.rules  # type: ignore[attr-defined] # put there by the decorators
    return rules


def act(
    name: str,
    text: str,
    *,
    needs: Permission,
    icon: str,
    asks: Sequence[Ask] = (),
    question: str | None = None,
    when: Callable[[Any], bool] | None = None,
) -> Callable[[Do], Any]:
    """An act on one record: `async def act(self, request, pk, given)`, for whoever has the permission.

    `question` stands above what is asked, the act's name where there is none. The button is there `when`
    the record says so; the operation decides for itself. Put on methods of a `StaffView`.
    """

    def wrap(do: Do) -> Any:
        @wraps(do)
        async def handler(self: Any, request: Request, pk: Any) -> None:
            given = await _given(request, asks)
            with told_in_a_box():
                await do(self, request, _number(pk), given)
            flash(request, gettext("Done: %(act)s") % {"act": str(text)}, "success")

        decorated: Any = row_action(
            name=name,
            text=text,
            confirmation=question or text,
            header=text,
            icon_class=icon,
            modal_size="md",
            form=lambda request, record: _box(asks, record, needs_code=needs_code(request, needs)),
        )(handler)
        decorated.rules = Rules(needs=needs, when=when)
        return decorated

    return wrap


def act_on_many(
    name: str, text: str, *, needs: Permission, icon: str, asks: Sequence[Ask]
) -> Callable[[Do], Any]:
    """An act on all records that are ticked: `async def act(self, request, pks, given)`."""

    def wrap(do: Do) -> Any:
        @wraps(do)
        async def handler(self: Any, request: Request, selection: ActionSelection) -> None:
            given = await _given(request, asks)
            pks = [_number(pk) for pk in await selection.pks()]
            with told_in_a_box():
                await do(self, request, pks, given)
            flash(request, gettext("Done: %(act)s") % {"act": str(text)}, "success")

        decorated: Any = action(
            name=name,
            text=text,
            confirmation=text,
            icon_class=icon,
            modal_size="md",
            form=lambda _: _box(asks),
        )(handler)
        decorated.rules = Rules(needs=needs, when=None)
        return decorated

    return wrap


async def _given(request: Request, asks: Sequence[Ask]) -> Given:
    form = await request.form()
    return Given({ask.name: str(form.get(ask.name) or "") for ask in asks})


def to_confirmation(request: Request) -> Response:
    """What the library's script follows: to the page for the code, and from there back to the button."""
    origin = request.query_params.get("_origin") or str(request.url_for("admin:index"))
    return JSONResponse({"redirect": confirm_url(request, then=origin)})


def _box(asks: Sequence[Ask], record: object = None, *, needs_code: bool = False) -> str:
    """What a box asks for, as HTML; nothing where a code has to be entered first, on a page of its own."""
    if needs_code:
        return templating.written("code_first.html", sentence=str(_CODE_FIRST))
    return templating.written("act.html", asks=asks, record=record) if asks else ""


def _number(pk: Any) -> int:
    number = texts.parse_integer(str(pk))
    if number is None:
        raise ActionFailed(gettext("There is no such record."))
    return number
