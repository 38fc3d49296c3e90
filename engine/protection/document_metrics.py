"""Measures documents before validation, whose own rules are exponential in fragments.

Every fragment is measured once, so the work is proportional to the document as written, not as expanded.
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

from domain import text_cleaning
from engine.protection.cost import (
    FREE,
    INTROSPECTION_FIELDS,
    MAX_COST,
    POINT,
    CostBuilder,
    FieldPrice,
    Formula,
    Prices,
    parse_int_literal,
)

UNSTORABLE = "Strings must not contain NUL characters or lone surrogates."
_MAX_WALK_DEPTH = 64
"""Nested selections, including fragments; each level uses Python's stack."""

_MAX_NUMBER_LENGTH = 30
_STRING_TOKENS = (TokenKind.STRING, TokenKind.BLOCK_STRING)
_NUMBER_TOKENS = (TokenKind.INT, TokenKind.FLOAT)
_NodeWithDirectives = (
    OperationDefinitionNode | VariableDefinitionNode | FragmentDefinitionNode | SelectionNode
)


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of an operation, per set of variables, and without any."""

    name: str | None
    formula: Formula
    defaults: Mapping[str, int]

    def evaluate(self, variables: Mapping[str, object]) -> int:
        return self.formula.evaluate({**self.defaults, **variables} if self.defaults else variables)


@dataclass(frozen=True, kw_only=True)
class DocumentMetrics:
    """The size of a document with its fragments expanded; `directives` is the maximum in one place."""

    tokens: int
    directives: int
    depth: int
    fields: int
    aliases: int
    shows_schema: bool
    costs: tuple[OperationCost, ...]

    def cost(self, operation_name: str | None, variables: Mapping[str, object]) -> int:
        """Points of the named operation, or of the most expensive one."""
        matching = [cost for cost in self.costs if operation_name in (None, cost.name)] or self.costs
        return max((cost.evaluate(variables) for cost in matching), default=0)


def analyze_document(document: DocumentNode, prices: Prices) -> DocumentMetrics:
    """Measure `document`.

    Raises:
        GraphQLError: a fragment contains itself, is unused, or is nested too deeply; or the document
            contains text that no database could store, or a number with too many digits.
    """
    _check_literals(document)
    fragments = {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }
    walker = _DocumentWalker(prices, fragments)
    operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    selections = [walker.measure_operation(operation) for operation in operations]
    total = _combine(selections)
    # Unreachable fragments are not measured, but validation would walk them.
    if unused := next((name for name in fragments if name not in walker.measured), None):
        raise GraphQLError(f"Fragment '{unused}' is never used.", fragments[unused])
    return DocumentMetrics(
        tokens=document.token_count,
        directives=walker.max_directives,
        depth=total.depth,
        fields=total.fields,
        aliases=total.aliases,
        shows_schema=walker.shows_schema,
        costs=tuple(map(_build_operation_cost, operations, selections)),
    )


def _check_literals(document: DocumentNode) -> None:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        value = token.value or ""
        if token.kind in _STRING_TOKENS and not text_cleaning.is_storable(value):
            raise GraphQLError(UNSTORABLE, extensions={"code": "BAD_USER_INPUT"})
        if token.kind in _NUMBER_TOKENS and len(value) > _MAX_NUMBER_LENGTH:
            raise GraphQLError(
                f"A number literal has more than {_MAX_NUMBER_LENGTH} characters.",
                extensions={"code": "NUMBER_TOO_LONG"},
            )
        token = token.next


def _build_operation_cost(operation: OperationDefinitionNode, selection: "_Selection") -> OperationCost:
    defaults = {
        definition.variable.name.value: number
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
        and (number := parse_int_literal(definition.default_value)) is not None
    }
    return OperationCost(operation.name.value if operation.name else None, selection.cost, defaults)


class _Selection(NamedTuple):
    """The size of selections; `cost_per_row` applies to each row of the page they belong to."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: Formula = FREE
    cost_per_row: Formula = FREE


_EMPTY = _Selection()


def _combine(parts: Iterable[_Selection]) -> _Selection:
    depth = fields = aliases = 0
    cost, cost_per_row = CostBuilder(), CostBuilder()
    for part in parts:
        depth = max(depth, part.depth)
        fields += part.fields
        aliases += part.aliases
        cost.add(part.cost)
        cost_per_row.add(part.cost_per_row)
    return _Selection(
        depth, min(fields, MAX_COST), min(aliases, MAX_COST), cost.build(), cost_per_row.build()
    )


def _add_inner_cost(price: FieldPrice, node: FieldNode, inner: _Selection) -> Formula:
    """Add the cost of `node` and of its selection."""
    cost = CostBuilder()
    cost.add(price.price_use(node))
    if price.is_page:
        cost.add(inner.cost)
        # The page reads its rows even if none of them is shown.
        cost.add(POINT if inner.cost_per_row == FREE else inner.cost_per_row, price.get_multiplier(node))
    else:
        cost.add(inner.cost, price.get_multiplier(node))
    return cost.build()


@dataclass
class _DocumentWalker:
    prices: Prices
    fragments: dict[str, FragmentDefinitionNode]
    measured: dict[str, _Selection] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    levels: int = 0
    max_directives: int = 0
    shows_schema: bool = False

    def measure_operation(self, node: OperationDefinitionNode) -> _Selection:
        self._count_directives(node)
        for definition in node.variable_definitions or ():
            self._count_directives(definition)
        return self._measure_selections(node.selection_set, self.prices.root(node))

    def _measure_selections(self, selection_set: SelectionSetNode | None, type_name: str) -> _Selection:
        if selection_set is None:
            return _EMPTY
        self.levels += 1
        if self.levels > _MAX_WALK_DEPTH:
            raise GraphQLError(
                f"Selections are nested more than {_MAX_WALK_DEPTH} levels deep.",
                extensions={"code": "DOCUMENT_TOO_DEEP"},
            )
        total = _combine(self._measure_parts(selection_set, type_name))
        self.levels -= 1
        return total

    def _measure_parts(self, selection_set: SelectionSetNode, type_name: str) -> Iterator[_Selection]:
        for selection in selection_set.selections:
            self._count_directives(selection)
            if isinstance(selection, FieldNode):
                yield self._measure_field(selection, type_name)
            elif isinstance(selection, FragmentSpreadNode):
                yield self._measure_fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                yield self._measure_selections(
                    selection.selection_set, condition.name.value if condition else type_name
                )

    def _measure_field(self, node: FieldNode, type_name: str) -> _Selection:
        price = self.prices.get_price(type_name, node)
        aliases = 0 if node.alias is None else 1
        if node.selection_set is None:
            return _Selection(1, 1, aliases, price.price_use(node))
        inner = self._measure_selections(node.selection_set, price.returns)
        cost = _add_inner_cost(price, node, inner)
        is_introspection = node.name.value in INTROSPECTION_FIELDS
        self.shows_schema |= is_introspection
        # GraphQL's own introspection is deeper; graphql-core has a rule for its depth.
        depth = 0 if is_introspection else 1 + inner.depth
        fields, aliases = 1 + inner.fields, aliases + inner.aliases
        if price.is_per_row:
            return _Selection(depth, fields, aliases, FREE, cost)
        return _Selection(depth, fields, aliases, cost)

    def _measure_fragment(self, name: str) -> _Selection:
        if name in self.measured or name not in self.fragments:
            return self.measured.get(name, _EMPTY)
        fragment = self.fragments[name]
        if name in self.open:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", fragment)
        self.open.add(name)
        self._count_directives(fragment)
        selection = self._measure_selections(fragment.selection_set, fragment.type_condition.name.value)
        self.measured[name] = selection
        self.open.remove(name)
        return selection

    def _count_directives(self, node: _NodeWithDirectives) -> None:
        if node.directives:
            self.max_directives = max(self.max_directives, len(node.directives))
