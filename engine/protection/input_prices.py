"""The declared cost of fields, arguments and input fields, in points, and what arguments add to a request.

A substring search, for example, reads many more rows than it returns. Null costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField


@dataclass(frozen=True)
class Cost:
    """The points of a field, argument or input field: `strawberry.field(metadata=Cost(7).metadata)`."""

    points: int

    @property
    def metadata(self) -> Mapping[object, object]:
        """The cost as the metadata of an element of a schema."""
        return {Cost: self}


def declared_cost(part: GraphQLField | GraphQLArgument | GraphQLInputField, default: int) -> int:
    """The points that an element of a schema declares, or `default`."""
    definition = part.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField | StrawberryArgument):
        return default
    declared = definition.metadata.get(Cost)
    return declared.points if isinstance(declared, Cost) else default


@dataclass(frozen=True, slots=True)
class InputPrice:
    """The cost of a value if it is given, and of values nested in it, by name."""

    points: int
    inside: "Mapping[str, InputPrice]"

    def evaluate_literal(self, node: ValueNode, variables: Mapping[str, object]) -> int:
        """Points of a literal in the document."""
        if isinstance(node, VariableNode):
            return self.evaluate_value(variables.get(node.name.value))
        if isinstance(node, NullValueNode):
            return 0
        if isinstance(node, ListValueNode):
            return sum(self.evaluate_literal(item, variables) for item in node.values)
        total = self.points
        if isinstance(node, ObjectValueNode):
            for entry in node.fields:
                if price := self.inside.get(entry.name.value):
                    total += price.evaluate_literal(entry.value, variables)
        return total

    def evaluate_value(self, value: object) -> int:
        """Points of a variable's value, whose type has not been checked yet."""
        if value is None:
            return 0
        if isinstance(value, list):
            return sum(map(self.evaluate_value, value))
        total = self.points
        if isinstance(value, dict):
            total += sum(price.evaluate_value(value.get(name)) for name, price in self.inside.items())
        return total


@dataclass(frozen=True, slots=True)
class PricedArguments:
    """The arguments of a field that cost something, and the variables in them."""

    prices: tuple[tuple[InputPrice, ValueNode], ...]
    variables: tuple[str, ...]

    def times(self, variables: Mapping[str, object]) -> int:
        """The total points."""
        return sum(price.evaluate_literal(node, variables) for price, node in self.prices)


def priced_arguments(
    nodes: tuple[ArgumentNode, ...], prices: Mapping[str, InputPrice]
) -> PricedArguments | None:
    """Those of a field's arguments that cost something; None if none does."""
    found = tuple((prices[node.name.value], node.value) for node in nodes if node.name.value in prices)
    if not found:
        return None
    return PricedArguments(found, tuple(name for _, node in found for name in _get_variable_names(node)))


def input_prices(
    parts: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    *,
    outer: tuple[GraphQLInputObjectType, ...] = (),
) -> dict[str, InputPrice]:
    """The prices of arguments or input fields, only of those that cost something.

    A recursive input type is priced once: deeper values cost nothing more.
    """
    prices = {name: _build_price(part, outer) for name, part in parts.items()}
    return {name: price for name, price in prices.items() if price.points or price.inside}


def _build_price(
    part: GraphQLArgument | GraphQLInputField, outer: tuple[GraphQLInputObjectType, ...]
) -> InputPrice:
    kind = _unwrap_type(part.type)
    inside: dict[str, InputPrice] = {}
    if isinstance(kind, GraphQLInputObjectType) and kind not in outer:
        inside = input_prices(kind.fields, outer=(*outer, kind))
    return InputPrice(declared_cost(part, 0), inside)


def _unwrap_type(kind: GraphQLInputType) -> object:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _get_variable_names(node: ValueNode) -> list[str]:
    if isinstance(node, VariableNode):
        return [node.name.value]
    if isinstance(node, ListValueNode):
        return [name for item in node.values for name in _get_variable_names(item)]
    if isinstance(node, ObjectValueNode):
        return [name for entry in node.fields for name in _get_variable_names(entry.value)]
    return []
