"""Rows read by cached statements: one SQL text and one generated function per projection.

Building a query and setting attributes one by one, which Tortoise does for every read, is done once per
projection. The objects are instances of the models.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar, cast

from tortoise.fields import CharField
from tortoise.models import Model

from database import connections
from database.asyncpg_engine import StatelessClient
from database.batching import KeyLookup
from database.row_layout import ALL_COLUMNS, Projection, RowLayout

M = TypeVar("M", bound=Model)
N = TypeVar("N", bound=Model)
Hydrate = Callable[[Any], list[Any]]

_MAX_STATEMENTS = 256


@dataclass(frozen=True, eq=False)
class _Statement:
    text: str
    layout: RowLayout

    @cached_property
    def lookup(self) -> KeyLookup:
        return KeyLookup(self.text)

    @cached_property
    def hydrate(self) -> Hydrate:
        return _build_hydrator(self.layout)


@dataclass(eq=False)
class RowSet(Generic[M]):
    """Rows as the driver returned them; objects are built on demand."""

    statement: _Statement
    values: Sequence[Any]

    @property
    def layout(self) -> RowLayout:
        """The layout of `values`; the same object for every read of a projection."""
        return self.statement.layout

    @cached_property
    def objects(self) -> list[M]:
        """The rows as instances of the model."""
        return cast(list[M], self.statement.hydrate(self.values))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last_key(self) -> Any:
        """The primary key of the last row; there must be one."""
        position = list(self.layout.variables).index(self.layout.model._meta.pk_attr)
        return self.values[-1][position]

    def subset(self, values: Sequence[Any]) -> "RowSet[M]":
        return RowSet(self.statement, values)


class TableReader(Generic[M]):
    """Reads of one model's rows; `TableReader.for_model(model)` is shared by all callers."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self._get_statement = lru_cache(_MAX_STATEMENTS)(self._build_statement)

    @staticmethod
    def for_model(model: type[N]) -> "TableReader[N]":
        """The reader of this model."""
        if model not in _readers:
            _readers[model] = TableReader(model)
        return _readers[model]

    @property
    def primary_key(self) -> str:
        """The attribute and column of the primary key."""
        return self.model._meta.pk_attr

    async def read(self, clauses: str, *values: object, projection: Projection = ALL_COLUMNS) -> RowSet[M]:
        """The rows that meet `clauses`, in the SQL of both databases; `t` is their table, `$1` a value.

        There must be a bounded number of different `clauses`: each becomes a cached statement, prepared by
        PostgreSQL.
        """
        current = connections.connection()
        statement = self._get_statement(str(current.capabilities.dialect), clauses, projection)
        return RowSet(statement, await connections.read(statement.text, values, client=current))

    async def fetch(self, clauses: str, *values: object, projection: Projection = ALL_COLUMNS) -> list[M]:
        """The rows of `read` as objects."""
        return (await self.read(clauses, *values, projection=projection)).objects

    async def fetch_by_values(self, column: str, keys: Iterable[object], *, order_by: str = "id") -> list[M]:
        """The rows with one of these values in a column, by a single statement for any number of values."""
        order = f"ORDER BY t.{order_by}"
        if connections.dialect() == "postgres":
            return await self.fetch(f"WHERE t.{column} {self._any_of(column)} {order}", list(keys))
        keys_of_json = "SELECT value FROM json_each($1)"
        return await self.fetch(f"WHERE t.{column} IN ({keys_of_json}) {order}", json.dumps(list(keys)))

    async def get_by_key(
        self, key: object, condition: str = "TRUE", *, projection: Projection = ALL_COLUMNS
    ) -> M | None:
        """The row with this primary key if it meets a condition on `t`, or None.

        On PostgreSQL, outside transactions, concurrent callers share a statement that begins after they
        asked. The key must be one that the column can hold.
        """
        current = connections.connection()
        if isinstance(current, StatelessClient):
            statement = self._get_statement(
                "postgres", self._build_key_clause(self._any_of_keys, condition), projection
            )
            values: Sequence[Any] = await current.batcher.submit(statement.lookup, key)
        else:
            statement = self._get_statement(
                connections.dialect(), self._build_key_clause("= $1", condition), projection
            )
            values = await connections.read(statement.text, [key], client=current)
        records: RowSet[M] = RowSet(statement, values)
        return next(iter(records.objects), None)

    @cached_property
    def _any_of_keys(self) -> str:
        return self._any_of(self.primary_key)

    def _any_of(self, column: str) -> str:
        field = self.model._meta.fields_map[column]
        # A cast to VARCHAR(80) would truncate a longer key to another row's.
        is_text = isinstance(field, CharField)
        return connections.any_of_sql("text" if is_text else field.get_for_dialect("postgres", "SQL_TYPE"))

    def _build_key_clause(self, comparison: str, condition: str) -> str:
        return f"WHERE t.{self.primary_key} {comparison} AND {condition}"

    def _build_statement(self, dialect: str, clauses: str, projection: Projection) -> _Statement:
        layout = RowLayout("t", self.model, projection, dialect)
        columns = ", ".join(column for part in layout.walk() for column in part.columns)
        joins = " ".join(part.join for part in layout.walk())
        text = f'SELECT {columns} FROM "{self.model._meta.db_table}" t {joins} {clauses}'  # noqa: S608 - names of models
        return _Statement(connections.bind_placeholders(text, dialect), layout)


_readers: dict[type[Model], TableReader[Any]] = {}


def get_prefetched(row: Model, relation: str) -> Any:
    """The row that `row` refers to, if it was read along with it.

    Raises:
        KeyError: it was not read.
    """
    return vars(row)[f"_{relation}"]


def _build_hydrator(layout: RowLayout) -> Hydrate:
    """A function that builds the objects of a statement's rows.

    Raises:
        TypeError: timestamps were read as seconds, which objects cannot hold.
    """
    if any(part.projection.seconds for part in layout.walk()):
        raise TypeError(f"rows of {layout.model.__name__} that were not read to be objects")
    scope: dict[str, object] = {"put": object.__setattr__}
    parts = list(layout.walk())
    body = [line for part in reversed(parts) for line in _build_object_code(part, scope)]
    known = [f" known_{part.alias} = {{}}" for part in parts if part.join]
    head = ["def hydrate(rows):", " made = []", *known, f" for {layout.unpack_target} in rows:"]
    source = "\n".join([*head, *(f"  {line}" for line in body), "  made.append(t)", " return made"])
    exec(compile(source, "<rows>", "exec"), scope)  # noqa: S102 - the names are the models' own
    return cast(Hydrate, scope["hydrate"])


def _build_object_code(part: RowLayout, scope: dict[str, object]) -> list[str]:
    """Statements that build the object of one table's columns, or None if no row was joined."""
    meta = part.model._meta
    attributes = {
        "_partial": repr(not part.is_whole),
        "_saved_in_db": "True",
        "_custom_generated_pk": repr(meta.db_pk_column not in meta.generated_db_fields),
        "_await_when_save": "{}",
    }
    for name, variable in part.variables.items():
        convert = part.get_converter(name)
        if convert is not None:
            scope[f"convert_{variable}"] = convert
        attributes[name] = variable if convert is None else f"convert_{variable}({variable})"
    # Where Tortoise looks for a prefetched object.
    attributes |= {f"_{name}": related.alias for name, related in part.related.items()}
    scope[f"make_{part.alias}"], scope[f"model_{part.alias}"] = part.model.__new__, part.model
    items = ", ".join(f"{name!r}: {value}" for name, value in attributes.items())
    make = f"{part.alias} = make_{part.alias}(model_{part.alias})"
    fill = f"put({part.alias}, '__dict__', {{{items}}})"
    if not part.join:
        return [make, fill]
    # The rows of a list often refer to the same few objects.
    known = f"known_{part.alias}"
    return [
        f"{part.alias} = {known}.get({part.key})",
        f"if {part.alias} is None and {part.key} is not None:"
        f" {make}; {fill}; {known}[{part.key}] = {part.alias}",
    ]
