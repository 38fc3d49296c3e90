"""Custom scalars: integers beyond 32 bits, and timestamps."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import NewType, TypeVar

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from config.numbers import MAX_EXACT_INTEGER
from domain.money import Toman
from engine.executor.hints import unchanged_if

T = TypeVar("T")

Count = NewType("Count", int)
"""A whole number of things; GraphQL's Int ends at 2^31-1."""


@unchanged_if(f"type({{v}}) is int and -{MAX_EXACT_INTEGER} <= {{v}} <= {MAX_EXACT_INTEGER}")
def parse_whole_number(value: object) -> int:
    """`value`, an integer of at most 53 bits; booleans and strings are refused.

    A float without a fraction is its integer, as for GraphQL's Int: JSON does not distinguish 10.0 from 10.

    Raises:
        GraphQLError: it is anything else.
    """
    if type(value) is int and -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise GraphQLError(_INVALID_WHOLE_NUMBER)
    if abs(value) > MAX_EXACT_INTEGER:
        raise GraphQLError("The number exceeds 2^53-1.")
    return value


def parse_datetime(value: object) -> datetime:
    """The timestamp that a text spells as RFC 3339 has it, in UTC; other ISO 8601 with a zone is taken too.

    A leap second is the first second of the next day, as in Unix time.

    Raises:
        GraphQLError: it is no such text.
    """
    try:
        # RFC 3339, 5.6: "T" and "Z" may be lower case.
        if isinstance(value, str) and (parsed := _parse(value.upper())).tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(_INVALID_DATETIME) from error
    raise GraphQLError(_INVALID_DATETIME)


def _parse(text: str) -> datetime:
    found = _LEAP_SECOND.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    parsed = datetime.fromisoformat(f"{found[1]}:59{found[2]}").replace(microsecond=0) + timedelta(seconds=1)
    in_utc = parsed.astimezone(UTC)
    # RFC 3339, 5.7: they are inserted at the end of a month, in UTC.
    if (in_utc.day, in_utc.time()) != (1, time()):
        raise ValueError("no leap second")
    return parsed


@unchanged_if("type({v}) is datetime and {v}.tzinfo is UTC")
def to_utc(value: datetime) -> datetime:
    """`value` in UTC, which the engine writes in ISO 8601 with the suffix Z; it must carry its zone."""
    return value if value.tzinfo is UTC else value.astimezone(UTC)


_INVALID_WHOLE_NUMBER = "Expected a whole number without a fraction or quotes."
_INVALID_DATETIME = "Expected an ISO 8601 timestamp with a time zone, such as 2026-01-31T20:30:00Z."

_LEAP_SECOND = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}):60(?:\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def _parse_whole_number_literal(node: ValueNode, _: object = None) -> int:
    # As for Int, whose literals have no fraction and no exponent.
    if not isinstance(node, IntValueNode):
        raise GraphQLError(_INVALID_WHOLE_NUMBER, node)
    return _parse_literal(node, parse_whole_number, int(node.value[:20]))


def _parse_datetime_literal(node: ValueNode, _: object = None) -> datetime:
    return _parse_literal(node, parse_datetime, node.value if isinstance(node, StringValueNode) else None)


def _parse_literal(node: ValueNode, parse: Callable[[object], T], value: object) -> T:
    """The literal's value; an error names its place in the document, as one of a built-in scalar does."""
    try:
        return parse(value)
    except GraphQLError as error:
        raise GraphQLError(error.message, node) from error


SCALARS: dict[object, ScalarDefinition] = {
    Toman: strawberry.scalar(
        name="Toman",
        description="An amount of money in whole Toman, as a JSON integer within ±(2^53-1), such as 25000.",
        serialize=parse_whole_number,
        parse_value=parse_whole_number,
        parse_literal=_parse_whole_number_literal,
    ),
    Count: strawberry.scalar(
        name="Count",
        description="A whole number, as a JSON integer within ±(2^53-1). `Int` is limited to 2^31-1.",
        serialize=parse_whole_number,
        parse_value=parse_whole_number,
        parse_literal=_parse_whole_number_literal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An RFC 3339 timestamp. Output is in UTC, such as `2026-01-31T20:30:00Z`; input may use "
        "any time zone but must include one.",
        serialize=to_utc,
        parse_value=parse_datetime,
        parse_literal=_parse_datetime_literal,
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    ),
}
