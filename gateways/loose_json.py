"""Values of JSON whose author minds types little: numbers as texts, booleans as 0 and 1, nulls anywhere.

Each function takes whatever stands there and says "nothing" where it cannot be sure; none invents a value.
"""

import re
from decimal import Decimal

from domain import digits

_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_ZERO_FRACTION = re.compile(r"\.0+\Z", re.ASCII)
_INT64 = range(-(2**63), 2**63)


def text(value: object) -> str:
    """A text or a number as trimmed text without NUL, which PostgreSQL refuses; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        # repr() is the shortest text of the same float: up to 15 digits it is what the JSON said.
        return format(Decimal(repr(value)), "f")
    return str(value).replace("\x00", "").strip()


def integer(value: object) -> int | None:
    """A whole 64-bit number, of either sign, written as a number or as digits; 157.0 and "157.00" are whole.

    None for the rest: "Unknown", "", "+5" (some panels write over-delivery so) and "1,234", which is
    a thousand in some countries and one and a bit in others.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value in _INT64 else None
    return digits.parse_integer(_ZERO_FRACTION.sub("", text(value)))


def identifier(value: object) -> int | None:
    """A record's number: positive, below 2^63, a JSON integer or digits alone."""
    if isinstance(value, float):
        return None
    number = digits.parse_integer(value.strip()) if isinstance(value, str) else integer(value)
    return number if number is not None and number > 0 else None


def price(value: object) -> Decimal | None:
    """A decimal of at most 15 digits before and after the point, never negative; None for the rest."""
    written = digits.to_ascii(text(value))
    return Decimal(written) if _DECIMAL.fullmatch(written) else None


def flag(value: object) -> bool:
    """True for true, 1, "1" and "true"; False for the rest."""
    return value is True or text(value).casefold() in ("1", "true")


def word(value: object) -> str:
    """The letters and digits of a text in lower case: "In progress" and "in_progress" are one word."""
    return "".join(filter(str.isalnum, text(value).casefold()))


def member(value: object, key: str) -> object:
    """`value[key]` of a JSON object; None where there is none."""
    return value.get(key) if isinstance(value, dict) else None
