"""What a schema declares to the executor about its fields and scalars.

Strawberry hands a field's metadata on untyped; these classes are all that both sides agree on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from strawberry.types.field import StrawberryField

from engine.executor.row_layout import RowSource

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class Column:
    """A column of the row."""

    name: str


@dataclass(frozen=True)
class Relation:
    """A row that the row refers to."""

    name: str


@dataclass(frozen=True)
class SameRow:
    """The row itself, as another type."""


@dataclass(frozen=True)
class RowCursor:
    """The row's cursor in its list."""


RowPart = Column | Relation | SameRow | RowCursor


@dataclass(frozen=True, kw_only=True)
class FieldHints:
    """How a field may be read without its resolver: `strawberry.field(metadata=FieldHints(...).metadata)`."""

    read: Callable[[Any], Any] | None = None
    """Returns for a source what its resolver would, or raises; no side effects. An attrgetter is inlined."""
    convert: Callable[[Any], object] | None = None
    """Converts what `read` returned, or the row's column, to the field's value."""
    is_pure: bool = False
    """Whether the resolver itself is such a function, of the source alone."""
    rows: Callable[[Any], RowSource] | None = None
    """Returns the rows behind a list, which are then completed without an object for any of them."""
    row_part: RowPart | None = None
    """What the field shows of the row that its object is a view of; without it, rows need an object."""
    columns: tuple[str, ...] | None = None
    """The row's columns that the field reads besides the keys; None: any."""

    @property
    def metadata(self) -> Mapping[object, object]:
        """The hints as the metadata of a field."""
        return {FieldHints: self}

    @staticmethod
    def of(field: StrawberryField) -> "FieldHints":
        """The hints of a field; empty ones if it has none."""
        return cast(FieldHints, field.metadata.get(FieldHints, _NO_HINTS))

    @property
    def required_columns(self) -> tuple[str, ...] | None:
        """The columns to read for the field; None: all."""
        return (self.row_part.name,) if isinstance(self.row_part, Column) else self.columns


_NO_HINTS = FieldHints()
_unchanged_conditions: dict[Callable[..., object], str] = {}


def unchanged_if(condition: str) -> Callable[[F], F]:
    """Declare which values a scalar's `serialize` function returns unchanged, so that it need not be called.

    `condition` is an expression of `{v}`, built-in names, `datetime` and `UTC`.
    """

    def declare(serialize: F) -> F:
        _unchanged_conditions[serialize] = condition
        return serialize

    return declare


def get_unchanged_condition(serialize: Callable[..., object]) -> str | None:
    """What `unchanged_if` declared for the function."""
    return _unchanged_conditions.get(serialize)
