"""Python source that serializes a scalar or enum value as its type's `coerce_output_value` does."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)

from engine.executor.hints import get_unchanged_condition
from engine.executor.row_layout import RowLayout

_PLAIN_TYPES = frozenset(
    {str, int, float, bool, bytes, datetime, date, time, Decimal, UUID, dict, list, tuple}
)
"""Types whose values are neither awaitables nor exceptions."""

_NEEDS_COERCION: dict[GraphQLScalarType, str] = {
    GraphQLString: "type({v}) is not str",
    GraphQLInt: "type({v}) is not int or not -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is not float or {v} - {v} != 0.0",
    GraphQLBoolean: "type({v}) is not bool",
    GraphQLID: "type({v}) is not str",
}
"""Conditions under which the built-in scalars change a value.

For other scalars, the opposite condition is declared: see `hints.unchanged_if`.
"""


class Fallback(Exception):
    """Generated code does not handle the value: graphql-core has to complete it."""


class Bind(Protocol):
    """Makes a value available to the generated code and returns its name."""

    def __call__(self, value: object) -> str: ...


def is_special_result(value: object) -> bool:
    """Whether graphql-core treats `value` specially: an awaitable, an exception or an undefined value."""
    return (
        value is Undefined
        or isinstance(value, Exception)
        or hasattr(value, "__await__")
        or hasattr(value, "gi_code")
    )


def build_statements(leaf: GraphQLScalarType | GraphQLEnumType, variable: str, bind: Bind) -> list[str]:
    """Statements that replace the variable, not None, by its serialized value, or raise Fallback."""
    if isinstance(leaf, GraphQLEnumType):
        return [f"{variable} = {_enum_expression(leaf, variable, bind)}"]
    checked = f"{bind(_build_checked_coercion(leaf))}({variable})"
    if leaf is GraphQLID:
        checked = f"str({variable}) if type({variable}) is int else {checked}"
    if needs_coercion := _NEEDS_COERCION.get(leaf):
        return [f"if {needs_coercion.format(v=variable)}: {variable} = {checked}"]
    if unchanged := get_unchanged_condition(leaf.coerce_output_value):
        return [f"if not ({unchanged.format(v=variable)}): {variable} = {checked}"]
    coerce = f"{bind(leaf.coerce_output_value)}({variable})"
    return [
        f"{variable} = {coerce} if type({variable}) in {bind(_PLAIN_TYPES)} else {checked}",
        f"if {variable} is None or {variable} is {bind(Undefined)}: raise {bind(Fallback)}",
    ]


def get_enum_names(leaf: GraphQLEnumType) -> dict[Any, Any]:
    """The serialized name of each member's value; empty if they cannot be determined in advance."""
    members = getattr(leaf, "wrapped_cls", None)
    if not (isinstance(members, type) and issubclass(members, Enum)):
        return {}
    if any(type(member.value).__hash__ is None for member in members):
        return {}
    return {member.value: leaf.coerce_output_value(member) for member in members}


def is_serialized_unchanged(leaf: GraphQLOutputType, layout: RowLayout, column: str) -> bool:
    """Whether the scalar returns every value unchanged that a typed column may hold."""
    if leaf is GraphQLString:
        return layout.holds_text(column)
    return leaf is GraphQLBoolean and layout.holds_boolean(column)


def _enum_expression(leaf: GraphQLEnumType, variable: str, bind: Bind) -> str:
    checked = f"{bind(_build_checked_coercion(leaf))}({variable})"
    names = get_enum_names(leaf)
    if not names:
        return checked
    members = getattr(leaf, "wrapped_cls", None)
    return f"{bind(names)}[{variable}._value_] if type({variable}) is {bind(members)} else {checked}"


def _build_checked_coercion(leaf: GraphQLScalarType | GraphQLEnumType) -> Callable[[Any], Any]:
    coerce: Callable[[Any], Any] = leaf.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None or is_special_result(value):
            raise Fallback
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Fallback
        return coerced

    return complete
