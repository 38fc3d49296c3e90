"""E-mail addresses as identifiers: shape only, deliverability is not checked."""

import re

# The practical subset of RFC 5321: one @, no spaces or control characters, a dotted domain.
_ADDRESS = re.compile(r"[^\s@\x00-\x1f<>\"]{1,64}@[^\s@\x00-\x1f<>\"]{1,180}\.[^\s@.\x00-\x1f<>\"]{2,63}")
LONGEST = 254
"""Characters of the longest address (RFC 5321, 4.5.3.1.3, less the angle brackets)."""


def normalize(text: str) -> str | None:
    """`text` in lower case, or None where it is no e-mail address or longer than 254 characters."""
    email = text.lower()
    # Measured in lower case, which may be longer: "İ" becomes two characters.
    return email if len(email) <= LONGEST and _ADDRESS.fullmatch(text) else None
