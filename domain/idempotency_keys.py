"""The format of idempotency keys, the same for every API."""

from domain import text_cleaning
from domain.problems import InvalidInput

FIELD = "idempotencyKey"
MAX_LENGTH = 255


def parse(text: str) -> str:
    """The trimmed key: 1 to 255 visible characters of any script, and spaces.

    Raises:
        InvalidInput: another length, or an invisible character.
    """
    key = text.strip()
    if not 1 <= len(key) <= MAX_LENGTH:
        raise InvalidInput(field=FIELD)
    if not (key.isascii() and key.isprintable()) and not all(map(_is_visible, key)):
        raise InvalidInput(field=FIELD)
    return key


def decode(header: bytes) -> str:
    """The text of the Idempotency-Key header, which is UTF-8.

    HTTP libraries decode headers as Latin-1, which would make a Persian key different from the same key in
    GraphQL's JSON.

    Raises:
        InvalidInput: not UTF-8.
    """
    try:
        return header.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(field=FIELD) from error


def _is_visible(character: str) -> bool:
    if character == " ":
        return True
    return not (character.isspace() or text_cleaning.is_invisible(character)) and text_cleaning.is_storable(
        character
    )
