"""Fields of the pages: the display and the input of each kind of value."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    DateTimeField,
    EnumField,
    HasOne,
    IntegerField,
    StringField,
    TextAreaField,
)
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.types import Formatter, RequestAction

from admin import language
from admin.labels import list_choices

_DISPLAY_ACTIONS = (RequestAction.LIST, RequestAction.DETAIL)


def confirmation_code_field() -> BaseField:
    """A field for a fresh code in a form; the other input is kept while it is requested."""
    return StringField(
        "proof",
        label=_("Confirmation code"),
        help_text=_("Only needed if your last code is older than five minutes"),
        getter=lambda _request, _record: None,
        exclude_from_list=True,
        exclude_from_detail=True,
        searchable=False,
        orderable=False,
    )


def amount_field(name: str, label: str, **more: Any) -> IntegerField:
    """An amount of whole Toman."""
    return IntegerField(name, label=label, formatter=_format_with(language.format_toman), **more)


def count_field(name: str, label: str, **more: Any) -> IntegerField:
    return IntegerField(name, label=label, formatter=_format_with(language.format_number), **more)


def number_field(name: str = "id", label: str = "#", **more: Any) -> IntegerField:
    """A record id, shown as people quote it."""
    return IntegerField(name, label=label, **more)


def datetime_field(name: str, label: str, **more: Any) -> DateTimeField:
    """A read-only timestamp."""
    return DateTimeField(
        name,
        label=label,
        formatter=_format_with(language.format_datetime),
        read_only=True,
        exclude_from_create=True,
        exclude_from_edit=True,
        **more,
    )


def text_field(name: str, label: str, **more: Any) -> StringField:
    return StringField(name, label=label, **more)


def long_text_field(name: str, label: str, **more: Any) -> TextAreaField:
    """Multi-line text, on a record's own page only."""
    return TextAreaField(name, label=label, exclude_from_list=True, **more)


def flag_field(name: str, label: str, **more: Any) -> BooleanField:
    return BooleanField(name, label=label, **more)


def choice_field(name: str, label: str, kind: type[StrEnum], **more: Any) -> EnumField:
    """One of the values of an enum."""
    return EnumField(name, label=label, choices=list_choices(kind), **more)


def relation_field(name: str, label: str, key: str, **more: Any) -> HasOne:
    """The record of another list, the one called `key`, to which this one belongs."""
    return HasOne(name, label=label, key=key, **more)


def block_field(name: str, label: str, template: str, getter: Callable[[Request, Any], Any]) -> BaseField:
    """A value with a template of its own, on a record's own page only."""
    return BaseField(
        name,
        label=label,
        getter=getter,
        detail_template=f"fields/{template}.html",
        read_only=True,
        searchable=False,
        orderable=False,
        exclude_from_list=True,
        exclude_from_create=True,
        exclude_from_edit=True,
    )


def _format_with(format_value: Callable[[Any], str]) -> dict[RequestAction, Formatter]:
    def format_cell(_: Request, value: Any) -> str | None:
        return None if value is None else format_value(value)

    return dict.fromkeys(_DISPLAY_ACTIONS, format_cell)
