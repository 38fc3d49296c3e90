"""Generates the Python functions that complete values of one type, for one selection.

They handle common cases only, and raise for all others: null for a non-null type, exceptions, awaitables,
values that are neither list nor tuple. `NotCompilable` is raised if no function can be generated.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, cast

from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, GraphQLSchema
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet

from engine.executor.function_builder import FunctionBuilder, NotCompilable
from engine.executor.readers import AttributeReader, RowReader
from engine.executor.row_layout import RowLayout

CollectSubfields = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
Complete = Callable[[Any], Any]
CompleteRows = Callable[[Iterable[Any], Callable[[Any, Any], str]], list[Any]]


class CompletionCodegen:
    """Generates one function and those it calls."""

    def __init__(self, schema: GraphQLSchema, collect_subfields: CollectSubfields) -> None:
        self.schema = schema
        self._collect_subfields: CollectSubfields | None = collect_subfields
        self._collected: dict[tuple[int, int], tuple[FieldDetailsList, GroupedFieldSet]] = {}
        self._names: dict[int, str] = {}
        # Names used by the conditions of `leaf_codegen`.
        self._globals: dict[str, object] = {"datetime": datetime, "UTC": UTC}

    def release_execution(self) -> None:
        """Drop the reference to the execution that this was generated in; the collected fields are kept."""
        self._collect_subfields = None

    def get_subfields(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """The fields selected below a field of this type."""
        key = (id(type_), id(details))
        if key not in self._collected:
            if self._collect_subfields is None:
                raise NotCompilable
            try:
                collected = self._collect_subfields(type_, details)
            except GraphQLError as error:
                # A condition cannot be evaluated: graphql-core reports that at the field, if it gets there.
                raise NotCompilable from error
            if collected.new_defer_usages:
                raise NotCompilable
            self._collected[key] = (details, collected.grouped_field_set)
        return self._collected[key][1]

    def build_attribute_reader(self, code: FunctionBuilder, source: str) -> AttributeReader:
        """A reader of the object in the variable `source`."""
        return AttributeReader(code, source)

    def bind(self, value: object) -> str:
        """The name of `value` in the generated code."""
        name = self._names.setdefault(id(value), f"g{len(self._names)}")
        self._globals[name] = value
        return name

    def compile_value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Complete:
        code = FunctionBuilder(self)
        return cast(Complete, self._compile("v", code, code.complete_value("v", type_, details)))

    def compile_fields(
        self, type_: GraphQLObjectType, fields: GroupedFieldSet
    ) -> tuple[Complete, tuple[str, ...]]:
        """A function that completes the fields of an object, and the names of those it leaves out."""
        if not all(self.schema.get_field(type_, details[0].node.name.value) for details in fields.values()):
            raise NotCompilable
        omitted: list[str] = []
        code = FunctionBuilder(self)
        result = code.complete_fields(AttributeReader(code, "v"), type_, fields, omitted)
        return cast(Complete, self._compile("v", code, result)), tuple(omitted)

    def rows(
        self, item: GraphQLOutputType, details: FieldDetailsList, layout: RowLayout, *, by: str
    ) -> CompleteRows:
        """A function that completes a list of rows in `layout`, sorted by the column `by`.

        Its second argument builds a row's cursor from the value of that column and the primary key.
        """
        code = FunctionBuilder(self)
        code.add_statement("made = []")
        start = len(code.lines)
        with code.block(f"for {layout.unpack_target} in rows:"):
            result = code.complete_object(RowReader(code, layout, by=by), item, details)
            code.add_statement(f"made.append({result})")
        code.lines[start:start] = [f" {name} = {{}}" for name in code.dict_names]
        return cast(CompleteRows, self._compile("rows, place", code, "made"))

    def _compile(self, parameters: str, code: FunctionBuilder, result: str) -> Callable[..., Any]:
        source = "\n".join([f"def complete({parameters}):", *code.lines, f" return {result}"])
        scope = self._globals
        # Names in the code are the generator's own, and attributes that are identifiers.
        exec(compile(source, "<completion>", "exec"), scope)  # noqa: S102 - the source is ours
        return cast(Callable[..., Any], scope.pop("complete"))
