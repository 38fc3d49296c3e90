"""Exported rows as text: formulas are escaped, numbers and timestamps keep their meaning."""

import csv
import io
import json
from datetime import UTC, datetime

from resolvers.exports.formats import CsvWriter, JsonLinesWriter
from tests.subtest_cases import for_each

TIMESTAMP = datetime(2026, 1, 31, 10, 0, 5, tzinfo=UTC)


def written(*cells: str | int | bool | datetime | None) -> str:
    target = io.StringIO()
    CsvWriter(target, [f"column_{number}" for number in range(len(cells))]).write(cells)
    return target.getvalue()


def parse(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@for_each(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\ta", "\ra", "\na", '="a",b\nc', "＝1+1", "＋1", "－1", "＠1"],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert parse(written(text, "b"))[1] == [f"'{text}", "b"]


@for_each(
    "text", ["a=1", "https://a.example/?q=1;r=2", "", "۱۲۳", 'say "no", twice\nor so', "a; b", "a|b\tc"]
)
def test_any_other_text_is_unchanged(text: str) -> None:
    assert parse(written(text, "b"))[1] == [text, "b"]


def test_no_part_of_a_text_is_a_formula_whichever_separator_a_spreadsheet_splits_by() -> None:
    for separator in (";", "\t", "\n", "\r", "|"):
        for quoted in ("", " ", '"', "'", ' "'):
            text = f"a{separator}{quoted}=1+1{separator}b"
            (cell, _) = parse(written(text, "b"))[1]
            assert cell == f"a{separator}{quoted}'=1+1{separator}b", ascii(text)
    assert parse(written(" =1", "b"))[1] == [" '=1", "b"]


def test_numbers_stay_numbers_and_timestamps_are_iso() -> None:
    assert parse(written(-250, None, True, False, TIMESTAMP))[1] == [
        "-250", "", "true", "false", "2026-01-31T10:00:05Z",
    ]  # fmt: skip


def test_json_lines_hold_one_object_a_line_with_nulls_and_line_breaks_inside() -> None:
    target = io.StringIO()
    writer = JsonLinesWriter(target, ["id", "link", "note", "created_at"])
    writer.write([1, "=یک\nدو", None, TIMESTAMP])
    writer.write([2, "x", "y", TIMESTAMP])
    first, second = target.getvalue().splitlines()
    assert json.loads(first) == {
        "id": 1, "link": "=یک\nدو", "note": None, "created_at": "2026-01-31T10:00:05Z",
    }  # fmt: skip
    assert json.loads(second)["id"] == 2
