"""Iranian mobile numbers in their one stored form, 09xxxxxxxxx."""

import re

from domain import digits

_NUMBER = re.compile(r"(?:\+98|0098|98|0)?(9[0-9]{9})", re.ASCII)
# People paste numbers with spaces, dashes, zero-width joiners and direction marks.
_SEPARATORS = re.compile("[\\s()\\-\u200c\u200d\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def normalize(text: str) -> str | None:
    """`text` as 09xxxxxxxxx, or None where it is no Iranian mobile number.

    Accepts +98…, 0098…, 98…, 9… and 0…, in ASCII, Persian or Arabic-Indic digits.
    """
    match = _NUMBER.fullmatch(_SEPARATORS.sub("", digits.to_ascii(text)))
    return f"0{match[1]}" if match else None


def mask(mobile: str) -> str:
    """First four digits, four stars, last three: 0930****399."""
    return f"{mobile[:4]}****{mobile[-3:]}"
