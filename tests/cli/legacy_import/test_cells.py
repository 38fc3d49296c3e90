"""Cells as values: which are imported, changed with a note, or rejected with their row."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cli.legacy_import import value_mappings
from cli.legacy_import.cells import Row, Unreadable
from cli.legacy_import.files import NULL, Dialect
from tests.cli.legacy_import.legacy_folders import ZONE
from tests.subtest_cases import for_each


def build_row(cell: str, *, dialect: Dialect = Dialect.CSV) -> Row:
    return Row([cell], {"cell": 0}, dialect=dialect, zone=ZONE)


@for_each(
    ("cell", "rounded_up", "taken", "is_reported"),
    [
        ("352", False, 352, False),
        ("352.0000", False, 352, False),
        ("۳۵۲", False, 352, False),
        ("352.9999", False, 352, True),
        ("352.0001", True, 353, True),
        ("0.4", False, 0, True),
        ("9007199254740991", False, 2**53 - 1, False),
    ],
)
def test_money_is_whole_toman_and_lost_fractions_are_reported(
    cell: str, rounded_up: bool, taken: int, is_reported: bool
) -> None:
    read = build_row(cell)
    assert read.read_money("cell", rounded_up=rounded_up) == taken
    assert bool(read.notes) is is_reported


@for_each(
    "cell",
    ["-1", "-0.5", "", "NULL", "12,000", "1e5", "NaN", "Infinity", "9007199254740992", "1_0", "٫", "=1"],
)
def test_negative_missing_or_invalid_money_rejects_the_row(cell: str) -> None:
    with pytest.raises(Unreadable):
        build_row(cell).read_money("cell")


@for_each("cell", ["0", "-5", "2147483648", "abc", "1.5", "", "99999999999999999999", "²"])
def test_an_id_is_a_positive_32_bit_integer(cell: str) -> None:
    with pytest.raises(Unreadable):
        build_row(cell).read_id("cell")


@for_each(
    ("cell", "timestamp"),
    [
        ("1591431859", datetime(2020, 6, 6, 8, 24, 19, tzinfo=UTC)),
        ("2020-06-06 12:54:19", datetime(2020, 6, 6, 8, 24, 19, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("0", None),
        ("", None),
        ("-5", None),
        ("99999999999999", None),
        ("0001-01-01 00:00:00", None),
        ("yesterday", None),
    ],
)
def test_timestamps_are_unix_seconds_or_mysql_datetimes_in_the_panel_s_zone(
    cell: str, timestamp: datetime | None
) -> None:
    assert build_row(cell).read_timestamp("cell") == timestamp


def test_mysql_distinguishes_null_from_an_empty_text_and_csv_does_not() -> None:
    assert build_row("", dialect=Dialect.MYSQL).read_text("cell") == ""
    assert build_row(NULL, dialect=Dialect.MYSQL).read_text("cell") is None
    assert build_row("NULL", dialect=Dialect.MYSQL).read_text("cell") == "NULL"
    assert (
        build_row("").read_text("cell"),
        build_row("NULL").read_text("cell"),
        build_row("x").read_text("missing"),
    ) == (None, None, None)


def test_a_long_text_is_truncated_with_a_note_and_a_huge_one_rejects_the_row() -> None:
    long = build_row("x" * 101)
    assert long.read_text("cell", max_length=100) == "x" * 100
    assert long.notes == ["cell was cut from 101 to 100 characters"]
    with pytest.raises(Unreadable):
        build_row("x" * 1_000_001).read_text("cell")


@for_each(
    ("cell", "taken"),
    [
        (r'"a\nb"', "a\nb"),
        ("a\nb", "a\nb"),
        ('"', '"'),
        ('"a" and "b"', '"a" and "b"'),
        (r'"\u0000"', r'"\u0000"'),
        (r'"\ud800"', r'"\ud800"'),
        (r'"\u0633"', "س"),
    ],
)
def test_a_list_that_was_stored_as_json_is_read_as_its_text(cell: str, taken: str) -> None:
    assert build_row(cell).read_list("cell") == taken


@for_each(
    ("cell", "state"),
    [("active", "inprogress"), ("Completed", "completed"), ("fail", "error"), ("cancelled", "canceled")],
)
def test_order_states_are_mapped(cell: str, state: str) -> None:
    assert build_row(cell).read_state("cell", value_mappings.ORDER_STATUSES) == state


@for_each("read", [lambda cell: build_row(cell).read_state("cell", value_mappings.ORDER_STATUSES)])
@for_each("cell", ["", "done", "x" * 1_000])
def test_an_unknown_state_rejects_the_row(read: Callable[[str], object], cell: str) -> None:
    with pytest.raises(Unreadable, match="unknown"):
        read(cell)
