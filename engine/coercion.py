"""Functions that coerce values of input types as graphql-core's `coerce_input_value` does.

What graphql-core finds out of a type for every value is found out once. Undefined stands for a value that
does not fit, and for some odd ones that do: graphql-core has to decide, and to say what is wrong.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities.coerce_input_value import coerce_default_value

_LARGEST_INT = 2_147_483_647
_SAME: dict[object, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Of built-in scalars, the type of the values that they take as they are."""
_IMMUTABLE = (type(None), bool, int, float, str, Enum)

Coerce = Callable[[Any], Any]


class NotFinite(Exception):
    """A type whose values hold others of it, or defaults that one request could change for the next."""


def coercer(type_: GraphQLInputType) -> Coerce:
    """A function that coerces values of `type_`.

    Raises:
        NotFinite: there is none.
    """
    return _coercer(type_, ())


def _coercer(type_: GraphQLInputType, within: tuple[GraphQLInputType, ...]) -> Coerce:
    if is_non_null_type(type_):
        coerce = _not_null(type_.of_type, within)
        return lambda value: Undefined if value is None else coerce(value)
    coerce = _not_null(type_, within)
    return lambda value: None if value is None else coerce(value)


def _not_null(type_: Any, within: tuple[GraphQLInputType, ...]) -> Coerce:
    if is_list_type(type_):
        return _list(_coercer(type_.of_type, within))
    if is_input_object_type(type_):
        if type_ in within or type_.is_one_of:
            raise NotFinite
        return _object(type_, (*within, type_))
    return _int if type_ is GraphQLInt else _leaf(type_)


def _int(value: Any) -> Any:
    if type(value) is int and -_LARGEST_INT - 1 <= value <= _LARGEST_INT:
        return value
    return _by_the_library(GraphQLInt, value)


def _leaf(type_: GraphQLScalarType | GraphQLEnumType) -> Coerce:
    same = _SAME.get(type_)
    return lambda value: value if type(value) is same else _by_the_library(type_, value)


def _by_the_library(type_: GraphQLScalarType | GraphQLEnumType, value: Any) -> Any:
    try:
        return type_.coerce_input_value(value)
    except Exception:
        return Undefined


def _list(coerce: Coerce) -> Coerce:
    def coerced(value: Any) -> Any:
        if type(value) is not list:
            return Undefined
        items = [coerce(item) for item in value]
        return Undefined if any(item is Undefined for item in items) else items

    return coerced


def _object(type_: GraphQLInputObjectType, within: tuple[GraphQLInputType, ...]) -> Coerce:
    fields = [
        (name, field.out_name or name, _default(field), _coercer(field.type, within))
        for name, field in type_.fields.items()
    ]
    required = {name for name, field in type_.fields.items() if is_required_input_field(field)}
    known, make = type_.fields.keys(), type_.out_type

    def coerced(value: Any) -> Any:
        if type(value) is not dict or not required <= value.keys() <= known:
            return Undefined
        given: dict[str, Any] = {}
        for name, out_name, default, coerce in fields:
            if name in value:
                given[out_name] = coerced_value = coerce(value[name])
                if coerced_value is Undefined:
                    return Undefined
            elif default is not Undefined:
                given[out_name] = default
        return make(given)

    return coerced


def _default(field: GraphQLInputField) -> Any:
    default = coerce_default_value(field)
    if default is not Undefined and not isinstance(default, _IMMUTABLE):
        raise NotFinite
    return default
