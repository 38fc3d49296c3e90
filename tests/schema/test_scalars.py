"""Whole numbers and moments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from engine import written
from schema.scalars import in_utc, moment, whole_number
from tests.cases import for_each


@for_each("value", [0, -1, 2**31, 2**53 - 1, -(2**53) + 1])
def test_a_whole_number_passes_unchanged(value: int) -> None:
    assert whole_number(value) == value


@for_each("value", [1.0, 1.5, True, "1", "1_000", None, [1], 2**53, -(2**53), float("nan")])
def test_anything_else_is_no_whole_number(value: object) -> None:
    with pytest.raises(GraphQLError):
        whole_number(value)


@for_each("text", ["2026-01-31T20:30:00Z", "2026-02-01T00:00:00+03:30", "20260131T203000.0Z"])
def test_a_moment_is_read_in_utc(text: str) -> None:
    assert moment(text) == datetime(2026, 1, 31, 20, 30, tzinfo=UTC)
    assert moment(text).tzinfo is UTC


@for_each(
    "value", ["", "2026-01-31", "2026-01-31T20:30:00", "now", 0, 1.5, True, None, "0001-01-01T00:00:00+10:00"]
)
def test_a_moment_without_its_zone_is_none(value: object) -> None:
    with pytest.raises(GraphQLError):
        moment(value)


def test_a_moment_is_written_in_utc_with_z() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert written.json(in_utc(datetime(2026, 2, 1, tzinfo=tehran))) == b'"2026-01-31T20:30:00Z"'
    assert written.json(in_utc(datetime(2026, 1, 31, 20, 30, 0, 5, UTC))) == b'"2026-01-31T20:30:00.000005Z"'
