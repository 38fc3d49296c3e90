"""Views: types whose objects hold a row and read its columns on demand.

Their fields declare which columns they need, see `schema.selection`, and let the engine answer a list from
its rows, see `engine.executor.hints`. All other fields are Strawberry's own.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar, get_args, get_origin

import strawberry
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from database.row_layout import check_column
from database.rows import get_prefetched
from engine.executor.hints import Column, FieldHints, Relation

M = TypeVar("M", bound=Model)


@strawberry.type
class View(Generic[M]):
    """A type that shows a row.

    Defining a subclass raises TypeError if a field is declared to read a column that the model does not have.
    """

    row: strawberry.Private[M]

    def __init_subclass__(cls) -> None:
        model = _get_model(cls)
        for field in vars(cls).values():
            if isinstance(model, type) and isinstance(field, StrawberryField):
                _check_columns(model, FieldHints.of(field))

    @classmethod
    def from_model(cls, row: M) -> Self:
        return cls(row=row)


def column(
    column: str,
    /,
    *,
    description: str,
    name: str | None = None,
    convert: Callable[[Any], object] | None = None,
) -> Any:
    """A field of a view with a column's value, converted if `convert` is given."""
    hints = FieldHints(read=attrgetter(f"row.{column}"), convert=convert, row_part=Column(column))
    field = _ColumnField(
        python_name=None, graphql_name=name, description=description, metadata=hints.metadata
    )
    # The object has no attribute of this name.
    field.init = field.repr = field.compare = False
    return field


def related(relation: str, render: Callable[[Any], object]) -> Mapping[object, object]:
    """The metadata of a field whose resolver loads a related row; `render` shows it if it was prefetched."""
    hints = FieldHints(
        read=lambda view: render(get_prefetched(view.row, relation)), row_part=Relation(relation)
    )
    return hints.metadata


class _ColumnField(StrawberryField):
    def get_result(self, source: Any, info: object, args: list[Any], kwargs: dict[str, Any]) -> Any:
        hints: FieldHints = self.metadata[FieldHints]
        value = hints.read(source)  # type: ignore[misc] # `column` sets it
        return value if hints.convert is None else hints.convert(value)


def _get_model(view: type) -> object:
    """What `View` is parametrized with; a type variable in a generic view."""
    aliases = (alias for base in view.__mro__ for alias in vars(base).get("__orig_bases__", ()))
    return next(get_args(alias)[0] for alias in aliases if issubclass(get_origin(alias) or alias, View))


def _check_columns(model: type[Model], hints: FieldHints) -> None:
    if isinstance(hints.row_part, Relation):
        check_column(model, f"{hints.row_part.name}_id")
    for name in hints.required_columns or ():
        check_column(model, name)
