"""What a text from outside may hold, so that both databases treat it alike."""


def is_storable(text: str) -> bool:
    """False for NUL, which PostgreSQL refuses, and for lone surrogates, which UTF-8 cannot spell."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
