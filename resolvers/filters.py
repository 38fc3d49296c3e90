"""Shared helpers of the typed list filters."""

from collections.abc import Sequence
from typing import TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain import ids, text_cleaning

M = TypeVar("M", bound=Model)


def as_list(values: Sequence[object] | None) -> list[object] | None:
    """The values that a criterion allows; None ignores the criterion."""
    return None if values is None else list(values)


def possible_ids(values: Sequence[int] | None) -> list[int] | None:
    """The ids allowed by a criterion that a record could have; None ignores the criterion.

    Raises:
        InvalidInput: more than 1,000 ids.
    """
    return None if values is None else ids.filter_possible(values, field="where")


def apply_criteria(rows: QuerySet[M], criteria: dict[str, object]) -> QuerySet[M]:
    """The rows that meet every criterion; None ignores one.

    Text that no database could store matches no row: PostgreSQL would raise an error on it.
    """
    present = {name: value for name, value in criteria.items() if value is not None}
    if not all(text_cleaning.is_storable(value) for value in present.values() if isinstance(value, str)):
        return rows.filter(id__in=[])
    return rows.filter(**present)
