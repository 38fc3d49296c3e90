"""Legacy objects that are a row's columns under other names: a function for each, generated from a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from tortoise.models import Model

from asgi.answers import Body
from models.rows import Layout, Records, Wanted
from rest_compat.shapes.times import unix

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Made:
    """What `make` makes of a column's value, an enumeration's as it is stored."""

    column: str
    make: Callable[[Any], object]


class Seconds(Made):
    """A moment in whole unix seconds, which the database makes of it where it can."""

    def __init__(self, column: str) -> None:
        super().__init__(column, unix)


@dataclass(frozen=True)
class Instead:
    """A column's value, or where column `of` is not null and that value is, what `make` makes of `of`."""

    column: str
    of: str
    make: Callable[[Any], object]


class RowShape(Generic[M]):
    """The keys of an object in their order, each with its column."""

    def __init__(self, keys: Mapping[str, str | Made | Instead]) -> None:
        self._keys = {key: Made(one, _as_it_is) if isinstance(one, str) else one for key, one in keys.items()}
        self.wanted = Wanted(
            columns=frozenset(column for one in self._keys.values() for column in _columns(one)),
            seconds=frozenset(one.column for one in keys.values() if isinstance(one, Seconds)),
        )
        """What of a row `of_all` needs to be read."""
        self._of = self._compiled(lambda column: f"row.{column}", {}, "def of(row): return {}")
        self._of_all: dict[Layout, Callable[[Any], list[Body]]] = {}

    def of(self, row: M) -> dict[str, object]:
        """The object of one row."""
        return cast(dict[str, object], self._of(row))

    def of_all(self, rows: Records[M] | Sequence[M]) -> list[Body]:
        """The objects of all rows; of records, without the model's in between."""
        if not isinstance(rows, Records):
            return [self.of(row) for row in rows]
        layout = rows.layout
        if layout not in self._of_all:
            self._of_all[layout] = self._compiled_for(layout)
        return self._of_all[layout](rows.values)

    def _compiled_for(self, layout: Layout) -> Callable[[Any], list[Body]]:
        scope: dict[str, object] = {}

        def read(column: str) -> str:
            variable = layout.variables[column]
            is_enumeration = hasattr(layout.model._meta.fields_map[column], "enum_type")
            convert = None if is_enumeration else layout.conversion(column)
            if convert is None:
                return variable
            scope[f"convert_{variable}"] = convert
            return f"convert_{variable}({variable})"

        function = f"def of(rows): return [{{}} for {layout.unpacked} in rows]"
        return self._compiled(read, scope, function, ready=layout.wanted.seconds)

    def _compiled(
        self,
        read: Callable[[str], str],
        scope: dict[str, object],
        function: str,
        *,
        ready: frozenset[str] = frozenset(),
    ) -> Callable[[Any], Any]:
        items = []
        for place, (key, one) in enumerate(self._keys.items()):
            value = read(one.column)
            if isinstance(one, Instead):
                of = read(one.of)
                scope[f"make_{place}"] = one.make
                value = f"{value} if {of} is None or {value} is not None else make_{place}({of})"
            elif one.make is not _as_it_is and one.column not in ready:
                scope[f"make_{place}"] = one.make
                value = f"make_{place}({value})"
            items.append(f"{key!r}: {value}")
        source = function.replace("{}", "{" + ", ".join(items) + "}")
        exec(compile(source, "<shape>", "exec"), scope)  # noqa: S102 - the names are the table's own
        return cast(Callable[[Any], Any], scope["of"])


def _as_it_is(value: Any) -> object:
    return value


def _columns(one: Made | Instead) -> tuple[str, ...]:
    return (one.column, one.of) if isinstance(one, Instead) else (one.column,)
