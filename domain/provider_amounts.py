"""Amounts of money as providers word them, bounded before anybody calculates with them."""

import re
from decimal import Decimal

# No exponent: "1e999999999" is a text of twelve characters, and a number that fills the memory.
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,18})?", re.ASCII)


def parse(text: str | None) -> Decimal | None:
    """The amount, below 10^15 either way; None for anything else, such as "NaN", "1e9" or "∞"."""
    written = (text or "").strip()
    return Decimal(written) if _AMOUNT.fullmatch(written) else None
