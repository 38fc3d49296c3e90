"""Record ids."""

from collections.abc import Sequence

from domain.problems import InvalidInput

MAX_ID = 2**31 - 1
"""Ids are 32-bit columns; no record has a larger one, and PostgreSQL's driver rejects it."""


MAX_IDS = 1_000
"""Ids in one list; PostgreSQL accepts at most 32,767 parameters."""


def is_possible(value: int) -> bool:
    """Whether a record could have this id."""
    return 1 <= value <= MAX_ID


def filter_possible(values: Sequence[int], *, field: str) -> list[int]:
    """Those of `values` that could be the id of a record.

    Raises:
        InvalidInput: more than 1,000 values, in the argument `field`.
    """
    check_number(values, field=field)
    return list(filter(is_possible, values))


def check_number(values: Sequence[object], *, field: str) -> None:
    """Raises InvalidInput for more than 1,000 values in the argument `field`."""
    if len(values) > MAX_IDS:
        raise InvalidInput(field=field)


def to_number(provider_id: str | None) -> int:
    """A provider's order number as a 64-bit integer; 0 if there is none, or if it contains letters."""
    if provider_id is None or not (provider_id.isascii() and provider_id.isdigit()):
        return 0
    number = int(provider_id)
    return number if number < 2**63 else 0
