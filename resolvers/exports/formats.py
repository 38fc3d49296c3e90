"""How exported rows are spelled: CSV for spreadsheets, JSON lines for programs."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

import orjson

from resolvers.exports.tables import Row, Value

# Excel takes a file without a byte order mark for the computer's own encoding and garbles Persian.
_BYTE_ORDER_MARK = "\ufeff"
# https://owasp.org/www-community/attacks/CSV_Injection: what makes a spreadsheet compute a cell. Excel
# splits by the separator of its locale, a semicolon in many, and passes over quotes amid a cell: any part of
# a text may become a cell.
_FORMULA = re.compile("(^|[;|\t\r\n])([ \"']*)(?=[=+\\-@＝＋－＠])")
_CONTROL_BEGINS = ("\t", "\r", "\n")


class CsvWriter:
    """RFC 4180 with a header row; moments in ISO 8601, booleans as `true` and `false`, null as an empty cell.

    The file begins with a byte order mark. A text that a spreadsheet would take for a formula, whichever
    separator it splits by, gets an apostrophe before it. Numbers are left alone, the negative ones too: they
    can be summed, and compute nothing.
    """

    def __init__(self, target: TextIO, columns: Sequence[str]) -> None:
        target.write(_BYTE_ORDER_MARK)
        self._csv = csv.writer(target)
        self._csv.writerow(columns)

    def write(self, row: Row) -> None:
        """Write one row."""
        self._csv.writerow([_to_csv_cell(value) for value in row])


class JsonLinesWriter:
    """One JSON object a line, with every column; moments as ISO 8601."""

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
