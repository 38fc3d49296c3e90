"""Scalars that GraphQL lacks: whole numbers beyond 32 bits, and moments."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NewType, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from domain.money import Toman

F = TypeVar("F", bound=Callable[..., Any])

Count = NewType("Count", int)
"""A whole number of things; GraphQL's Int ends at 2^31-1."""

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every JSON client reads exactly."""


def _unchanged_where(condition: str) -> Callable[[F], F]:
    """What the function answers unchanged, for the engine: see `engine.leaves`."""

    def mark(function: F) -> F:
        function.unchanged_where = condition  # type: ignore[attr-defined] # functions take any
        return function

    return mark


@_unchanged_where(f"type({{v}}) is int and -{LARGEST_INTEGER} <= {{v}} <= {LARGEST_INTEGER}")
def whole_number(value: object) -> int:
    """`value`, an integer of at most 53 bits; floats, booleans and strings are refused.

    Raises:
        GraphQLError: it is anything else.
    """
    if type(value) is int and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise GraphQLError("A whole number is needed, without a fraction and without quotes.")
    if abs(value) > LARGEST_INTEGER:
        raise GraphQLError("The number is beyond 2^53-1.")
    return value


def moment(value: object) -> datetime:
    """The moment that an ISO 8601 text with its zone tells, in UTC.

    Raises:
        GraphQLError: it is no such text.
    """
    try:
        if isinstance(value, str) and (parsed := datetime.fromisoformat(value)).tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(_NO_MOMENT) from error
    raise GraphQLError(_NO_MOMENT)


@_unchanged_where("type({v}) is datetime and {v}.tzinfo is UTC")
def in_utc(value: datetime) -> datetime:
    """`value` in UTC, which the engine writes in ISO 8601 with the suffix Z; it must carry its zone."""
    return value if value.tzinfo is UTC else value.astimezone(UTC)


_NO_MOMENT = "A moment is needed in ISO 8601 with its zone, such as 2026-01-31T20:30:00Z."

SCALARS: dict[object, ScalarDefinition] = {
    Toman: strawberry.scalar(
        name="Toman",
        description="An amount of money in whole Toman: a JSON integer within ±(2^53-1), such as 25000.",
        serialize=whole_number,
        parse_value=whole_number,
    ),
    Count: strawberry.scalar(
        name="Count",
        description="A whole number: a JSON integer within ±(2^53-1). `Int` ends at 2^31-1.",
        serialize=whole_number,
        parse_value=whole_number,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601. Answers are in UTC, such as `2026-01-31T20:30:00Z`; "
        "arguments may have any zone, but must have one.",
        serialize=in_utc,
        parse_value=moment,
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    ),
}
