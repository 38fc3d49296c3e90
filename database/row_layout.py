"""What a statement reads of a table, and the layout of its rows: columns, joined tables, conversions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, cast

from tortoise.fields import BigIntField, BooleanField, CharField, DatetimeField, IntField, TextField
from tortoise.fields.base import Field
from tortoise.models import Model

from database import connections


@dataclass(frozen=True)
class Projection:
    """The columns to read of a row (None: all) and of the rows it refers to, by relation name.

    The primary key is included, as are the columns that refer to those rows. Timestamps named in `seconds`
    are read as whole Unix seconds; such rows cannot be turned into objects.
    """

    columns: frozenset[str] | None = None
    related: tuple[tuple[str, "Projection"], ...] = ()
    seconds: frozenset[str] = frozenset()

    def with_column(self, column: str) -> "Projection":
        """A copy with one more column."""
        if self.columns is None or column in self.columns:
            return self
        return replace(self, columns=self.columns | {column})


ALL_COLUMNS = Projection()


@dataclass(eq=False)
class RowLayout:
    """The columns that a statement reads of a table and of joined tables, by relation name.

    Generated code refers to the value of a column by its name in `variables`.
    """

    alias: str
    model: type[Model]
    projection: Projection
    dialect: str
    join: str = ""
    related: dict[str, "RowLayout"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        meta = self.model._meta
        self.variables = {name: f"{self.alias}_{name}" for name in self._fields()}
        for position, (name, projection) in enumerate(self.projection.related):
            relation = cast(Any, meta.fields_map[name])
            other: type[Model] = relation.related_model
            alias = f"{self.alias}{position}"
            join = (
                f'LEFT JOIN "{other._meta.db_table}" {alias}'
                f' ON {alias}."{other._meta.db_pk_column}" = {self.alias}."{relation.source_field}"'
            )
            self.related[name] = RowLayout(alias, other, projection, self.dialect, join)

    def walk(self) -> Iterator["RowLayout"]:
        """This layout and those joined to it, in the order of the statement's columns."""
        yield self
        for layout in self.related.values():
            yield from layout.walk()

    @property
    def key(self) -> str:
        """The variable of the primary key; its value is None if no row was joined."""
        return self.variables[self.model._meta.pk_attr]

    @property
    def unpack_target(self) -> str:
        """The assignment target that unpacks a whole row."""
        return ", ".join(name for layout in self.walk() for name in layout.variables.values()) + ","

    def get_converter(self, name: str) -> Callable[[Any], Any] | None:
        """The conversion from the driver's value to the column's; None if they are the same."""
        if name in self.projection.seconds:
            return None
        return _get_converter(self.model._meta.fields_map[name], self.dialect)

    def is_nullable(self, name: str) -> bool:
        return bool(self.model._meta.fields_map[name].null)

    def enum_of(self, name: str) -> type[Enum] | None:
        """The enum of the column's values, if it has one."""
        return cast(type[Enum] | None, getattr(self.model._meta.fields_map[name], "enum_type", None))

    def holds_text(self, name: str) -> bool:
        """Whether the column holds plain text."""
        return isinstance(self.model._meta.fields_map[name], CharField | TextField)

    def holds_boolean(self, name: str) -> bool:
        return isinstance(self.model._meta.fields_map[name], BooleanField)

    @property
    def is_typed(self) -> bool:
        """Whether the database enforces column types; SQLite does not."""
        return self.dialect == "postgres"

    @property
    def is_whole(self) -> bool:
        return len(self.variables) == len(self.model._meta.fields_db_projection)

    @property
    def columns(self) -> list[str]:
        """The columns as the statement selects them."""
        return [self._column(name) for name in self.variables]

    def _column(self, name: str) -> str:
        column = f'{self.alias}."{self.model._meta.fields_db_projection[name]}"'
        return (
            f"({connections.epoch_sql(column, self.dialect)})" if name in self.projection.seconds else column
        )

    def _fields(self) -> list[str]:
        """Names of the model's fields that are read, including every relation's own column."""
        meta = self.model._meta
        columns = self.projection.columns
        required = {meta.pk_attr, *(f"{name}_id" for name, _ in self.projection.related)}
        return [
            name
            for name in meta.fields_db_projection
            if columns is None or name in columns or name in required
        ]


def _get_converter(column: Field[Any], dialect: str) -> Callable[[Any], Any] | None:
    """The conversion from the driver's value to the column's Python value; None if they are the same."""
    members = getattr(column, "enum_type", None)
    if members is not None:
        return {None: None, **{member.value: member for member in cast(type[Enum], members)}}.__getitem__
    if dialect == "sqlite" and isinstance(column, BooleanField):
        return lambda value: None if value is None else bool(value)
    if dialect == "sqlite" and isinstance(column, DatetimeField):
        return to_timestamp
    native = (IntField, BigIntField, CharField, TextField, BooleanField, DatetimeField)
    return None if isinstance(column, native) else column.to_python_value


def to_timestamp(stored: str | datetime | None) -> datetime | None:
    """A timestamp as a statement returns it, in UTC: SQLite stores text."""
    if not isinstance(stored, str):
        return stored
    timestamp = datetime.fromisoformat(stored)
    return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)


def check_column(model: type[Model], name: str) -> None:
    """Raises TypeError if the model has no column of this name; models may not be connected yet."""
    meta = model._meta
    # Tortoise adds the columns of relations when it connects.
    if name not in meta.fields_map and name not in {f"{relation}_id" for relation in meta.fk_fields}:
        raise TypeError(f"{model.__name__} has no column {name!r}")
