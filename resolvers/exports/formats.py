"""Export formats: CSV for spreadsheets, JSON lines for programs."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

import orjson

from resolvers.exports.tables import Row, Value

# Without a byte order mark Excel assumes the computer's own encoding and garbles Persian.
_BYTE_ORDER_MARK = "\ufeff"
# https://owasp.org/www-community/attacks/CSV_Injection: characters that start a formula. Excel splits by the
# separator of its locale, often a semicolon, and ignores quotes inside a cell, so any part of a text may
# become a cell.
_FORMULA = re.compile("(^|[;|\t\r\n])([ \"']*)(?=[=+\\-@＝＋－＠])")
_CONTROL_BEGINS = ("\t", "\r", "\n")


class CsvWriter:
    """RFC 4180 with a header row; timestamps in ISO 8601, booleans `true` and `false`, null empty.

    The file begins with a byte order mark. Text that a spreadsheet would interpret as a formula, whatever its
    separator, is prefixed with an apostrophe. Numbers, including negative ones, are unchanged, so that they
    can be summed.
    """

    def __init__(self, target: TextIO, columns: Sequence[str]) -> None:
        target.write(_BYTE_ORDER_MARK)
        self._csv = csv.writer(target)
        self._csv.writerow(columns)

    def write(self, row: Row) -> None:
        """Write one row."""
        self._csv.writerow([_to_csv_cell(value) for value in row])


class JsonLinesWriter:
    """One JSON object per line, with every column; timestamps in ISO 8601."""

    def __init__(self, target: TextIO, columns: Sequence[str]) -> None:
        self._target = target
        self._columns = columns

    def write(self, row: Row) -> None:
        """Write one row."""
        record = dict(zip(self._columns, map(_to_json_value, row), strict=True))
        self._target.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode())


def _to_csv_cell(value: Value) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return _to_iso(value)
    harmless = _FORMULA.sub(r"\1\2'", value)
    return f"'{harmless}" if harmless.startswith(_CONTROL_BEGINS) else harmless


def _to_json_value(value: Value) -> str | int | bool | None:
    return _to_iso(value) if isinstance(value, datetime) else value


def _to_iso(timestamp: datetime) -> str:
    return timestamp.isoformat().replace("+00:00", "Z")
