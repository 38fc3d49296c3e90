"""Builds the statements of generated functions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from engine.executor import leaf_codegen
from engine.executor.leaf_codegen import Fallback, is_special_result
from engine.executor.plan_cache import is_static
from engine.executor.row_layout import RowLayout

_MAX_DEPTH = 60
"""Nested blocks in one function; Python allows 100."""


class NotCompilable(Exception):
    """No function can be generated for this."""


class CodegenContext(Protocol):
    """What a function's code needs of other functions and of the schema, see `CompletionCodegen`."""

    schema: GraphQLSchema

    def get_subfields(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet: ...
    def build_attribute_reader(self, code: "FunctionBuilder", source: str) -> "FieldReader": ...
    def bind(self, value: object) -> str: ...
    def compile_value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Callable[[Any], Any]: ...
    def rows(
        self, item: GraphQLOutputType, details: FieldDetailsList, layout: RowLayout, *, by: str
    ) -> Callable[..., list[Any]]: ...


class FieldReader(Protocol):
    """Reads the fields of one object."""

    def complete(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """Add the statements that complete the value; returns its expression."""

    def invalidate(self) -> None:
        """Forget values read earlier: the statements that read them may be discarded."""


class FunctionBuilder:
    """The body of one function. Methods add statements and return the expression of the completed value."""

    def __init__(self, functions: CodegenContext) -> None:
        self.functions = functions
        self.bind = functions.bind
        self.lines: list[str] = []
        self.dict_names: list[str] = []
        self._depth = 1
        self._variables = 0

    def complete_value(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> str:
        """Complete the variable in place."""
        is_required = is_non_null_type(type_)
        if is_non_null_type(type_):
            type_ = type_.of_type
        if is_required:
            if not is_leaf_type(type_):
                self.add_statement(f"if {variable} is None: raise {self.bind(Fallback)}")
            self._complete_not_null(variable, type_, details)
        else:
            with self.block(f"if {variable} is not None:"):
                self._complete_not_null(variable, type_, details)
        return variable

    def complete_object(
        self, reader: FieldReader, type_: GraphQLOutputType, details: FieldDetailsList
    ) -> str:
        """Complete the fields of a non-null object known to be of `type_`."""
        if is_non_null_type(type_):
            type_ = type_.of_type
        if not is_object_type(type_):
            raise NotCompilable
        return self.complete_fields(reader, type_, self.functions.get_subfields(type_, details), None)

    def complete_fields(
        self,
        reader: FieldReader,
        type_: GraphQLObjectType,
        fields: GroupedFieldSet,
        omitted: list[str] | None,
    ) -> str:
        """The object's fields as a dict; without `omitted` every field must be completed."""
        items = []
        for name, details in fields.items():
            start, depth = len(self.lines), self._depth
            try:
                items.append(f"{name!r}: {self._complete_field(reader, type_, details)}")
            except NotCompilable:
                if omitted is None:
                    raise
                del self.lines[start:]
                self._depth = depth
                reader.invalidate()
                omitted.append(name)
                items.append(f"{name!r}: None")
        return "{" + ", ".join(items) + "}"

    def assign_variable(self, expression: str) -> str:
        """A new variable with the expression's value."""
        variable = self.new_variable()
        self.add_statement(f"{variable} = {expression}")
        return variable

    def new_variable(self) -> str:
        """An unused name."""
        self._variables += 1
        return f"v{self._variables}"

    def add_statement(self, statement: str) -> None:
        """Add a statement at the current depth."""
        self.lines.append(" " * self._depth + statement)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Statements nested below `head`."""
        self.add_statement(head)
        if self._depth >= _MAX_DEPTH:
            raise NotCompilable
        self._depth += 1
        yield
        self._depth -= 1

    def _complete_not_null(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> None:
        if is_leaf_type(type_):
            for statement in leaf_codegen.build_statements(type_, variable, self.bind):
                self.add_statement(statement)
        elif is_list_type(type_):
            self._complete_list(variable, type_, details)
        elif is_object_type(type_):
            self._complete_object(variable, type_, details)
        else:
            raise NotCompilable

    def _complete_list(self, variable: str, type_: GraphQLList[Any], details: FieldDetailsList) -> None:
        item = self.functions.compile_value(type_.of_type, details)
        self.add_statement(
            f"if type({variable}) is not list and type({variable}) is not tuple: raise {self.bind(Fallback)}"
        )
        self.add_statement(f"{variable} = [*map({self.bind(item)}, {variable})]")

    def _complete_object(self, variable: str, type_: GraphQLObjectType, details: FieldDetailsList) -> None:
        fields = self.functions.get_subfields(type_, details)
        check, known = _build_type_check(type_)
        self.add_statement(f"if type({variable}) not in {self.bind(known)}: {self.bind(check)}({variable})")
        if type_.is_type_of is not None:
            cast_of = f"getattr({variable}, {TYPE_CAST_ATTRIBUTE!r}, None)"
            self.add_statement(f"if {cast_of} is not None: raise {self.bind(Fallback)}")
        result = self.complete_fields(
            self.functions.build_attribute_reader(self, variable), type_, fields, None
        )
        self.add_statement(f"{variable} = {result}")

    def _complete_field(
        self, reader: FieldReader, type_: GraphQLObjectType, details: FieldDetailsList
    ) -> str:
        if not all(map(is_static, details)):
            raise NotCompilable
        name = details[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = self.functions.schema.get_field(type_, name)
        if field is None or field.args:
            raise NotCompilable
        return reader.complete(field, details)


def _build_type_check(type_: GraphQLObjectType) -> tuple[Callable[[Any], None], set[type]]:
    """A function that raises for values that are not of `type_` for graphql-core; and the accepted types.

    A custom `is_type_of` looks at each value; Strawberry's looks at the type, and at what it was cast to.
    """
    known: set[type] = set()
    definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    is_by_type = type_.is_type_of is None or getattr(definition, "is_type_of", type_) is None

    def check(value: Any) -> None:
        if is_special_result(value):
            raise Fallback
        if type_.is_type_of is not None and type_.is_type_of(value, cast(Any, None)) is not True:
            raise Fallback
        if is_by_type:
            known.add(type(value))

    return check, known
