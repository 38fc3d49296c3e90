"""Iranian mobile numbers in their stored form, 09xxxxxxxxx."""

import re

import phonenumbers

from domain import digits, text_cleaning

_USUAL = re.compile(r"(?:\+98|0)?(9[0-9]{9})", re.ASCII)
_ACCEPTED_FORM = re.compile(r"\+?[0-9]{10,20}", re.ASCII)
# Separators that people write between digits: blanks, dashes and hyphens, dots, slashes, parentheses.
_SEPARATORS = re.compile(r"[\s()\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d./\u00b7\u2022]")
_PART = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
_COUNTRY_PREFIX = re.compile(r"^(?:\+|00)980?")
_NATIONAL = re.compile(r"9[0-9]{9}", re.ASCII)
_REGION, _COUNTRY_CODE = "IR", 98
_MAX_LENGTH = 254


def normalize(text: str) -> str | None:
    """`text` as 09xxxxxxxxx, or None if it is not an Iranian mobile number.

    Accepts every spelling that libphonenumber reads from Iran (+98…, +98 0…, 0098…, 98…, 9… and 0…), in any
    of the digits of `digits`, with separators and invisible characters anywhere. Ranges are not checked:
    operators open new ones before libphonenumber knows them.
    """
    if usual := _USUAL.fullmatch(text):
        return f"0{usual[1]}"
    if len(text) > _MAX_LENGTH:
        return None
    plain = _to_plain(text)
    if not _ACCEPTED_FORM.fullmatch(plain):
        return None
    try:
        number = phonenumbers.parse(plain, _REGION)
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.national_significant_number(number)
    is_mobile = number.country_code == _COUNTRY_CODE and _NATIONAL.fullmatch(national)
    return f"0{national}" if is_mobile else None


def mask(mobile: str) -> str:
    """First four digits, four stars, last three: 0930****399."""
    return f"{mobile[:4]}****{mobile[-3:]}"


def search_part(text: str) -> str:
    """The search term for stored numbers if `text` is a number, or part of one, in any spelling.

    A leading country code becomes 0; other text is returned unchanged, and matches nothing.
    """
    plain = _to_plain(text)
    if not _PART.fullmatch(plain):
        return text
    return normalize(plain) or _COUNTRY_PREFIX.sub("0", plain)


def _to_plain(text: str) -> str:
    return _SEPARATORS.sub("", digits.to_ascii(text_cleaning.remove_invisible(text))).replace("＋", "+")
