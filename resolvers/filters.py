"""What typed filters of lists have in common."""

from typing import TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain import texts

M = TypeVar("M", bound=Model)


def meeting(rows: QuerySet[M], criteria: dict[str, object]) -> QuerySet[M]:
    """Those of `rows` that meet every criterion; None leaves one out.

    A text that no database could store is in no row, and PostgreSQL would refuse to look for it.
    """
    asked = {name: value for name, value in criteria.items() if value is not None}
    if not all(texts.is_storable(value) for value in asked.values() if isinstance(value, str)):
        return rows.filter(id__in=[])
    return rows.filter(**asked)
