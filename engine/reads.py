"""How generated code reads the fields of an object: from its attributes, or from a row of the database.

A field says in its metadata what it is made of:

- `shortcut`: a function of the source, without effects, that answers what the field's resolver would, or
  raises. Attribute getters are written into the code.
- `rows`: a function of the source that tells a list's rows as the database gave them, if it has them: a
  `Listing`. The list's items are then completed without an object for any of them.
- of a list's items and of what they hold: `column`, the name of the row's column that the field shows, as it
  is or as the function `made` makes of it; `relation`, the name of a row that was read along; `is_same_row`,
  where the field shows the same row as another type; `is_place`, where it shows the row's cursor.
"""

from collections.abc import Callable, Sequence
from keyword import iskeyword
from operator import attrgetter
from typing import Any, Protocol

from graphql import GraphQLEnumType, GraphQLField, GraphQLOutputType, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.types.field import StrawberryField

from engine import leaves
from engine.code import Code, NotCompilable
from engine.leaves import Unusual
from models.rows import Layout

_MOST_LAYOUTS = 8


class Listing(Protocol):
    """Rows sorted by the column `by`; `layout` is None where there are no `values`, but objects."""

    @property
    def layout(self) -> Layout | None: ...
    @property
    def values(self) -> Sequence[Any]: ...
    @property
    def by(self) -> str: ...
    def place(self, value: object, key: object) -> str: ...


class OfAttributes:
    """From an object. Attributes on the way to others are read once."""

    def __init__(self, code: Code, source: str) -> None:
        self._code = code
        self._source = source
        self._read: dict[str, str] = {}

    def completed(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """As `code.Reads` says."""
        definition = _definition(field)
        shortcut, rows = definition.metadata.get("shortcut"), definition.metadata.get("rows")
        if rows is not None and shortcut is not None:
            complete = RowLists(self._code, field, details, rows=rows, objects=shortcut)
            return self._code.read(f"{self._code.bind(complete)}({self._source})")
        return self._code.value(self._code.read(self._value(field, definition)), field.type, details)

    def forget(self) -> None:
        """As `code.Reads` says."""
        self._read.clear()

    def _value(self, field: GraphQLField, definition: StrawberryField) -> str:
        shortcut = definition.metadata.get("shortcut")
        if isinstance(shortcut, attrgetter):
            return self._attribute(shortcut.__reduce__()[1][0])
        if shortcut is not None:
            return f"{self._code.bind(shortcut)}({self._source})"
        if not _reads_an_attribute(field, definition):
            raise NotCompilable
        return self._attribute(definition.python_name)

    def _attribute(self, path: str) -> str:
        *way, last = path.split(".")
        source = self._source
        for name in way:
            reached = f"{source}.{_checked(name)}"
            if reached not in self._read:
                self._read[reached] = self._code.read(reached)
            source = self._read[reached]
        return f"{source}.{_checked(last)}"


class OfRows:
    """From the variables that a row was unpacked into."""

    def __init__(self, code: Code, layout: Layout, *, by: str | None) -> None:
        self._code = code
        self._layout = layout
        self._by = by

    def completed(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """As `code.Reads` says."""
        metadata = _definition(field).metadata
        if metadata.get("is_same_row"):
            return self._code.view(self, field.type, details)
        if relation := metadata.get("relation"):
            return self._related(relation, field, details)
        if metadata.get("is_place") and self._by is not None:
            value = f"place({self._column(self._by)}, {self._layout.key})"
        elif made := metadata.get("made"):
            value = f"{self._code.bind(made)}({self._column(metadata.get('column'))})"
        elif plain := self._plain(metadata.get("column"), field.type):
            return plain
        else:
            value = self._column(metadata.get("column"))
        return self._code.value(self._code.read(value), field.type, details)

    def forget(self) -> None:
        """Nothing is read on the way."""

    def _plain(self, column: str | None, type_: GraphQLOutputType) -> str | None:
        """The expression of a column whose values need no look, for what the database promises of them."""
        if column is None or column not in self._layout.variables:
            raise NotCompilable
        kept = self._layout.model._meta.fields_map[column]
        if kept.null and is_non_null_type(type_):
            return None
        bare = type_.of_type if is_non_null_type(type_) else type_
        variable = self._layout.variables[column]
        members = getattr(kept, "enum_type", None)
        if members is not None and isinstance(bare, GraphQLEnumType):
            names = leaves.names_of(bare)
            stored = {member.value: names[member.value] for member in members} if names else {}
            nothing = {None: None} if kept.null else {}
            return f"{self._code.bind(stored | nothing)}[{variable}]" if stored else None
        if self._layout.is_typed and leaves.is_written_as_it_is(bare, kept):
            return variable
        return None

    def _column(self, name: str | None) -> str:
        if name is None or name not in self._layout.variables:
            raise NotCompilable
        variable, convert = self._layout.variables[name], self._layout.conversion(name)
        return variable if convert is None else f"{self._code.bind(convert)}({variable})"

    def _related(self, relation: str, field: GraphQLField, details: FieldDetailsList) -> str:
        layout = self._layout.related.get(relation)
        if layout is None:
            raise NotCompilable
        # The rows of a list often refer to the same few.
        known = f"known_{self._code.new_variable()}"
        self._code.remembered.append(known)
        result = self._code.read(f"{known}.get({layout.key})")
        with self._code.block(f"if {result} is None:"):
            self._code.add(f"if {layout.key} is None: raise {self._code.bind(Unusual)}")
            view = self._code.view(OfRows(self._code, layout, by=None), field.type, details)
            self._code.add(f"{result} = {known}[{layout.key}] = {view}")
        return result


class RowLists:
    """Completes one list field, by a function for each way that its rows lie."""

    def __init__(
        self,
        code: Code,
        field: GraphQLField,
        details: FieldDetailsList,
        *,
        rows: Callable[[Any], Listing],
        objects: Callable[[Any], Any],
    ) -> None:
        type_ = field.type.of_type if is_non_null_type(field.type) else field.type
        if not is_list_type(type_):
            raise NotCompilable
        self._functions, self._item, self._details = code.functions, type_.of_type, details
        self._complete_objects = code.functions.value(field.type, details)
        self._rows, self._objects = rows, objects
        self._made: dict[tuple[Layout, str], Callable[..., list[Any]] | None] = {}

    def __call__(self, source: Any) -> Any:
        """The completed list of what `source` lists."""
        listing = self._rows(source)
        if listing.layout is not None:
            key = (listing.layout, listing.by)
            complete = self._made[key] if key in self._made else self._make(key)
            if complete is not None:
                return complete(listing.values, listing.place)
        return self._complete_objects(self._objects(source))

    def _make(self, key: tuple[Layout, str]) -> Callable[..., list[Any]] | None:
        layout, by = key
        if len(self._made) >= _MOST_LAYOUTS:
            self._made.clear()
        try:
            self._made[key] = self._functions.rows(self._item, self._details, layout, by=by)
        except (NotCompilable, SyntaxError, RecursionError, MemoryError):
            self._made[key] = None
        return self._made[key]


def _definition(field: GraphQLField) -> StrawberryField:
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or definition.extensions:
        raise NotCompilable
    return definition


def _reads_an_attribute(field: GraphQLField, definition: StrawberryField) -> bool:
    """Whether the field's resolver is Strawberry's own, which is a `getattr`."""
    return (
        definition.is_basic_field
        and getattr(field.resolve, "__name__", "") == "_get_basic_result"
        and type(definition).get_result is StrawberryField.get_result
        and definition.default_resolver is getattr
    )


def _checked(name: str) -> str:
    if not name.isidentifier() or iskeyword(name):
        raise NotCompilable
    return name
