"""The statements of generated functions."""

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
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from engine import leaves
from engine.leaves import Unusual, is_odd
from engine.plans import is_static
from models.rows import Layout

_DEEPEST = 60
"""Blocks within each other in one function; Python takes 100."""


class NotCompilable(Exception):
    """No function can complete this."""


class Functions(Protocol):
    """What the code of one function needs of the others and of the schema: see `engine.generator`."""

    schema: GraphQLSchema

    def collected(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet: ...
    def attributes(self, code: "Code", source: str) -> "Reads": ...
    def bind(self, value: object) -> str: ...
    def value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Callable[[Any], Any]: ...
    def rows(
        self, item: GraphQLOutputType, details: FieldDetailsList, layout: Layout, *, by: str
    ) -> Callable[..., list[Any]]: ...


class Reads(Protocol):
    """Where the fields of one object come from."""

    def completed(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """The expression of the completed value; its statements are added."""

    def forget(self) -> None:
        """Read again what was read on the way: the statements may be gone."""


class Code:
    """The body of one function. Methods add statements and return the expression of what they complete."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.bind = functions.bind
        self.lines: list[str] = []
        self.remembered: list[str] = []
        self._depth = 1
        self._variables = 0

    def value(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> str:
        """Complete the variable in place."""
        is_required = is_non_null_type(type_)
        if is_non_null_type(type_):
            type_ = type_.of_type
        if is_required:
            if not is_leaf_type(type_):
                self.add(f"if {variable} is None: raise {self.bind(Unusual)}")
            self._not_null(variable, type_, details)
        else:
            with self.block(f"if {variable} is not None:"):
                self._not_null(variable, type_, details)
        return variable

    def view(self, reads: Reads, type_: GraphQLOutputType, details: FieldDetailsList) -> str:
        """The fields of what is known to be an object of `type_`, never null."""
        if is_non_null_type(type_):
            type_ = type_.of_type
        if not is_object_type(type_):
            raise NotCompilable
        return self.fields(reads, type_, self.functions.collected(type_, details), None)

    def fields(
        self, reads: Reads, type_: GraphQLObjectType, fields: GroupedFieldSet, left_out: list[str] | None
    ) -> str:
        """The object's fields as a dict; without `left_out` all of them have to be there."""
        items = []
        for name, details in fields.items():
            start, depth = len(self.lines), self._depth
            try:
                items.append(f"{name!r}: {self._field(reads, type_, details)}")
            except NotCompilable:
                if left_out is None:
                    raise
                del self.lines[start:]
                self._depth = depth
                reads.forget()
                left_out.append(name)
                items.append(f"{name!r}: None")
        return "{" + ", ".join(items) + "}"

    def read(self, expression: str) -> str:
        """A new variable of the expression's value."""
        variable = self.new_variable()
        self.add(f"{variable} = {expression}")
        return variable

    def new_variable(self) -> str:
        """A name that nothing has yet."""
        self._variables += 1
        return f"v{self._variables}"

    def add(self, statement: str) -> None:
        """Add a statement at the present depth."""
        self.lines.append(" " * self._depth + statement)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Statements below `head`."""
        self.add(head)
        if self._depth >= _DEEPEST:
            raise NotCompilable
        self._depth += 1
        yield
        self._depth -= 1

    def _not_null(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> None:
        if is_leaf_type(type_):
            for statement in leaves.statements(type_, variable, self.bind):
                self.add(statement)
        elif is_list_type(type_):
            self._list(variable, type_, details)
        elif is_object_type(type_):
            self._object(variable, type_, details)
        else:
            raise NotCompilable

    def _list(self, variable: str, type_: GraphQLList[Any], details: FieldDetailsList) -> None:
        item = self.functions.value(type_.of_type, details)
        self.add(
            f"if type({variable}) is not list and type({variable}) is not tuple: raise {self.bind(Unusual)}"
        )
        self.add(f"{variable} = [*map({self.bind(item)}, {variable})]")

    def _object(self, variable: str, type_: GraphQLObjectType, details: FieldDetailsList) -> None:
        fields = self.functions.collected(type_, details)
        check, known = _type_check(type_)
        self.add(f"if type({variable}) not in {self.bind(known)}: {self.bind(check)}({variable})")
        if type_.is_type_of is not None:
            cast_of = f"getattr({variable}, {TYPE_CAST_ATTRIBUTE!r}, None)"
            self.add(f"if {cast_of} is not None: raise {self.bind(Unusual)}")
        result = self.fields(self.functions.attributes(self, variable), type_, fields, None)
        self.add(f"{variable} = {result}")

    def _field(self, reads: Reads, type_: GraphQLObjectType, details: FieldDetailsList) -> str:
        if not all(map(is_static, details)):
            raise NotCompilable
        name = details[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = self.functions.schema.get_field(type_, name)
        if field is None or field.args:
            raise NotCompilable
        return reads.completed(field, details)


def _type_check(type_: GraphQLObjectType) -> tuple[Callable[[Any], None], set[type]]:
    """A function that raises for what graphql-core would not take as a `type_`; and the types it let pass.

    An own `is_type_of` looks at each value; Strawberry's looks at the type, and at what it was cast to.
    """
    known: set[type] = set()
    definition = type_.extensions.get("strawberry-definition")
    is_by_type = type_.is_type_of is None or getattr(definition, "is_type_of", type_) is None

    def check(value: Any) -> None:
        if is_odd(value):
            raise Unusual
        if type_.is_type_of is not None and type_.is_type_of(value, cast(Any, None)) is not True:
            raise Unusual
        if is_by_type:
            known.add(type(value))

    return check, known
