"""Digits as people type them: ASCII, Persian (U+06F0…), Arabic-Indic (U+0660…) and full-width (U+FF10…)."""

import re

_TO_ASCII = {
    **{ord("۰") + value: str(value) for value in range(10)},
    **{ord("٠") + value: str(value) for value in range(10)},
    **{ord("０") + value: str(value) for value in range(10)},
}
# Not int(): it accepts "1_000", " 7 " and every script's digits. A leading sign is allowed, as in PHP, whose
# clients use the REST routes.
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
INT64 = range(-(2**63), 2**63)
"""The integers that both databases store."""


def to_ascii(text: str) -> str:
    """`text` with Persian, Arabic-Indic and full-width digits replaced by 0-9."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def parse_integer(text: str) -> int | None:
    """The signed 64-bit integer in any of these digits, or None."""
    ascii_text = to_ascii(text)
    if not _INTEGER.fullmatch(ascii_text):
        return None
    value = int(ascii_text)
    return value if value in INT64 else None
