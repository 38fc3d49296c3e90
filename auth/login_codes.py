"""Format and hash of login codes, and parsing of usernames."""

import hashlib
import hmac
import re
import secrets
from enum import StrEnum

from domain import emails, mobiles, text_cleaning
from domain.problems import InvalidInput, MalformedUsername

DIGIT_COUNT = 6
_CODE = re.compile(rf"[0-9]{{{DIGIT_COUNT}}}", re.ASCII)


class Reserve(StrEnum):
    """The limit of a number that a code exceeded, for a network that its user had signed in from."""

    HOUR = "hour"
    DAY = "day"


def generate_code() -> str:
    """Six decimal digits from the system's CSPRNG (OWASP ASVS 6.5.4)."""
    return f"{secrets.randbelow(10**DIGIT_COUNT):0{DIGIT_COUNT}d}"


def hash_code(key: bytes, *, subject: str, code: str) -> str:
    """Keyed hash (HMAC-SHA256, hexadecimal): without a key, a million codes could be tried in a second."""
    return hmac.new(key, f"{subject}:{code}".encode(), hashlib.sha256).hexdigest()


def parse_code(text: str, *, field: str = "code") -> str:
    """The six digits of `text`, which may be grouped and in any script that `domain.digits` reads.

    Raises:
        InvalidInput: any other text.
    """
    code = text_cleaning.clean_code(text)
    if not _CODE.fullmatch(code):
        raise InvalidInput(field=field)
    return code


def parse_username(text: str) -> str:
    """An e-mail address as normalized by `emails.normalize`, or a mobile as 09xxxxxxxxx.

    Raises:
        MalformedUsername: neither of the two.
    """
    if not text_cleaning.is_storable(text):
        raise MalformedUsername
    username = mobiles.normalize(text) or emails.normalize(text)
    if username is None:
        raise MalformedUsername
    return username
