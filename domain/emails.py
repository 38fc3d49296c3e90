"""E-mail addresses as identifiers: shape only, deliverability is not checked."""

import re

# The practical subset of RFC 5321: one @, no spaces or control characters, a dotted domain.
_ADDRESS = re.compile(r"[^\s@\x00-\x1f<>\"]{1,64}@[^\s@\x00-\x1f<>\"]{1,180}\.[^\s@.\x00-\x1f<>\"]{2,63}")


def normalize(text: str) -> str | None:
    """`text` in lower case, or None where it is no e-mail address."""
    return text.lower() if _ADDRESS.fullmatch(text) else None
