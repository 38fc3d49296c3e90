"""How large a document is; found before validation, whose own rules are exponential in fragments.

Every fragment is measured once, so the work here grows with the document as written, not as written out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
)
from graphql.language import TokenKind

from domain import texts
from engine.cost import FREE, INTROSPECTION, MOST, POINT, FieldPrice, Formula, Prices, Sum, literal

UNSTORABLE = "A text holds a NUL character or half a surrogate pair."
_DEEPEST_WALK = 64
"""Selections in one another, fragments counted; each level takes room on Python's stack."""

_LONGEST_NUMBER = 30
_TEXTS = (TokenKind.STRING, TokenKind.BLOCK_STRING)
_NUMBERS = (TokenKind.INT, TokenKind.FLOAT)
_Directed = OperationDefinitionNode | VariableDefinitionNode | FragmentDefinitionNode | SelectionNode


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What an operation costs with the variables that are given, and its own where none is given."""

    name: str | None
    formula: Formula
    defaults: Mapping[str, int]

    def value(self, variables: Mapping[str, object]) -> int:
        return self.formula.value({**self.defaults, **variables} if self.defaults else variables)


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a document comes to with its fragments written out; `directives` is the most in one place."""

    tokens: int
    directives: int
    depth: int
    fields: int
    aliases: int
    shows_schema: bool
    costs: tuple[OperationCost, ...]

    def cost(self, operation_name: str | None, variables: Mapping[str, object]) -> int:
        """Points of the named operation; of the dearest, where no single one is meant."""
        meant = [cost for cost in self.costs if operation_name in (None, cost.name)] or self.costs
        return max((cost.value(variables) for cost in meant), default=0)


def measure(document: DocumentNode, prices: Prices) -> Size:
    """How large `document` is.

    Raises:
        GraphQLError: it has no size: a fragment holds itself, is not used, or is too deep in others; or it
            holds a text that no database could store, or a number of many digits.
    """
    _check_literals(document)
    fragments = {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }
    walk = _Walk(prices, fragments)
    operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    selections = [walk.operation(operation) for operation in operations]
    whole = _together(selections)
    # Those that nothing reaches are not measured, but validation would walk them.
    if unused := next((name for name in fragments if name not in walk.measured), None):
        raise GraphQLError(f"Fragment '{unused}' is never used.", fragments[unused])
    return Size(
        tokens=document.token_count,
        directives=walk.most_directives,
        depth=whole.depth,
        fields=whole.fields,
        aliases=whole.aliases,
        shows_schema=walk.shows_schema,
        costs=tuple(map(_cost, operations, selections)),
    )


def _check_literals(document: DocumentNode) -> None:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        value = token.value or ""
        if token.kind in _TEXTS and not texts.is_storable(value):
            raise GraphQLError(UNSTORABLE, extensions={"code": "BAD_USER_INPUT"})
        if token.kind in _NUMBERS and len(value) > _LONGEST_NUMBER:
            raise GraphQLError(
                f"A number has more than {_LONGEST_NUMBER} characters.",
                extensions={"code": "NUMBER_TOO_LONG"},
            )
        token = token.next


def _cost(operation: OperationDefinitionNode, selection: "_Selection") -> OperationCost:
    defaults = {
        definition.variable.name.value: number
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None and (number := literal(definition.default_value)) is not None
    }
    return OperationCost(operation.name.value if operation.name else None, selection.cost, defaults)


class _Selection(NamedTuple):
    """What selections come to; `cost_per_row` is for each row of the page that they are of."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: Formula = FREE
    cost_per_row: Formula = FREE


_EMPTY = _Selection()


def _together(parts: Iterable[_Selection]) -> _Selection:
    depth = fields = aliases = 0
    cost, cost_per_row = Sum(), Sum()
    for part in parts:
        depth = max(depth, part.depth)
        fields += part.fields
        aliases += part.aliases
        cost.add(part.cost)
        cost_per_row.add(part.cost_per_row)
    return _Selection(depth, min(fields, MOST), min(aliases, MOST), cost.formula(), cost_per_row.formula())


def _with_inside(price: FieldPrice, node: FieldNode, inner: _Selection) -> Formula:
    """What `node` and the selections inside it cost."""
    cost = Sum()
    cost.add(price.of(node))
    if price.is_page:
        cost.add(inner.cost)
        # The page reads its rows even if none of them is shown.
        cost.add(POINT if inner.cost_per_row == FREE else inner.cost_per_row, price.repeat(node))
    else:
        cost.add(inner.cost, price.repeat(node))
    return cost.formula()


@dataclass
class _Walk:
    prices: Prices
    fragments: dict[str, FragmentDefinitionNode]
    measured: dict[str, _Selection] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    levels: int = 0
    most_directives: int = 0
    shows_schema: bool = False

    def operation(self, node: OperationDefinitionNode) -> _Selection:
        self._count_directives(node)
        for definition in node.variable_definitions or ():
            self._count_directives(definition)
        return self._selections(node.selection_set, self.prices.root(node))

    def _selections(self, selection_set: SelectionSetNode | None, type_name: str) -> _Selection:
        if selection_set is None:
            return _EMPTY
        self.levels += 1
        if self.levels > _DEEPEST_WALK:
            raise GraphQLError(
                f"Selections are more than {_DEEPEST_WALK} deep in one another.",
                extensions={"code": "DOCUMENT_TOO_DEEP"},
            )
        whole = _together(self._parts(selection_set, type_name))
        self.levels -= 1
        return whole

    def _parts(self, selection_set: SelectionSetNode, type_name: str) -> Iterator[_Selection]:
        for selection in selection_set.selections:
            self._count_directives(selection)
            if isinstance(selection, FieldNode):
                yield self._field(selection, type_name)
            elif isinstance(selection, FragmentSpreadNode):
                yield self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                yield self._selections(
                    selection.selection_set, condition.name.value if condition else type_name
                )

    def _field(self, node: FieldNode, type_name: str) -> _Selection:
        price = self.prices.of(type_name, node)
        aliases = 0 if node.alias is None else 1
        if node.selection_set is None:
            return _Selection(1, 1, aliases, price.of(node))
        inner = self._selections(node.selection_set, price.returns)
        cost = _with_inside(price, node, inner)
        is_introspection = node.name.value in INTROSPECTION
        self.shows_schema |= is_introspection
        # GraphQL's own introspection is deeper; graphql-core has a rule for its depth.
        depth = 0 if is_introspection else 1 + inner.depth
        fields, aliases = 1 + inner.fields, aliases + inner.aliases
        if price.is_per_row:
            return _Selection(depth, fields, aliases, FREE, cost)
        return _Selection(depth, fields, aliases, cost)

    def _fragment(self, name: str) -> _Selection:
        if name in self.measured or name not in self.fragments:
            return self.measured.get(name, _EMPTY)
        fragment = self.fragments[name]
        if name in self.open:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", fragment)
        self.open.add(name)
        self._count_directives(fragment)
        selection = self._selections(fragment.selection_set, fragment.type_condition.name.value)
        self.measured[name] = selection
        self.open.remove(name)
        return selection

    def _count_directives(self, node: _Directed) -> None:
        if node.directives:
            self.most_directives = max(self.most_directives, len(node.directives))
