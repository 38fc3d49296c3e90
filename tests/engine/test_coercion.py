"""Inputs are coerced as graphql-core does it, or left to it."""

from random import Random
from typing import Any

from graphql import (
    Undefined,
    build_schema,
    coerce_input_value,
    is_enum_type,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
)

import schema
from engine.coercion import NotFinite, coercer
from tests.cases import for_each

ODD = build_schema("""
    type Query { a(one: Own, more: Outer): Int }
    enum Colour { RED, BLUE }
    input Own { other: Own, name: String }
    input OneOf @oneOf { a: Int, b: String }
    input Listed { tags: [String!] = ["a"] }
    input Inner { number: Int! = 7, colour: Colour = RED, float: Float, flag: Boolean }
    input Outer { id: ID!, text: String, inner: Inner!, inners: [Inner!], numbers: [[Int]], again: Inner }
""")
VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    1.5,
    float("nan"),
    "",
    "12",
    "RED",
    "2024-02-30",
    [],
    {},
    [None],
)


SCALARS: dict[str, tuple[object, ...]] = {
    "Int": (5, 0, -3),
    "Float": (0.5, 3),
    "Boolean": (True, False),
    "ID": ("7", 7),
    "DateTime": ("2024-01-02T03:04:05Z",),
    "String": ("name", "1403", ""),
    "Toman": (1, 2_000_000),
    "Count": (20, 1),
}


def fitting(type_: Any, random: Random, depth: int = 0) -> object:
    """A value that looks like the type's; now and then one that does not."""
    if random.random() < 0.02:
        return random.choice((*VALUES, {"unknown": 1}))
    if is_non_null_type(type_):
        return fitting(type_.of_type, random, depth)
    if random.random() < 0.1 or depth > 6:
        return None
    if is_list_type(type_):
        return [fitting(type_.of_type, random, depth + 1) for _ in range(random.randrange(3))]
    if is_input_object_type(type_):
        return {
            name: fitting(field.type, random, depth + 1)
            for name, field in type_.fields.items()
            if is_non_null_type(field.type) or random.random() < 0.6
        }
    if is_enum_type(type_):
        return random.choice(list(type_.values))
    return random.choice(SCALARS[type_.name])


def known_inputs() -> list[Any]:
    types: list[Any] = [*schema.schema._schema.type_map.values(), *ODD.type_map.values()]
    return [type_ for type_ in types if is_input_type(type_) and not str(type_).startswith("__")]


@for_each("type_", known_inputs())
def test_values_are_coerced_as_graphql_core_does(type_: Any) -> None:
    random, taken = Random(str(type_)), 0
    try:
        coerce = coercer(type_)
    except NotFinite:
        assert str(type_) in ("Own", "OneOf", "Listed")
        return
    for _ in range(400):
        value = fitting(type_, random)
        expected, found = coerce_input_value(value, type_), coerce(value)
        if found is Undefined:
            assert expected is Undefined or _has_item_without_list(value, type_)
        else:
            taken += value is not None
            assert repr(found) == repr(expected)
    assert taken > 30


def _has_item_without_list(value: Any, type_: Any) -> bool:
    if is_non_null_type(type_):
        return _has_item_without_list(value, type_.of_type)
    if is_list_type(type_):
        if not isinstance(value, list):
            return value is not None
        return any(_has_item_without_list(item, type_.of_type) for item in value)
    if is_input_object_type(type_) and isinstance(value, dict):
        known = type_.fields.keys() & value.keys()
        return any(_has_item_without_list(value[name], type_.fields[name].type) for name in known)
    return False
