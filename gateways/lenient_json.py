"""Values of JSON whose author minds types little: numbers as texts, booleans as 0 and 1, nulls anywhere.

Each function takes whatever stands there and says "nothing" where it cannot be sure; none invents a value.
"""

import json
import math
import re
from decimal import Decimal

import orjson

from domain import digits

_BOM = b"\xef\xbb\xbf"
# Where an object, or a list of objects, begins; "[8]" and "{closure}" in a notice of PHP's are neither.
_BEGIN = re.compile(r'\[\s*(?:\{\s*(?:"|\})|\])|\{\s*(?:"|\})')
_PAGE = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)
_DECODER = json.JSONDecoder()

_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_NO_RECORD = re.compile(r"[0.]+", re.ASCII)
_ZERO_FRACTION = re.compile(r"\.0+\Z", re.ASCII)
_INT64 = range(-(2**63), 2**63)


def parse(content: bytes) -> object:
    """The JSON of `content`, also behind a byte order mark or PHP's notices and before a comment.

    An HTML page with JSON in it is none, nor is what holds two objects: which of them counts, nobody knows.

    Raises:
        ValueError: there is no JSON, or not one alone.
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
    """A text or a number as trimmed text without NUL, which PostgreSQL refuses; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        # repr() is the shortest text of the same float: up to 15 digits it is what the JSON said.
        return format(Decimal(repr(value)), "f")
    return str(value).replace("\x00", "").strip()


def to_integer(value: object) -> int | None:
    """A whole 64-bit number, of either sign, written as a number or as digits; 157.0 and "157.00" are whole.

    None for the rest: "Unknown", "", "+5" (some panels write over-delivery so) and "1,234", which is
    a thousand in some countries and one and a bit in others.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value in _INT64 else None
    return _parse_without_plus(_ZERO_FRACTION.sub("", to_text(value)))


def to_identifier(value: object) -> int | None:
    """A record's number: positive, below 2^63, a JSON integer or digits alone."""
    if isinstance(value, float):
        return None
    number = _parse_without_plus(value.strip()) if isinstance(value, str) else to_integer(value)
    return number if number is not None and number > 0 else None


def _parse_without_plus(raw: str) -> int | None:
    # What clients may write to us, a plus in front, means over-delivery where some providers write it.
    return None if raw.startswith("+") else digits.parse_integer(raw)


def to_reference(value: object) -> str | None:
    """A record's number as its owner spells it: mostly digits, with some panels letters too.

    Up to 64 letters, digits and `._:-`, at least one of them a digit: a word such as "error" is no number,
    nor is 0, or anything below it.
    """
    if isinstance(value, float):
        return None
    raw = digits.to_ascii(to_text(value))
    if not _REFERENCE.fullmatch(raw) or _NO_RECORD.fullmatch(raw):
        return None
    return raw


def to_price(value: object) -> Decimal | None:
    """A decimal of at most 15 digits before and after the point, never negative; None for the rest."""
    raw = digits.to_ascii(to_text(value))
    return Decimal(raw) if _DECIMAL.fullmatch(raw) else None


def to_flag(value: object) -> bool:
    """True for true, 1, "1" and "true"; False for the rest."""
    return value is True or to_text(value).casefold() in ("1", "true")


def normalize_word(value: object) -> str:
    """The letters and digits of a text in lower case: "In progress" and "in_progress" are one word."""
    return "".join(filter(str.isalnum, to_text(value).casefold()))


def get_member(value: object, key: str) -> object:
    """`value[key]` of a JSON object; None where there is none."""
    return value.get(key) if isinstance(value, dict) else None
