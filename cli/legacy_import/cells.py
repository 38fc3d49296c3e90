"""Reads a row's cells as typed values; an invalid row is rejected with a reason."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from cli.legacy_import.files import NULL, Dialect
from config.numbers import MAX_EXACT_INTEGER
from domain import text_cleaning
from domain.ids import MAX_ID
from domain.money import MAX_AMOUNT, Toman

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)
_MAX_TEXT_LENGTH = 1_000_000
_LAST_SECOND = 253_402_300_799
_State = TypeVar("_State", bound=StrEnum)


class Unreadable(Exception):
    """The row cannot be imported; the message says why."""


class Row:
    """The cells of one row by column. Values changed by the import are recorded in `notes`.

    A missing column reads as NULL.
    """

    __slots__ = ("_cells", "_dialect", "_places", "_zone", "notes")

    def __init__(
        self, cells: list[str], places: Mapping[str, int], *, dialect: Dialect, zone: ZoneInfo
    ) -> None:
        self._cells = cells
        self._places = places
        self._dialect = dialect
        self._zone = zone
        self.notes: list[str] = []

    def read_raw(self, column: str) -> str | None:
        """The raw cell, or None for NULL; in CSV an empty cell and the word NULL are NULL."""
        place = self._places.get(column)
        if place is None:
            return None
        cell = self._cells[place]
        if self._dialect is Dialect.MYSQL:
            return None if cell == NULL else cell
        return cell if cell not in ("", "NULL") else None

    def note(self, text: str) -> None:
        """Record that a value is changed by the import."""
        self.notes.append(text)

    def read_text(self, column: str, *, max_length: int | None = None) -> str | None:
        """The text, truncated and noted if longer than `max_length` characters.

        Raises Unreadable beyond a million.
        """
        cell = self.read_raw(column)
        if cell is None:
            return None
        if len(cell) > _MAX_TEXT_LENGTH:
            raise Unreadable(f"{column} has {len(cell)} characters")
        if max_length is not None and len(cell) > max_length:
            self.note(f"{column} was cut from {len(cell)} to {max_length} characters")
            return cell[:max_length]
        return cell

    def read_line(self, column: str, *, max_length: int) -> str | None:
        """The text on one line without invisible characters, None if empty; truncated as in `read_text`."""
        cell = self.read_raw(column)
        if cell is None:
            return None
        cleaned = text_cleaning.clean_name(cell[:_MAX_TEXT_LENGTH])
        if len(cleaned) > max_length:
            self.note(f"{column} was cut from {len(cleaned)} to {max_length} characters")
        return cleaned[:max_length] or None

    def read_list(self, column: str) -> str | None:
        """The text of a list; some versions of the panel stored lists as a single JSON string."""
        cell = self.read_text(column)
        if cell and cell[0] == cell[-1] == '"':
            try:
                decoded = json.loads(cell)
            except ValueError:
                return cell
            # JSON may contain text that neither database can store.
            return decoded if isinstance(decoded, str) and text_cleaning.is_storable(decoded) else cell
        return cell

    def read_integer(
        self, column: str, *, default: int = 0, minimum: int | None = None, is_small: bool = False
    ) -> int:
        """The integer; NULL and an empty cell become `default`. `is_small`: of 32 bits.

        Raises Unreadable for anything else, below `minimum`, or too large.
        """
        cell = self.read_raw(column)
        if not cell:
            return default
        value = _parse_integer(cell)
        if value is None:
            raise Unreadable(f"{column} is no whole number: {_quote(cell)}")
        if minimum is not None and value < minimum:
            raise Unreadable(f"{column} is below {minimum}: {value}")
        if abs(value) > (MAX_ID if is_small else MAX_EXACT_INTEGER):
            raise Unreadable(f"{column} is too large: {_quote(cell)}")
        return value

    def read_optional_integer(self, column: str, *, is_small: bool = False) -> int | None:
        """The integer, or None for NULL."""
        return self.read_integer(column, is_small=is_small) if self.read_raw(column) else None

    def read_id(self, column: str = "id") -> int:
        """A record id. Raises Unreadable if there is none."""
        value = self.read_integer(column, minimum=1, is_small=True)
        if not value:
            raise Unreadable(f"{column} is missing")
        return value

    def read_money(self, column: str, *, rounded_up: bool = False) -> Toman:
        """Whole Toman, not negative; a fraction is rounded, down by default, and noted."""
        cell = self.read_raw(column)
        if cell is None:
            raise Unreadable(f"{column} is missing")
        if cell.isascii() and cell.isdecimal() and len(cell) < 16:
            return Toman(int(cell))
        exact = parse_decimal(cell)
        if exact is None:
            raise Unreadable(f"{column} is no amount: {_quote(cell)}")
        if exact < 0:
            raise Unreadable(f"{column} is negative: {_quote(cell)}")
        if exact > MAX_AMOUNT:
            raise Unreadable(f"{column} is too large: {_quote(cell)}")
        whole = int(exact.to_integral_value(ROUND_CEILING if rounded_up else ROUND_FLOOR))
        if whole != exact:
            self.note(f"{column} {_quote(cell)} became {whole}")
        return Toman(whole)

    def read_flag(self, column: str, *, default: bool = False) -> bool:
        """Whether the cell is 1; anything but 0, 1 and NULL is false, and noted."""
        cell = self.read_raw(column)
        if not cell:
            return default
        if cell not in ("0", "1"):
            self.note(f"{column} {_quote(cell)} became 0")
        return cell == "1"

    def read_timestamp(self, column: str) -> datetime | None:
        """A Unix timestamp, or MySQL's `2020-06-21 12:55:53` in the panel's time zone; otherwise None."""
        cell = self.read_raw(column)
        if not cell or cell.startswith("0000"):
            return None
        if (seconds := _parse_integer(cell)) is not None:
            return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= _LAST_SECOND else None
        try:
            return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def read_timestamps(self, default: datetime) -> tuple[datetime, datetime]:
        """`created` and `changed`; if one is missing, the other replaces it; if both are, `default`."""
        created, changed = self.read_timestamp("created"), self.read_timestamp("changed")
        if created is None and changed is None:
            self.note("created is not a timestamp: the time of the import was used")
        created = created or changed or default
        return created, changed or created

    def read_state(self, column: str, states: Mapping[str, _State]) -> _State:
        """The state for the old panel's value. Raises Unreadable for an unknown value."""
        word = text_cleaning.clean_name(self.read_raw(column) or "").lower()
        if word not in states:
            raise Unreadable(f"{column} is unknown: {_quote(word)}")
        return states[word]


def parse_decimal(text: str) -> Decimal | None:
    """The plain decimal in `text`, in any of the three digit scripts, or None."""
    ascii_text = text_cleaning.clean_number(text)
    return Decimal(ascii_text) if _DECIMAL.fullmatch(ascii_text) else None


def _parse_integer(cell: str) -> int | None:
    if cell.isascii() and cell.isdecimal() and len(cell) < 19:
        return int(cell)
    value = text_cleaning.parse_integer(cell)
    if value is None and (exact := parse_decimal(cell)) is not None and exact == exact.to_integral_value():
        return int(exact)
    return value


def _quote(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
