"""E-mail addresses as identifiers: whether they can exist, not whether mail arrives."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from domain import text_cleaning

MAX_LENGTH = 254
"""Characters of the longest address (RFC 5321, 4.5.3.1.3, less the angle brackets)."""


def normalize(text: str) -> str | None:
    """The one spelling of a visible address, or None where `text` is no address that mail could reach.

    Lower case, the domain in Unicode, compatibility forms folded (NFKC), nothing invisible: two spellings
    that look alike on a page are one address. The grammar is email-validator's; no name server is asked.
    """
    # A spelling may be longer than the address: composed letters, an encoded domain.
    if len(text) > 2 * MAX_LENGTH or not text_cleaning.is_storable(text):
        return None
    visible = text_cleaning.remove_invisible(unicodedata.normalize("NFKC", text_cleaning.clean_line(text)))
    try:
        address = validate_email(visible, check_deliverability=False, strict=True).normalized.lower()
    except EmailNotValidError:
        return None
    if len(address) > MAX_LENGTH:
        return None
    # Lower case may compose otherwise ("İ"): what is stored has to normalize to itself.
    return address if unicodedata.is_normalized("NFKC", address) else None
