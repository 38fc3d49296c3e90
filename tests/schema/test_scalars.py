"""Integers and timestamps."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    parse,
    validate,
)

import schema
from engine.transport import serialization
from schema.scalars import parse_datetime, parse_whole_number, to_utc
from tests.subtest_cases import for_each


@for_each("value", [0, -1, 2**31, 2**53 - 1, -(2**53) + 1])
def test_a_whole_number_passes_unchanged(value: int) -> None:
    assert parse_whole_number(value) == value


@for_each("value", [10.0, -0.0, float(2**53 - 1)])
def test_a_number_without_a_fraction_is_whole_however_json_spells_it(value: float) -> None:
    assert type(parse_whole_number(value)) is int
    assert parse_whole_number(value) == value


@for_each("value", [1.5, 2.0**53, float("inf"), True, "1", "1_000", None, [1], 2**53, -(2**53), float("nan")])
def test_other_texts_are_not_integers(value: object) -> None:
    with pytest.raises(GraphQLError):
        parse_whole_number(value)


@for_each("text", ["2026-01-31T20:30:00Z", "2026-02-01T00:00:00+03:30", "20260131T203000.0Z"])
def test_a_timestamp_is_parsed_to_utc(text: str) -> None:
    assert parse_datetime(text) == datetime(2026, 1, 31, 20, 30, tzinfo=UTC)
    assert parse_datetime(text).tzinfo is UTC


@for_each(
    "value", ["", "2026-01-31", "2026-01-31T20:30:00", "now", 0, 1.5, True, None, "0001-01-01T00:00:00+10:00"]
)
def test_a_timestamp_without_a_zone_is_invalid(value: object) -> None:
    with pytest.raises(GraphQLError):
        parse_datetime(value)


def test_every_spelling_of_rfc_3339_is_read(subtests: pytest.Subtests) -> None:
    """The examples of its section 5.8, and what 5.6 allows besides."""
    spellings = {
        "1985-04-12T23:20:50.52Z": datetime(1985, 4, 12, 23, 20, 50, 520_000, UTC),
        "1996-12-19T16:39:57-08:00": datetime(1996, 12, 20, 0, 39, 57, tzinfo=UTC),
        "1990-12-31T23:59:60Z": datetime(1991, 1, 1, tzinfo=UTC),
        "1990-12-31T15:59:60-08:00": datetime(1991, 1, 1, tzinfo=UTC),
        "2016-12-31t23:59:60.25z": datetime(2017, 1, 1, tzinfo=UTC),
        "1937-01-01T12:00:27.87+00:20": datetime(1937, 1, 1, 11, 40, 27, 870_000, UTC),
        "2026-01-31t20:30:00z": datetime(2026, 1, 31, 20, 30, tzinfo=UTC),
        "2026-01-31 20:30:00-00:00": datetime(2026, 1, 31, 20, 30, tzinfo=UTC),
        "2026-01-31T20:30:00.123456789Z": datetime(2026, 1, 31, 20, 30, 0, 123_456, UTC),
    }
    for text, expected in spellings.items():
        with subtests.test(text):
            assert parse_datetime(text) == expected
            assert parse_datetime(text).tzinfo is UTC


@for_each("text", ["2016-12-31T22:59:60Z", "2016-12-30T23:59:60Z", "2016-12-31T23:59:61Z"])
def test_a_leap_second_is_none_but_at_the_end_of_a_month(text: str) -> None:
    with pytest.raises(GraphQLError):
        parse_datetime(text)


def test_a_literal_that_a_scalar_refuses_is_located(subtests: pytest.Subtests) -> None:
    for type_name, literal in (
        ("Toman", "1.5"),
        ("Toman", '"1"'),
        ("Count", "10.0"),
        ("Count", "9007199254740992"),
        ("Count", "9" * 5_000),
        ("DateTime", '"yesterday"'),
        ("DateTime", "5"),
        ("DateTime", "{a: 1}"),
    ):
        with subtests.test(f"{type_name} {literal[:20]}"):
            scalar = schema.schema._schema.type_map[type_name]
            assert isinstance(scalar, GraphQLScalarType)
            query = GraphQLObjectType(
                "Query", {"field": GraphQLField(GraphQLInt, {"argument": GraphQLArgument(scalar)})}
            )
            (error,) = validate(GraphQLSchema(query), parse(f"{{ field(argument: {literal}) }}"))

            assert error.locations is not None
            assert [(place.line, place.column) for place in error.locations] == [(1, 19)]


def test_a_timestamp_is_serialized_in_utc_with_z() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert serialization.dumps(to_utc(datetime(2026, 2, 1, tzinfo=tehran))) == b'"2026-01-31T20:30:00Z"'
    assert (
        serialization.dumps(to_utc(datetime(2026, 1, 31, 20, 30, 0, 5, UTC)))
        == b'"2026-01-31T20:30:00.000005Z"'
    )
