"""Caches generated completion functions for as long as their operations."""

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, GroupedFieldSet
from graphql.execution.values import VariableValues

from engine.executor.prepared_resolvers import PreparedResolver
from engine.executor.variables import VariableCoercion

_log = logging.getLogger("vitrin.graphql")

_MAX_OPERATIONS = 500
_CONDITIONAL_DIRECTIVES = frozenset({"skip", "include"})
_MAX_VARIANTS = 32
"""Per operation: each holds generated code, which can be generated again."""
_MAX_FAILURES = 20

NOT_COMPLETED = object()
"""Returned by a plan that could not complete a value."""


class CompletionPlan:
    """A generated function, or none if none can be generated; a failure leaves no partial result.

    After many consecutive failures it is disabled: the values do not suit it.
    """

    def __init__(self, complete: Callable[[Any], Any] | None, *, omitted: tuple[str, ...] = ()) -> None:
        self._complete = complete
        self._failures = 0
        self.omitted = omitted

    def __call__(self, value: Any) -> Any:
        """`value` completed, or NOT_COMPLETED."""
        if self._complete is None:
            return NOT_COMPLETED
        try:
            completed = self._complete(value)
        except Exception:
            # Any error: graphql-core will meet it again and report it.
            self._failures += 1
            if self._failures >= _MAX_FAILURES:
                self._complete = None
            return NOT_COMPLETED
        self._failures = 0
        return completed


@dataclass(frozen=True)
class RootFields:
    """The fields of an operation, as graphql-core collected them."""

    type: GraphQLObjectType
    fields: GroupedFieldSet
    are_serial: bool


class OperationVariant(dict[Hashable, CompletionPlan]):
    """The plans of an operation for one combination of @skip and @include conditions."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[tuple[int, int], PreparedResolver | None] = {}
        """Prepared resolvers by the identities of the parent type and the field's node; None if it has none.

        A field of an interface has one node, and a resolver for each type.
        """
        self.members: dict[tuple[int, type], GraphQLObjectType] = {}
        """The union member for each class of objects, by the union's identity."""
        self.roots: RootFields | None = None
        """Known after the first execution."""


class PreparedOperation:
    """The cached state of an operation that runs repeatedly."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self.node = node
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.fragment_details = {name: FragmentDetails(fragment) for name, fragment in self.fragments.items()}
        # The selection of a fragment with variables of its own depends on its spread.
        self._is_usable = not any(fragment.variable_definitions for fragment in self.fragments.values())
        self._variables = VariableCoercion(schema, node) if self._is_usable else None
        self._find_condition_variables = _find_condition_variables(node, self.fragments)
        self._variants: LRUCache[Hashable, OperationVariant] = LRUCache(_MAX_VARIANTS)

    def coerce_variables(self, provided: Mapping[str, Any]) -> VariableValues | None:
        """The values of its variables; None if graphql-core has to coerce them."""
        return None if self._variables is None else self._variables.coerce(provided)

    def get_variant(self, variables: Mapping[str, Any]) -> OperationVariant | None:
        """The plans to use with these variables; None if they cannot be cached."""
        if not self._is_usable:
            return None
        key = tuple([variables.get(name, Undefined) for name in self._find_condition_variables])
        try:
            return self._variants[key]
        except KeyError:
            variant = self._variants[key] = OperationVariant()
            return variant


class PlanCache:
    """The plans of a schema's recent operations that ran more than once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._operations: LRUCache[int, tuple[OperationDefinitionNode, PreparedOperation | None]] = LRUCache(
            _MAX_OPERATIONS
        )

    def get_operation(
        self, document: DocumentNode, node: OperationDefinitionNode
    ) -> PreparedOperation | None:
        """The prepared operation of a document; None on its first execution."""
        # By identity: a node's own hash covers its whole subtree. The node is kept, so its id is not reused.
        key = id(node)
        try:
            _, operation = self._operations[key]
        except KeyError:
            self._operations[key] = (node, None)
            return None
        if operation is None:
            operation = PreparedOperation(self._schema, document, node)
            self._operations[key] = (node, operation)
        return operation

    def prepare(
        self, document: DocumentNode, node: OperationDefinitionNode | None, provided: Mapping[str, Any]
    ) -> tuple[PreparedOperation | None, VariableValues | None]:
        """A known operation, and its variables if they could be coerced."""
        if node is None:
            return None, None
        try:
            known = self.get_operation(document, node)
            return known, known.coerce_variables(provided) if known is not None else None
        except Exception:
            _log.warning("compiled execution failed, falling back to graphql-core", exc_info=True)
            return None, None

    def discard(self, document: DocumentNode) -> None:
        """Drop the plans of a document that is no longer cached."""
        for definition in document.definitions:
            self._operations.pop(id(definition), None)


def is_static(details: FieldDetails) -> bool:
    """Whether a field depends on nothing but the conditions of its variant."""
    return (
        details.defer_usage is None
        and details.fragment_variable_values is None
        and all(
            directive.name.value in _CONDITIONAL_DIRECTIVES for directive in details.node.directives or ()
        )
    )


def _find_condition_variables(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """Names of the variables in @skip and @include, in the operation and its fragments."""
    names: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            if node.name.value not in _CONDITIONAL_DIRECTIVES:
                return
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    names[argument.value.name.value] = None

    for definition in (operation, *fragments.values()):
        visit(definition, Conditions())
    return tuple(names)
