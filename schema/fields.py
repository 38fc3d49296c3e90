"""Helpers to declare fields: resolved ones, root fields with examples, and fields of views of rows.

A view holds a row as `row`. Its fields are read from there on demand, and declare the columns they need: see
`schema.selection`. If the fields' metadata allow it, the engine bypasses resolvers and views: see
`engine.executor.readers`.
"""

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from database.rows import get_prefetched

_EXAMPLES = Path(__file__).parent / "examples"


class ViewField(StrawberryField):
    """A field computed from its source by a function without side effects."""

    def get_result(self, source: Any, info: object, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.metadata["shortcut"](source)


def resolved_field(
    *, description: str, columns: tuple[str, ...] | None = None, cost: int = 1
) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field that the function resolves; `strawberry.field`, but typed. `columns` as in `computed_field`.

    `cost` is in the points that callers are limited by.
    """

    def declare(function: Callable[..., object]) -> StrawberryField:
        metadata = {"columns": columns, "cost": cost}
        return strawberry.field(function, description=description, metadata=metadata)

    return declare


def related_field(
    relation: str, render: Callable[[Any], Any], *, description: str
) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field of a row's relation, shown by `render`; the function resolves it if it was not prefetched."""

    def shortcut(view: Any) -> Any:
        return render(get_prefetched(view.row, relation))

    def declare(function: Callable[..., object]) -> StrawberryField:
        metadata = {"shortcut": shortcut, "relation": relation}
        return strawberry.field(function, description=description, metadata=metadata)

    return declare


def query_field(*, description: str) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field of Query that the function resolves."""

    def declare(function: Callable[..., object]) -> StrawberryField:
        return strawberry.field(
            function, description=with_example(description, to_camel_case(function.__name__))
        )

    return declare


def with_example(description: str, name: str) -> str:
    """`description` with the document `name` in `examples/` as a Markdown code block."""
    file = _EXAMPLES / f"{name}.graphql"
    return f"{description}\n\n```graphql\n{file.read_text(encoding='utf-8').strip()}\n```"


def column_field(name: str, *, description: str) -> Any:
    """A field with a column's value."""
    return _view_field(attrgetter(f"row.{name}"), description, (name,), column=name)


def mapped_column(name: str, make: Callable[[Any], object], *, description: str) -> Any:
    """A field computed by `make` from one column's value."""
    read = attrgetter(f"row.{name}")
    return _view_field(lambda view: make(read(view)), description, (name,), column=name, made=make)


def computed_field(render: Callable[[Any], object], *columns: str, description: str) -> Any:
    """A field computed by `render` from the view's row, which needs these columns besides its keys."""
    return _view_field(lambda view: render(view.row), description, columns)


def derived_field(render: Callable[[Any], object], *, description: str, **metadata: object) -> Any:
    """A field computed by `render` from its source, with or without a row."""
    return _view_field(render, description, None, **metadata)


def _view_field(
    shortcut: Callable[[Any], object], description: str, columns: tuple[str, ...] | None, **more: object
) -> Any:
    metadata = {"shortcut": shortcut, "columns": columns, **more}
    field = ViewField(python_name=None, description=description, metadata=metadata)
    # Nothing is kept under its name.
    field.init = field.repr = field.compare = False
    return field
