"""E-mail addresses as identifiers: checks the syntax, not whether mail is delivered."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from domain import text_cleaning

MAX_LENGTH = 254
"""The longest address (RFC 5321, 4.5.3.1.3, without the angle brackets)."""


def normalize(text: str) -> str | None:
    """The normal form of an address, or None if `text` is not a deliverable one.

    Lower case, the domain in Unicode, compatibility forms folded (NFKC), invisible characters removed: two
    addresses that look alike on a page are equal. email-validator checks the syntax; no DNS query is made.
    """
    # The input may be longer than the address: composed letters, an encoded domain.
    if len(text) > 2 * MAX_LENGTH or not text_cleaning.is_storable(text):
        return None
    visible = text_cleaning.remove_invisible(unicodedata.normalize("NFKC", text_cleaning.clean_line(text)))
    try:
        address = validate_email(visible, check_deliverability=False, strict=True).normalized.lower()
    except EmailNotValidError:
        return None
    if len(address) > MAX_LENGTH:
        return None
    # Lower case may decompose ("İ"): the stored form has to be its own normal form.
    return address if unicodedata.is_normalized("NFKC", address) else None
