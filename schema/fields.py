"""Fields of views: types whose objects hold a row as `row` and read it on demand.

They declare which columns they need, see `schema.selection`, and let the engine answer a list from its rows,
see `engine.executor.hints`. All other fields are Strawberry's own.
"""

import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, get_args

from strawberry.types.field import StrawberryField

from database.row_layout import check_column
from database.rows import get_prefetched
from engine.executor.hints import Column, FieldHints, Relation


def column(name: str, *, description: str, convert: Callable[[Any], object] | None = None) -> Any:
    """A field with a column's value, converted if `convert` is given.

    Defining the view raises an error if the model of its `row` has no such column.
    """
    read_column = attrgetter(f"row.{name}")
    read = read_column if convert is None else lambda view: convert(read_column(view))
    hints = FieldHints(read=read, row_part=Column(name, convert))
    field = _ColumnField(python_name=None, description=description, metadata=hints.metadata)
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
        return hints.read(source)  # type: ignore[misc] # `column` sets it

    def __set_name__(self, owner: type, name: str) -> None:
        model, *_ = get_args(inspect.get_annotations(owner)["row"])
        part = FieldHints.of(self).row_part
        if isinstance(part, Column):
            check_column(model, part.name)
