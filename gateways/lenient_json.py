"""Lenient reading of loosely typed JSON: numbers as strings, booleans as 0 and 1, nulls anywhere.

Each function accepts any value and returns its "nothing" when in doubt; none invents a value.
"""

import json
import math
import re
from decimal import Decimal

import orjson

from domain import digits

_BOM = b"\xef\xbb\xbf"
# The start of an object or a list of objects; "[8]" and "{closure}" in a PHP notice are neither.
_BEGIN = re.compile(r'\[\s*(?:\{\s*(?:"|\})|\])|\{\s*(?:"|\})')
_PAGE = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)
_DECODER = json.JSONDecoder()

_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_NO_RECORD = re.compile(r"[0.]+", re.ASCII)
_ZERO_FRACTION = re.compile(r"\.0+\Z", re.ASCII)


def parse(content: bytes) -> object:
    """The JSON in `content`, which may follow a byte order mark or PHP notices and precede a comment.

    An HTML page with JSON in it is rejected, as are two objects, since it is unclear which one counts.

    Raises:
        ValueError: there is no JSON, or more than one value.
    """
    content = content.removeprefix(_BOM)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _parse_embedded(content.decode("utf-8", "replace"))


def _parse_embedded(raw: str) -> object:
    begin = _BEGIN.search(raw)
    if begin is None or _PAGE.search(raw):
        raise ValueError("no JSON")
    try:
        _, end = _DECODER.raw_decode(raw, begin.start())
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None
    if _BEGIN.search(raw, end):
        raise ValueError("more than one JSON value")
    value: object = orjson.loads(raw[begin.start() : end])
    return value


def to_text(value: object) -> str:
    """A string or number as trimmed text without NUL, which PostgreSQL rejects; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        # repr() is the shortest text of the same float: up to 15 digits it equals the JSON.
        return format(Decimal(repr(value)), "f")
    return str(value).replace("\x00", "").strip()


def to_integer(value: object) -> int | None:
    """A signed 64-bit integer, given as a number or as digits; 157.0 and "157.00" are integers.

    None for anything else: "Unknown", "", "+5" (some panels write over-delivery like this) and "1,234", whose
    comma is a decimal separator in some countries.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value in digits.INT64 else None
    return _parse_without_plus(_ZERO_FRACTION.sub("", to_text(value)))


def to_identifier(value: object) -> int | None:
    """A record id: positive, below 2^63, a JSON integer or digits only."""
    if isinstance(value, float):
        return None
    number = _parse_without_plus(value.strip()) if isinstance(value, str) else to_integer(value)
    return number if number is not None and number > 0 else None


def _parse_without_plus(raw: str) -> int | None:
    # Clients may send us a leading plus; in providers' responses it means over-delivery.
    return None if raw.startswith("+") else digits.parse_integer(raw)


def to_reference(value: object) -> str | None:
    """A record id as its owner writes it: usually digits, with some panels also letters.

    Up to 64 letters, digits and `._:-`, at least one of them a digit: a word such as "error" is not an id,
    nor are 0 and negative numbers.
    """
    if isinstance(value, float):
        return None
    raw = digits.to_ascii(to_text(value))
    if not _REFERENCE.fullmatch(raw) or _NO_RECORD.fullmatch(raw):
        return None
    return raw


def to_price(value: object) -> Decimal | None:
    """A non-negative decimal of at most 15 digits before and after the point, or None."""
    raw = digits.to_ascii(to_text(value))
    return Decimal(raw) if _DECIMAL.fullmatch(raw) else None


def to_flag(value: object) -> bool:
    """True for true, 1, "1" and "true"; otherwise False."""
    return value is True or to_text(value).casefold() in ("1", "true")


def normalize_word(value: object) -> str:
    """The letters and digits of a text in lower case: "In progress" and "in_progress" become equal."""
    return "".join(filter(str.isalnum, to_text(value).casefold()))


def get_member(value: object, key: str) -> object:
    """`value[key]` of a JSON object, or None."""
    return value.get(key) if isinstance(value, dict) else None
