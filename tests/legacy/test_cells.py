"""Cells as values: what is taken, what is changed and told, what lets the row fall."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from legacy_import import states
from legacy_import.cells import Row, Unreadable
from legacy_import.files import NULL, Dialect
from tests.cases import for_each
from tests.legacy.panels import ZONE


def row(cell: str, *, dialect: Dialect = Dialect.CSV) -> Row:
    return Row([cell], {"cell": 0}, dialect=dialect, zone=ZONE)


@for_each(
    ("cell", "rounded_up", "taken", "is_told"),
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
def test_money_is_whole_toman_and_lost_fractions_are_told(
    cell: str, rounded_up: bool, taken: int, is_told: bool
) -> None:
    read = row(cell)
    assert read.money("cell", rounded_up=rounded_up) == taken
    assert bool(read.notes) is is_told


@for_each(
    "cell",
    ["-1", "-0.5", "", "NULL", "12,000", "1e5", "NaN", "Infinity", "9007199254740992", "1_0", "٫", "=1"],
)
def test_money_that_is_negative_missing_or_no_number_lets_the_row_fall(cell: str) -> None:
    with pytest.raises(Unreadable):
        row(cell).money("cell")


@for_each("cell", ["0", "-5", "2147483648", "abc", "1.5", "", "99999999999999999999", "²"])
def test_an_id_is_a_positive_32_bit_integer(cell: str) -> None:
    with pytest.raises(Unreadable):
        row(cell).id("cell")


@for_each(
    ("cell", "moment"),
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
def test_moments_are_unix_seconds_or_mysql_s_in_the_panel_s_zone(cell: str, moment: datetime | None) -> None:
    assert row(cell).moment("cell") == moment


def test_mysql_tells_null_from_an_empty_text_and_csv_does_not() -> None:
    assert row("", dialect=Dialect.MYSQL).text("cell") == ""
    assert row(NULL, dialect=Dialect.MYSQL).text("cell") is None
    assert row("NULL", dialect=Dialect.MYSQL).text("cell") == "NULL"
    assert (row("").text("cell"), row("NULL").text("cell"), row("x").text("missing")) == (None, None, None)


def test_a_long_text_is_cut_and_told_and_a_huge_one_lets_the_row_fall() -> None:
    long = row("x" * 101)
    assert long.text("cell", longest=100) == "x" * 100
    assert long.notes == ["cell was cut from 101 to 100 characters"]
    with pytest.raises(Unreadable):
        row("x" * 1_000_001).text("cell")


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
    assert row(cell).listed("cell") == taken


@for_each(
    ("cell", "state"),
    [("active", "inprogress"), ("Completed", "completed"), ("fail", "error"), ("cancelled", "canceled")],
)
def test_order_states_are_mapped(cell: str, state: str) -> None:
    assert row(cell).state("cell", states.ORDER_STATUSES) == state


@for_each("read", [lambda cell: row(cell).state("cell", states.ORDER_STATUSES)])
@for_each("cell", ["", "done", "x" * 1_000])
def test_a_state_without_meaning_lets_the_row_fall(read: Callable[[str], object], cell: str) -> None:
    with pytest.raises(Unreadable, match="unknown"):
        read(cell)
