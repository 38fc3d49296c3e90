"""Amounts of money as providers format them, bounded before any calculation."""

import re
from decimal import Decimal

# No exponent: "1e999999999" has twelve characters, but the number fills the memory.
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,18})?", re.ASCII)


def parse(text: str | None) -> Decimal | None:
    """The amount, with an absolute value below 10^15; None for other text, such as "NaN", "1e9" or "∞"."""
    written = (text or "").strip()
    return Decimal(written) if _AMOUNT.fullmatch(written) else None
