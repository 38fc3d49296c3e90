"""What a text from outside may hold, so that both databases treat it alike."""

from domain.problems import InvalidInput


def is_storable(text: str) -> bool:
    """False for NUL, which PostgreSQL refuses, and for lone surrogates, which UTF-8 cannot spell."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def trimmed(text: str, *, field: str, longest: int, shortest: int = 1) -> str:
    """`text` without its surrounding blanks.

    Raises:
        InvalidInput: a text of fewer or more characters, or one that cannot be stored.
    """
    kept = text.strip()
    if not shortest <= len(kept) <= longest or not is_storable(kept):
        raise InvalidInput(field=field)
    return kept
