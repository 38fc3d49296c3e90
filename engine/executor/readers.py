"""How generated code reads the fields of an object: from its attributes, or from a database row.

`engine.executor.hints` describes what a field declares for this.
"""

from collections.abc import Callable
from keyword import iskeyword
from operator import attrgetter
from typing import Any

from graphql import GraphQLEnumType, GraphQLField, GraphQLOutputType, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from engine.executor import leaf_codegen
from engine.executor.function_builder import FunctionBuilder, NotCompilable
from engine.executor.hints import Column, FieldHints, Relation, RowCursor, SameRow
from engine.executor.leaf_codegen import Fallback
from engine.executor.row_layout import RowLayout, RowSource

_MAX_LAYOUTS = 8


class AttributeReader:
    """Reads from an object. Intermediate attributes are read once."""

    def __init__(self, code: FunctionBuilder, source: str) -> None:
        self._code = code
        self._source = source
        self._variables: dict[str, str] = {}

    def complete(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """Implements `function_builder.FieldReader.complete`."""
        definition = _get_definition(field)
        rows, read = FieldHints.of(definition).rows, _get_function(definition)
        if rows is not None and read is not None:
            complete = RowListCompleter(self._code, field, details, rows=rows, objects=read)
            return self._code.assign_variable(f"{self._code.bind(complete)}({self._source})")
        return self._code.complete_value(
            self._code.assign_variable(self._field_expression(field, definition)), field.type, details
        )

    def invalidate(self) -> None:
        """Implements `function_builder.FieldReader.invalidate`."""
        self._variables.clear()

    def _field_expression(self, field: GraphQLField, definition: StrawberryField) -> str:
        read, convert = _get_function(definition), FieldHints.of(definition).convert
        if read is None:
            if not _reads_attribute(field, definition):
                raise NotCompilable
            return self._attribute_expression(definition.python_name)
        if isinstance(read, attrgetter):
            value = self._attribute_expression(read.__reduce__()[1][0])
        else:
            value = f"{self._code.bind(read)}({self._source})"
        return value if convert is None else f"{self._code.bind(convert)}({value})"

    def _attribute_expression(self, path: str) -> str:
        *parents, attribute = path.split(".")
        source = self._source
        for name in parents:
            expression = f"{source}.{_check_identifier(name)}"
            if expression not in self._variables:
                self._variables[expression] = self._code.assign_variable(expression)
            source = self._variables[expression]
        return f"{source}.{_check_identifier(attribute)}"


class RowReader:
    """Reads from the variables that a row was unpacked into."""

    def __init__(self, code: FunctionBuilder, layout: RowLayout, *, by: str | None) -> None:
        self._code = code
        self._layout = layout
        self._by = by

    def complete(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """Implements `function_builder.FieldReader.complete`."""
        hints = FieldHints.of(_get_definition(field))
        match hints.row_part:
            case SameRow():
                return self._code.complete_object(self, field.type, details)
            case Relation(relation):
                return self._complete_relation(relation, field, details)
            case RowCursor() if self._by is not None:
                value = f"place({self._column_expression(self._by)}, {self._layout.key})"
            case Column(name) if hints.convert is not None:
                value = f"{self._code.bind(hints.convert)}({self._column_expression(name)})"
            case Column(name):
                if plain := self._plain_column(name, field.type):
                    return plain
                value = self._column_expression(name)
            case _:
                raise NotCompilable
        return self._code.complete_value(self._code.assign_variable(value), field.type, details)

    def invalidate(self) -> None:
        """Nothing is cached."""

    def _plain_column(self, column: str, type_: GraphQLOutputType) -> str | None:
        """The expression of a column whose values the database guarantees to need no check."""
        if column not in self._layout.variables:
            raise NotCompilable
        is_nullable = self._layout.is_nullable(column)
        if is_nullable and is_non_null_type(type_):
            return None
        nullable_type = type_.of_type if is_non_null_type(type_) else type_
        variable = self._layout.variables[column]
        members = self._layout.enum_of(column)
        if members is not None and isinstance(nullable_type, GraphQLEnumType):
            names = leaf_codegen.get_enum_names(nullable_type)
            names_by_value = {member.value: names[member.value] for member in members} if names else {}
            null_entry = {None: None} if is_nullable else {}
            return f"{self._code.bind(names_by_value | null_entry)}[{variable}]" if names_by_value else None
        if self._layout.is_typed and leaf_codegen.is_serialized_unchanged(
            nullable_type, self._layout, column
        ):
            return variable
        return None

    def _column_expression(self, name: str) -> str:
        if name not in self._layout.variables:
            raise NotCompilable
        variable, convert = self._layout.variables[name], self._layout.get_converter(name)
        return variable if convert is None else f"{self._code.bind(convert)}({variable})"

    def _complete_relation(self, relation: str, field: GraphQLField, details: FieldDetailsList) -> str:
        layout = self._layout.related.get(relation)
        if layout is None:
            raise NotCompilable
        # The rows of a list often refer to the same few objects.
        known = f"known_{self._code.new_variable()}"
        self._code.dict_names.append(known)
        result = self._code.assign_variable(f"{known}.get({layout.key})")
        with self._code.block(f"if {result} is None:"):
            self._code.add_statement(f"if {layout.key} is None: raise {self._code.bind(Fallback)}")
            view = self._code.complete_object(RowReader(self._code, layout, by=None), field.type, details)
            self._code.add_statement(f"{result} = {known}[{layout.key}] = {view}")
        return result


class RowListCompleter:
    """Completes one list field, with a function for each row layout."""

    def __init__(
        self,
        code: FunctionBuilder,
        field: GraphQLField,
        details: FieldDetailsList,
        *,
        rows: Callable[[Any], RowSource],
        objects: Callable[[Any], Any],
    ) -> None:
        type_ = field.type.of_type if is_non_null_type(field.type) else field.type
        if not is_list_type(type_):
            raise NotCompilable
        self._functions, self._item, self._details = code.functions, type_.of_type, details
        self._complete_objects = code.functions.compile_value(field.type, details)
        self._rows, self._objects = rows, objects
        self._compiled: dict[tuple[RowLayout, str], Callable[..., list[Any]] | None] = {}

    def __call__(self, source: Any) -> Any:
        """The completed items of the list in `source`."""
        listing = self._rows(source)
        if listing.layout is not None:
            key = (listing.layout, listing.by)
            complete = self._compiled[key] if key in self._compiled else self._compile(key)
            if complete is not None:
                return complete(listing.values, listing.cursor_for)
        return self._complete_objects(self._objects(source))

    def _compile(self, key: tuple[RowLayout, str]) -> Callable[..., list[Any]] | None:
        layout, by = key
        if len(self._compiled) >= _MAX_LAYOUTS:
            self._compiled.clear()
        try:
            self._compiled[key] = self._functions.rows(self._item, self._details, layout, by=by)
        except (NotCompilable, SyntaxError, RecursionError, MemoryError):
            self._compiled[key] = None
        return self._compiled[key]


def _get_definition(field: GraphQLField) -> StrawberryField:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions:
        raise NotCompilable
    return definition


def _get_function(definition: StrawberryField) -> Callable[[Any], Any] | None:
    """A function of the source that returns what the field's resolver does; None if none is declared."""
    hints, resolver = FieldHints.of(definition), definition.base_resolver
    if hints.read is not None or not hints.is_pure or resolver is None:
        return hints.read
    function = resolver.wrapped_func
    takes_source_alone = len(resolver.signature.parameters) == 1
    if isinstance(function, staticmethod | classmethod) or definition.is_async or not takes_source_alone:
        raise NotCompilable
    return function


def _reads_attribute(field: GraphQLField, definition: StrawberryField) -> bool:
    """Whether the field's resolver is Strawberry's default one, which is a `getattr`."""
    return (
        definition.is_basic_field
        and getattr(field.resolve, "__name__", "") == "_get_basic_result"
        and type(definition).get_result is StrawberryField.get_result
        and definition.default_resolver is getattr
    )


def _check_identifier(name: str) -> str:
    if not name.isidentifier() or iskeyword(name):
        raise NotCompilable
    return name
