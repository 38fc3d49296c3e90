"""A row's cells as values: each is read as its column means, or the row is refused with a reason."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain import texts
from domain.ids import LARGEST_ID
from domain.money import LARGEST_AMOUNT, Toman
from legacy_import.files import NULL, Dialect

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)
_LARGEST_INTEGER = 2**53 - 1
_LONGEST_TEXT = 1_000_000
_LAST_SECOND = 253_402_300_799
_State = TypeVar("_State", bound=StrEnum)


class Unreadable(Exception):
    """The row cannot be taken; the message says why."""


class Row:
    """The cells of one row by column. What is changed so that it can be taken, is added to `notes`.

    A column that the file lacks reads as NULL.
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

    def raw(self, column: str) -> str | None:
        """The cell as it stands, or None for NULL; in CSV an empty cell and the word NULL are."""
        place = self._places.get(column)
        if place is None:
            return None
        cell = self._cells[place]
        if self._dialect is Dialect.MYSQL:
            return None if cell == NULL else cell
        return cell if cell not in ("", "NULL") else None

    def note(self, text: str) -> None:
        """Tell that a value is not taken as it was."""
        self.notes.append(text)

    def text(self, column: str, *, longest: int | None = None) -> str | None:
        """The text, cut and noted where it is over `longest` characters.

        Raises Unreadable beyond a million.
        """
        cell = self.raw(column)
        if cell is None:
            return None
        if len(cell) > _LONGEST_TEXT:
            raise Unreadable(f"{column} has {len(cell)} characters")
        if longest is not None and len(cell) > longest:
            self.note(f"{column} was cut from {len(cell)} to {longest} characters")
            return cell[:longest]
        return cell

    def line(self, column: str, *, longest: int) -> str | None:
        """The text on one line without what nobody sees, None where nothing is left; cut as in `text`."""
        cell = self.raw(column)
        if cell is None:
            return None
        cleaned = texts.clean_name(cell[:_LONGEST_TEXT])
        if len(cleaned) > longest:
            self.note(f"{column} was cut from {len(cleaned)} to {longest} characters")
        return cleaned[:longest] or None

    def listed(self, column: str) -> str | None:
        """The text of a list; some versions of the panel stored lists as one JSON string."""
        cell = self.text(column)
        if cell and cell[0] == cell[-1] == '"':
            try:
                decoded = json.loads(cell)
            except ValueError:
                return cell
            # JSON may spell what neither database can hold.
            return decoded if isinstance(decoded, str) and texts.is_storable(decoded) else cell
        return cell

    def integer(
        self, column: str, *, default: int = 0, least: int | None = None, is_small: bool = False
    ) -> int:
        """The integer; NULL and an empty cell are `default`. `is_small`: of 32 bits.

        Raises Unreadable for anything else, below `least`, or too large.
        """
        cell = self.raw(column)
        if not cell:
            return default
        value = _integer(cell)
        if value is None:
            raise Unreadable(f"{column} is no whole number: {_shown(cell)}")
        if least is not None and value < least:
            raise Unreadable(f"{column} is below {least}: {value}")
        if abs(value) > (LARGEST_ID if is_small else _LARGEST_INTEGER):
            raise Unreadable(f"{column} is too large: {_shown(cell)}")
        return value

    def optional_integer(self, column: str, *, is_small: bool = False) -> int | None:
        """The integer, or None for NULL."""
        return self.integer(column, is_small=is_small) if self.raw(column) else None

    def id(self, column: str = "id") -> int:
        """A record's id. Raises Unreadable where there is none."""
        value = self.integer(column, least=1, is_small=True)
        if not value:
            raise Unreadable(f"{column} is missing")
        return value

    def money(self, column: str, *, rounded_up: bool = False) -> Toman:
        """Whole Toman, not below zero; a fraction is rounded, down where not told otherwise, and noted."""
        cell = self.raw(column)
        if cell is None:
            raise Unreadable(f"{column} is missing")
        if cell.isascii() and cell.isdecimal() and len(cell) < 16:
            return Toman(int(cell))
        exact = decimal_of(cell)
        if exact is None:
            raise Unreadable(f"{column} is no amount: {_shown(cell)}")
        if exact < 0:
            raise Unreadable(f"{column} is negative: {_shown(cell)}")
        if exact > LARGEST_AMOUNT:
            raise Unreadable(f"{column} is too large: {_shown(cell)}")
        whole = int(exact.to_integral_value(ROUND_CEILING if rounded_up else ROUND_FLOOR))
        if whole != exact:
            self.note(f"{column} {_shown(cell)} became {whole}")
        return Toman(whole)

    def flag(self, column: str, *, default: bool = False) -> bool:
        """Whether the cell is 1; anything but 0, 1 and NULL is false, and noted."""
        cell = self.raw(column)
        if not cell:
            return default
        if cell not in ("0", "1"):
            self.note(f"{column} {_shown(cell)} became 0")
        return cell == "1"

    def moment(self, column: str) -> datetime | None:
        """Unix seconds, or MySQL's `2020-06-21 12:55:53` in the panel's time zone; None for anything else."""
        cell = self.raw(column)
        if not cell or cell.startswith("0000"):
            return None
        if (seconds := _integer(cell)) is not None:
            return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= _LAST_SECOND else None
        try:
            return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def moments(self, otherwise: datetime) -> tuple[datetime, datetime]:
        """`created` and `changed`; each stands in for the other, and `otherwise`, noted, for both."""
        created, changed = self.moment("created"), self.moment("changed")
        if created is None and changed is None:
            self.note("created is no moment: the import's own was taken")
        created = created or changed or otherwise
        return created, changed or created

    def state(self, column: str, states: Mapping[str, _State]) -> _State:
        """The state that the old word means. Raises Unreadable for a word without meaning."""
        word = texts.clean_name(self.raw(column) or "").lower()
        if word not in states:
            raise Unreadable(f"{column} is unknown: {_shown(word)}")
        return states[word]


def decimal_of(text: str) -> Decimal | None:
    """The plain decimal that `text` spells in any of the three digit scripts, or None."""
    ascii_text = texts.clean_number(text)
    return Decimal(ascii_text) if _DECIMAL.fullmatch(ascii_text) else None


def _integer(cell: str) -> int | None:
    if cell.isascii() and cell.isdecimal() and len(cell) < 19:
        return int(cell)
    value = texts.parse_integer(cell)
    if value is None and (exact := decimal_of(cell)) is not None and exact == exact.to_integral_value():
        return int(exact)
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
