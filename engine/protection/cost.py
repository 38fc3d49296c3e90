"""The cost of an operation, in points.

A field costs one point, or the `Cost` it declares; a mutation 10. Arguments may add to this, see
`engine.protection.input_prices`. A page's `edges` count `first` or `last` times, its other fields once; if no
edges are selected, the rows that the page reads cost a point each. The contents of any other list of objects
count ten times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeGuard

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_named_type,
    is_leaf_type,
)
from graphql.language import ValueNode

from engine.protection.input_prices import (
    InputPrice,
    PricedArguments,
    declared_cost,
    input_prices,
    priced_arguments,
)

MAX_COST = 1_000_000_000
"""Points; a higher cost is reported as this one."""

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
_ASSUMED_LIST_SIZE = 10
_MUTATION_COST = 10
_INTROSPECTION_COST = 2_000
_MAX_DIGITS = 10
INTROSPECTION_FIELDS = ("__schema", "__type")
"""The introspection fields."""


@dataclass(frozen=True, slots=True)
class Multiplier:
    """How often a page's selection counts: the maximum of a number and of numeric variables."""

    number: int | None
    variables: tuple[str, ...] = ()

    def times(self, variables: Mapping[str, object]) -> int:
        """1 to `MAX_PAGE_SIZE`; the default page size if no number is given."""
        found = [variables.get(name) for name in self.variables]
        # GraphQL's Int accepts 100.0, and JSON may write it as 1e2.
        numbers = [
            int(value) for value in (self.number, *found) if type(value) is int or _is_whole_float(value)
        ]
        return min(max(1, *numbers), MAX_PAGE_SIZE) if numbers else DEFAULT_PAGE_SIZE


def _is_whole_float(value: object) -> TypeGuard[float]:
    return isinstance(value, float) and value.is_integer()


_ONCE = Multiplier(1)


@dataclass(frozen=True, slots=True)
class Formula:
    """The cost of a selection: fixed points, and terms that depend on variables.

    Terms are shared like the fragments they belong to, so a formula is never larger than its document.
    """

    fixed: int = 0
    parts: "tuple[tuple[Multiplier | PricedArguments, Formula], ...]" = ()

    def evaluate(self, variables: Mapping[str, object]) -> int:
        """Points, at most `MAX_COST`."""
        return self._evaluate(variables, {}) if self.parts else self.fixed

    def _evaluate(self, variables: Mapping[str, object], known: dict[int, int]) -> int:
        if id(self) not in known:
            total = self.fixed
            for repeat, part in self.parts:
                total += repeat.times(variables) * part._evaluate(variables, known)
            known[id(self)] = min(total, MAX_COST)
        return known[id(self)]


FREE = Formula()
POINT = Formula(1)


class CostBuilder:
    def __init__(self) -> None:
        self._fixed = 0
        self._parts: list[tuple[Multiplier | PricedArguments, Formula]] = []

    def add(self, formula: Formula, repeat: Multiplier | PricedArguments = _ONCE) -> None:
        """Add `formula`, multiplied by `repeat`."""
        if repeat.variables or formula.parts:
            self._parts.append((repeat, formula))
        else:
            times = 1 if repeat is _ONCE else repeat.times({})
            self._fixed = min(self._fixed + times * formula.fixed, MAX_COST)

    def build(self) -> Formula:
        return Formula(self._fixed, tuple(self._parts))


@dataclass(frozen=True, slots=True)
class FieldPrice:
    """The cost of a field alone, and the multiplier of its selection.

    `inside` is None for a page, whose arguments determine its number of rows. `is_per_row` marks the field of
    a connection that lists the rows, `edges`.
    """

    own_cost: Formula
    inside: Multiplier | None
    returns: str = ""
    arguments: Mapping[str, InputPrice] = field(default_factory=dict)
    is_per_row: bool = False

    @property
    def is_page(self) -> bool:
        return self.inside is None

    def price_use(self, node: FieldNode) -> Formula:
        """The cost of `node`, a use of this field, without its selection."""
        priced = priced_arguments(node.arguments or (), self.arguments) if self.arguments else None
        if priced is None:
            return self.own_cost
        cost = CostBuilder()
        cost.add(self.own_cost)
        cost.add(POINT, priced)
        return cost.build()

    def get_multiplier(self, node: FieldNode) -> Multiplier:
        """How often the selection of `node`, a use of this field, counts."""
        if self.inside is not None:
            return self.inside
        sizes = [
            argument.value for argument in node.arguments or () if argument.name.value in ("first", "last")
        ]
        numbers = [number for size in sizes if (number := parse_int_literal(size)) is not None]
        names = tuple(size.name.value for size in sizes if isinstance(size, VariableNode))
        return Multiplier(max(numbers, default=None), names)


_UNKNOWN_FIELD = FieldPrice(Formula(1), _ONCE)
_INTROSPECTION_PRICES = {
    "__schema": FieldPrice(Formula(_INTROSPECTION_COST), _ONCE, "__Schema"),
    "__type": FieldPrice(Formula(_INTROSPECTION_COST), _ONCE, "__Type"),
}


class Prices:
    """The price of every field of a schema; unknown fields cost a point."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._roots = {
            kind.value: root.name
            for kind in OperationType
            if (root := schema.get_root_type(kind)) is not None
        }
        mutation = schema.mutation_type
        self._fields = {
            name: {
                field_name: _build_price(name, definition, is_mutation=kind is mutation)
                for field_name, definition in kind.fields.items()
            }
            for name, kind in schema.type_map.items()
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        }

    def root(self, operation: OperationDefinitionNode) -> str:
        """The name of the operation's root type."""
        return self._roots.get(operation.operation.value, "")

    def get_price(self, type_name: str, node: FieldNode) -> FieldPrice:
        """The price of a field of `type_name`."""
        name = node.name.value
        if name in INTROSPECTION_FIELDS:
            return _INTROSPECTION_PRICES[name]
        return self._fields.get(type_name, {}).get(name, _UNKNOWN_FIELD)


@lru_cache(4)
def get_prices(schema: GraphQLSchema) -> Prices:
    """The cached prices of a schema."""
    return Prices(schema)


def parse_int_literal(value: ValueNode) -> int | None:
    """The value of an integer literal, or None."""
    return int(value.value[:_MAX_DIGITS]) if isinstance(value, IntValueNode) else None


def _build_price(type_name: str, definition: GraphQLField, *, is_mutation: bool) -> FieldPrice:
    points = declared_cost(definition, _MUTATION_COST if is_mutation else 1)
    arguments = input_prices(definition.args)
    returned = get_named_type(definition.type)
    if {"first", "last"} <= definition.args.keys():
        return FieldPrice(Formula(points), None, returned.name, arguments)
    if type_name.endswith("Connection") and _is_list(definition):
        return FieldPrice(Formula(points), _ONCE, returned.name, arguments, is_per_row=True)
    # The price of the introspection root includes its lists.
    is_counted = type_name.startswith("__") or is_leaf_type(returned)
    inside = _ONCE if is_counted or not _is_list(definition) else Multiplier(_ASSUMED_LIST_SIZE)
    return FieldPrice(Formula(points), inside, returned.name, arguments)


def _is_list(definition: GraphQLField) -> bool:
    kind = definition.type
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
