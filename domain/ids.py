"""Record ids."""

LARGEST_ID = 2**31 - 1
"""Ids are 32-bit columns; a larger number names no record, and PostgreSQL's driver refuses to send it."""


def is_possible(value: int) -> bool:
    """Whether a record could have this id."""
    return 1 <= value <= LARGEST_ID
