"""Filters and sort orders of lists. Each list declares its criteria once, as the fields of a `Filter`."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar, get_args

from tortoise.models import Model
from tortoise.queryset import QuerySet

from database.row_layout import check_column
from domain import ids, text_cleaning

M = TypeVar("M", bound=Model)
T = TypeVar("T")
E = TypeVar("E", bound=type[StrEnum])


class Criterion:
    """A condition on one column."""

    def build_lookups(self, column: str) -> dict[str, object]:
        """Tortoise's lookups, all of which must hold.

        Raises:
            InvalidInput: the condition is not acceptable.
        """
        raise NotImplementedError


@dataclass
class OneOf(Criterion, Generic[T]):
    """Any of several values; without values, nothing matches."""

    any_of: Sequence[T]

    def build_lookups(self, column: str) -> dict[str, object]:
        return {f"{column}__in": list(self.any_of)}


@dataclass
class Ids(OneOf[int]):
    """Any of several ids, at most 1,000."""

    def build_lookups(self, column: str) -> dict[str, object]:
        return {f"{column}__in": ids.filter_possible(self.any_of, field="where")}


@dataclass
class Contains(Criterion):
    """A part of a text, in any spelling."""

    contains: str

    def build_lookups(self, column: str) -> dict[str, object]:
        return {f"{column}__has_part": self.contains}


@dataclass
class Range(Criterion, Generic[T]):
    """Values between two bounds, both inclusive; None leaves that end open."""

    gte: T | None = None
    lte: T | None = None

    def build_lookups(self, column: str) -> dict[str, object]:
        bounds = {f"{column}__gte": self.gte, f"{column}__lte": self.lte}
        return {lookup: bound for lookup, bound in bounds.items() if bound is not None}


@dataclass(frozen=True)
class OnColumn:
    """Annotates a field of a filter that is not named like its column."""

    column: str

    @property
    def lookup(self) -> str:
        return self.column


class IsSet(OnColumn):
    """Annotates a boolean field of a filter: whether the column is not null."""

    @property
    def lookup(self) -> str:
        return f"{self.column}__not_isnull"


class Filter(Generic[M]):
    """Criteria for the rows of a list, all of which must hold; None ignores one.

    A subclass is a dataclass whose fields are criteria or booleans, named like their columns unless they are
    annotated. Defining it raises TypeError if the model has no such column.
    """

    _lookups: ClassVar[dict[str, str]]

    def __init_subclass__(cls) -> None:
        (model,) = get_args(vars(cls)["__orig_bases__"][0])
        cls._lookups = {}
        for name, annotation in inspect.get_annotations(cls).items():
            (place,) = getattr(annotation, "__metadata__", (OnColumn(name),))
            check_column(model, place.column)
            cls._lookups[name] = place.lookup

    def build_lookups(self) -> dict[str, object]:
        """Tortoise's lookups for the criteria that are given.

        Raises:
            InvalidInput: more than 1,000 ids.
        """
        lookups: dict[str, object] = {}
        for name, criterion in vars(self).items():
            lookup = self._lookups[name]
            if isinstance(criterion, Criterion):
                lookups |= criterion.build_lookups(lookup)
            elif criterion is not None:
                lookups[lookup] = criterion
        return lookups

    def apply(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Those of the rows that match.

        Raises:
            InvalidInput: more than 1,000 ids.
        """
        lookups = self.build_lookups()
        # No row holds text that cannot be stored; PostgreSQL would raise an error.
        if not all(text_cleaning.is_storable(value) for value in lookups.values() if isinstance(value, str)):
            return rows.filter(id__in=[])
        return rows.filter(**lookups)


def columns_of(model: type[Model]) -> Callable[[E], E]:
    """Declare that an enum's values are columns of the model, by which its rows are sorted.

    Raises:
        TypeError: one is not.
    """

    def check(columns: E) -> E:
        for column in columns:
            check_column(model, column.value)
        return columns

    return check
