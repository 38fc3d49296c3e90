"""The `where` and `orderBy` arguments of lists, and the inputs that they share."""

import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args, get_type_hints

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.money import Toman
from engine.protection.input_prices import Cost
from resolvers.filters import Contains, Filter, Ids, Range
from schema.enums import Direction
from schema.node import parse_id

SEARCH_COST = 100
"""Points that a search for a part of a text costs: no index helps the database with it."""

F = TypeVar("F", bound=Filter[Any])
FieldEnum = TypeVar("FieldEnum")


@strawberry.input(description="Matches any of several records.")
class IdIn:
    """Records by their global ids."""

    any_of: list[strawberry.ID] = strawberry.field(
        name="in", description="Global ids to match; an empty list matches nothing."
    )


@strawberry.input(description="Matches part of a text.")
class TextContains(Contains):
    """Texts that contain a part."""

    contains: str = strawberry.field(
        description="The text to find, ignoring case and spelling variants.",
        metadata=Cost(SEARCH_COST).metadata,
    )


@strawberry.input(description="A range of time.")
class DateTimeRange(Range[datetime]):
    """Timestamps between two bounds."""

    gte: datetime | None = strawberry.field(default=None, description="At or after this time.")
    lte: datetime | None = strawberry.field(default=None, description="At or before this time.")


@strawberry.input(description="A range of amounts.")
class TomanRange(Range[int]):
    """Amounts between two bounds."""

    gte: Toman | None = strawberry.field(default=None, description="At least this many Toman.")
    lte: Toman | None = strawberry.field(default=None, description="At most this many Toman.")


def ids_of(type_name: str) -> Mapping[object, object]:
    """The metadata of a field of type `IdIn`: which type its global ids are of."""
    return {IdIn: type_name}


class Where(Generic[F]):
    """The criteria of a list's filter as an input; their names and types are those of the filter's fields.

    Defining a subclass raises TypeError if they are not.
    """

    _filter_type: ClassVar[type[Filter[Any]]]
    _id_types: ClassVar[dict[str, str]]

    def __init_subclass__(cls) -> None:
        (cls._filter_type,) = get_args(vars(cls)["__orig_bases__"][0])
        cls._id_types = {}
        expected = get_type_hints(cls._filter_type)
        for name, annotation in inspect.get_annotations(cls).items():
            (given, _), field = get_args(annotation), vars(cls)[name]
            if given is IdIn:
                cls._id_types[name] = field.metadata[IdIn]
                given = Ids
            if name not in expected or not _is_criterion(given, get_args(expected[name])[0]):
                raise TypeError(f"{cls.__name__}.{name} is not a criterion of {cls._filter_type.__name__}")

    def to_filter(self) -> F:
        """The operation's filter.

        Raises:
            InvalidInput: a global id of another type.
        """
        criteria = dict(vars(self))
        for name, type_name in self._id_types.items():
            if (chosen := criteria[name]) is not None:
                field = to_camel_case(name)
                criteria[name] = Ids([parse_id(each, type_name, field=field) for each in chosen.any_of])
        return cast(F, self._filter_type(**criteria))


def _is_criterion(given: type, expected: object) -> bool:
    return expected in (*given.__mro__, *vars(given).get("__orig_bases__", ()))


@strawberry.input
class Sorting(Generic[FieldEnum]):
    """The order of a list."""

    field: FieldEnum = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="The direction; descending by default."
    )
