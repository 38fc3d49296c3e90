"""Legacy objects made of a row's columns under other names: a function for each, generated from a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from tortoise.models import Model

from database.row_layout import Projection, RowLayout
from database.rows import RowSet
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Computed:
    """A column's value converted by a function; enum values are passed as stored."""

    column: str
    convert: Callable[[Any], object]


class EpochSeconds(Computed):
    """A timestamp in whole Unix seconds, computed by the database if possible."""

    def __init__(self, column: str) -> None:
        super().__init__(column, to_unix)


@dataclass(frozen=True)
class WithFallback:
    """A column's value; if it is null and `fallback` is not, the converted value of `fallback`."""

    column: str
    fallback: str
    convert: Callable[[Any], object]


class RowSerializer(Generic[M]):
    """The keys of an object in order, each with its column."""

    def __init__(self, keys: Mapping[str, str | Computed | WithFallback]) -> None:
        self.keys = keys
        self._keys = {
            key: Computed(spec, _keep) if isinstance(spec, str) else spec for key, spec in keys.items()
        }
        self.projection = Projection(
            columns=frozenset(column for spec in self._keys.values() for column in _get_columns(spec)),
            seconds=frozenset(spec.column for spec in keys.values() if isinstance(spec, EpochSeconds)),
        )
        """The columns of a row that `serialize_all` needs."""
        self._serialize_row = self._compile(lambda column: f"row.{column}", {}, "def of(row): return {}")
        self._serializers: dict[RowLayout, Callable[[Any], list[Body]]] = {}

    def serialize(self, row: M) -> dict[str, object]:
        return cast(dict[str, object], self._serialize_row(row))

    def serialize_all(self, rows: RowSet[M] | Sequence[M]) -> list[Body]:
        """The objects of all rows, directly from the records if possible."""
        if not isinstance(rows, RowSet):
            return [self.serialize(row) for row in rows]
        layout = rows.layout
        if layout not in self._serializers:
            self._serializers[layout] = self._compile_for(layout)
        return self._serializers[layout](rows.values)

    def _compile_for(self, layout: RowLayout) -> Callable[[Any], list[Body]]:
        scope: dict[str, object] = {}

        def read(column: str) -> str:
            variable = layout.variables[column]
            is_enumeration = hasattr(layout.model._meta.fields_map[column], "enum_type")
            convert = None if is_enumeration else layout.get_converter(column)
            if convert is None:
                return variable
            scope[f"convert_{variable}"] = convert
            return f"convert_{variable}({variable})"

        function = f"def of(rows): return [{{}} for {layout.unpack_target} in rows]"
        return self._compile(read, scope, function, converted=layout.projection.seconds)

    def _compile(
        self,
        read: Callable[[str], str],
        scope: dict[str, object],
        function: str,
        *,
        converted: frozenset[str] = frozenset(),
    ) -> Callable[[Any], Any]:
        items = []
        for position, (key, spec) in enumerate(self._keys.items()):
            value = read(spec.column)
            if isinstance(spec, WithFallback):
                of = read(spec.fallback)
                scope[f"make_{position}"] = spec.convert
                value = f"{value} if {of} is None or {value} is not None else make_{position}({of})"
            elif spec.convert is not _keep and spec.column not in converted:
                scope[f"make_{position}"] = spec.convert
                value = f"make_{position}({value})"
            items.append(f"{key!r}: {value}")
        code = function.replace("{}", "{" + ", ".join(items) + "}")
        exec(compile(code, "<shape>", "exec"), scope)  # noqa: S102 - the names are the table's own
        return cast(Callable[[Any], Any], scope["of"])


def _keep(value: Any) -> object:
    return value


def _get_columns(spec: Computed | WithFallback) -> tuple[str, ...]:
    return (spec.column, spec.fallback) if isinstance(spec, WithFallback) else (spec.column,)
