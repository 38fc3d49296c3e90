"""Generates the Python functions that complete values of one type, for one selection.

They know the common case only, and raise for everything else: null where none may be, exceptions, awaitables,
what is no list or tuple. What no function can be generated for raises `NotCompilable`.

A field may bring a `shortcut` in its metadata: a function of the source, without effects, that answers what
the field's resolver would, or raises. Attribute getters are written into the code.
"""

from collections.abc import Callable
from keyword import iskeyword
from operator import attrgetter
from typing import Any, cast

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
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from engine import leaves
from engine.leaves import Unusual, is_odd
from engine.plans import is_static

CollectSubfields = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
Complete = Callable[[Any], Any]

_DEEPEST = 60
"""Blocks within each other in one function; Python takes 100."""


class NotCompilable(Exception):
    """No function can complete this."""


class Generator:
    """Generates one function and those that it calls."""

    def __init__(self, schema: GraphQLSchema, collect_subfields: CollectSubfields) -> None:
        self.schema = schema
        self.collect_subfields = collect_subfields
        self._names: dict[int, str] = {}
        self._globals: dict[str, object] = {}

    def bind(self, value: object) -> str:
        """The name by which generated code knows `value`."""
        name = self._names.setdefault(id(value), f"g{len(self._names)}")
        self._globals[name] = value
        return name

    def value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Complete:
        """A function that completes a value of `type_`."""
        return self._compiled(lambda code: code.value("v", type_, details))

    def fields(self, type_: GraphQLObjectType, fields: GroupedFieldSet) -> tuple[Complete, tuple[str, ...]]:
        """A function that answers what it can of an object's fields, and the names it leaves None."""
        if not all(self.schema.get_field(type_, details[0].node.name.value) for details in fields.values()):
            raise NotCompilable
        left_out: list[str] = []
        return self._compiled(lambda code: code.fields("v", type_, fields, left_out)), tuple(left_out)

    def _compiled(self, body: Callable[["_Code"], str]) -> Complete:
        code = _Code(self)
        result = body(code)
        source = "\n".join(["def complete(v):", *code.lines, f" return {result}"])
        scope = self._globals
        # The names in it are the generator's own, and attributes that are identifiers.
        exec(compile(source, "<completion>", "exec"), scope)  # noqa: S102
        return cast(Complete, scope.pop("complete"))


class _Code:
    """The body of one function. Methods add statements and return the expression of what they complete."""

    def __init__(self, generator: Generator) -> None:
        self.lines: list[str] = []
        self._generator = generator
        self._bind = generator.bind
        self._depth = 1
        self._variables = 0

    def value(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> str:
        """Complete the variable in place."""
        is_required = is_non_null_type(type_)
        if is_non_null_type(type_):
            type_ = type_.of_type
        if is_required and not is_leaf_type(type_):
            self._add(f"if {variable} is None: raise {self._bind(Unusual)}")
        elif not is_required:
            self._add(f"if {variable} is not None:")
            self._enter()
        self._not_null(variable, type_, details)
        if not is_required:
            self._depth -= 1
        return variable

    def fields(
        self, source: str, type_: GraphQLObjectType, fields: GroupedFieldSet, left_out: list[str] | None
    ) -> str:
        """The object's fields as a dict; without `left_out` all of them have to be there."""
        reads = _Reads(self, source)
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
        self._variables += 1
        variable = f"v{self._variables}"
        self._add(f"{variable} = {expression}")
        return variable

    def _not_null(self, variable: str, type_: GraphQLOutputType, details: FieldDetailsList) -> None:
        if is_leaf_type(type_):
            for statement in leaves.statements(type_, variable, self._bind):
                self._add(statement)
        elif is_list_type(type_):
            self._list(variable, type_, details)
        elif is_object_type(type_):
            self._object(variable, type_, details)
        else:
            raise NotCompilable

    def _list(self, variable: str, type_: GraphQLList[Any], details: FieldDetailsList) -> None:
        item = self._generator.value(type_.of_type, details)
        self._add(
            f"if type({variable}) is not list and type({variable}) is not tuple: raise {self._bind(Unusual)}"
        )
        self._add(f"{variable} = [*map({self._bind(item)}, {variable})]")

    def _object(self, variable: str, type_: GraphQLObjectType, details: FieldDetailsList) -> None:
        collected = self._generator.collect_subfields(type_, details)
        if collected.new_defer_usages:
            raise NotCompilable
        check, known = _type_check(type_)
        self._add(f"if type({variable}) not in {self._bind(known)}: {self._bind(check)}({variable})")
        if type_.is_type_of is not None:
            cast_of = f"getattr({variable}, {TYPE_CAST_ATTRIBUTE!r}, None)"
            self._add(f"if {cast_of} is not None: raise {self._bind(Unusual)}")
        result = self.fields(variable, type_, collected.grouped_field_set, None)
        self._add(f"{variable} = {result}")

    def _field(self, reads: "_Reads", type_: GraphQLObjectType, details: FieldDetailsList) -> str:
        if not all(map(is_static, details)):
            raise NotCompilable
        name = details[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = self._generator.schema.get_field(type_, name)
        if field is None or field.args:
            raise NotCompilable
        return self.value(self.read(reads.of(field)), field.type, details)

    def _enter(self) -> None:
        if self._depth >= _DEEPEST:
            raise NotCompilable
        self._depth += 1

    def _add(self, statement: str) -> None:
        self.lines.append(" " * self._depth + statement)


class _Reads:
    """How the fields of one object are read. Attributes on the way to others are read once."""

    def __init__(self, code: _Code, source: str) -> None:
        self._code = code
        self._source = source
        self._read: dict[str, str] = {}

    def of(self, field: GraphQLField) -> str:
        """The expression of the field's resolved value."""
        definition = field.extensions.get("strawberry-definition")
        if not isinstance(definition, StrawberryField) or definition.extensions:
            raise NotCompilable
        shortcut = definition.metadata.get("shortcut")
        if isinstance(shortcut, attrgetter):
            return self._attribute(shortcut.__reduce__()[1][0])
        if shortcut is not None:
            return f"{self._code._bind(shortcut)}({self._source})"
        if not _reads_an_attribute(field, definition):
            raise NotCompilable
        return self._attribute(definition.python_name)

    def forget(self) -> None:
        """Read again what was read on the way: the statements may be gone."""
        self._read.clear()

    def _attribute(self, path: str) -> str:
        *way, last = path.split(".")
        source = self._source
        for name in way:
            reached = f"{source}.{_checked(name)}"
            if reached not in self._read:
                self._read[reached] = self._code.read(reached)
            source = self._read[reached]
        return f"{source}.{_checked(last)}"


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


def _type_check(type_: GraphQLObjectType) -> tuple[Complete, set[type]]:
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
