"""What an idempotency key is, the same for every API."""

import unicodedata

from domain.problems import InvalidInput

FIELD = "idempotencyKey"
MAX_LENGTH = 255
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def parse(text: str) -> str:
    """The key without blanks around it: 1 to 255 visible characters of any script.

    Raises:
        InvalidInput: another length, or a blank, control, format or surrogate character in it.
    """
    key = text.strip()
    if not 1 <= len(key) <= MAX_LENGTH or not all(map(_is_visible, key)):
        raise InvalidInput(field=FIELD)
    return key


def decode(header: bytes) -> str:
    """The text of the Idempotency-Key header, which is UTF-8.

    HTTP libraries read headers as Latin-1, in which a Persian key would be another one than the same key in
    GraphQL's JSON.

    Raises:
        InvalidInput: no UTF-8.
    """
    try:
        return header.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(field=FIELD) from error


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE
