"""Login codes: their shape, their hash, and what a username may be."""

import hashlib
import hmac
import re
import secrets

from domain import digits, emails, mobiles, texts
from domain.problems import InvalidInput, MalformedUsername

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_code() -> str:
    """Six decimal digits from the system's CSPRNG (OWASP ASVS 6.5.4)."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_code(key: bytes, *, subject: str, code: str) -> str:
    """Keyed hash (HMAC-SHA256, hexadecimal): a million plain hashes would be tried in a second."""
    return hmac.new(key, f"{subject}:{code}".encode(), hashlib.sha256).hexdigest()


def parse_code(text: str) -> str:
    """The six digits that `text` spells.

    Raises:
        InvalidInput: anything else.
    """
    code = digits.to_ascii(text.strip())
    if not _CODE.fullmatch(code):
        raise InvalidInput(field="code")
    return code


def parse_username(text: str) -> str:
    """An e-mail address in lower case, or a mobile as 09xxxxxxxxx.

    Raises:
        MalformedUsername: neither of the two.
    """
    if len(text) > emails.LONGEST or not texts.is_storable(text):
        raise MalformedUsername
    username = mobiles.normalize(text) or emails.normalize(text.strip())
    if username is None:
        raise MalformedUsername
    return username
