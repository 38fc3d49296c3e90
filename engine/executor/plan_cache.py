"""Generated functions that complete values, kept as long as the operations they were generated for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

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

_MAX_OPERATIONS = 500
_CONDITIONAL_DIRECTIVES = frozenset({"skip", "include"})
_MAX_VARIANTS = 32
"""Of one operation: each holds generated code. What is needed again is generated again."""
_MAX_FAILURES = 20

NOT_COMPLETED = object()
"""What a plan answers where it could not complete a value."""


class CompletionPlan:
    """A generated function, or none where none can be; nothing in between is kept of a value it fails on.

    After many failures in a row it gives up: the values are not what it was made for.
    """

    def __init__(self, complete: Callable[[Any], Any] | None, *, omitted: tuple[str, ...] = ()) -> None:
        self._complete = complete
        self._failures = 0
        self.omitted = omitted

    def __call__(self, value: Any) -> Any:
        """`value` completed, or UNCOMPLETED."""
        if self._complete is None:
            return NOT_COMPLETED
        try:
            completed = self._complete(value)
        except Exception:
            # Whatever it is, graphql-core will meet it again, and tells it in its own words.
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
    """The plans of an operation for one choice of what @skip and @include leave."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[tuple[int, int], PreparedResolver | None] = {}
        """Prepared calls by the identities of the parent type and the field's node; None where there is none.

        A field of an interface has one node, and a resolver for each type.
        """
        self.members: dict[tuple[int, type], GraphQLObjectType] = {}
        """Which of a union's types the objects of a class are, by the union's identity."""
        self.roots: RootFields | None = None
        """Known once it has run."""


class PreparedOperation:
    """What is known of an operation that runs again."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self.node = node
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.fragment_details = {name: FragmentDetails(fragment) for name, fragment in self.fragments.items()}
        # What a fragment with variables of its own selects depends on its spread.
        self._is_usable = not any(fragment.variable_definitions for fragment in self.fragments.values())
        self._variables = VariableCoercion(schema, node) if self._is_usable else None
        self._find_condition_variables = _find_condition_variables(node, self.fragments)
        self._variants: OrderedDict[Hashable, OperationVariant] = OrderedDict()

    def coerce_variables(self, provided: Mapping[str, Any]) -> VariableValues | None:
        """The values of its variables; None where graphql-core has to coerce them."""
        return None if self._variables is None else self._variables.coerce(provided)

    def get_variant(self, variables: Mapping[str, Any]) -> OperationVariant | None:
        """The plans to fill and use with these variables, the latest ones; None where there can be none."""
        if not self._is_usable:
            return None
        key = tuple([variables.get(name, Undefined) for name in self._find_condition_variables])
        variant = self._variants.get(key)
        if variant is not None:
            self._variants.move_to_end(key)
            return variant
        variant = self._variants[key] = OperationVariant()
        if len(self._variants) > _MAX_VARIANTS:
            self._variants.popitem(last=False)
        return variant


class PlanCache:
    """The plans of the latest operations of a schema, for those that run more than once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._operations: OrderedDict[int, tuple[OperationDefinitionNode, PreparedOperation | None]] = (
            OrderedDict()
        )

    def get_operation(
        self, document: DocumentNode, node: OperationDefinitionNode
    ) -> PreparedOperation | None:
        """What is known of one of a document's operations; None where it runs the first time."""
        # By identity: a node's own hash covers its whole subtree. The node is kept, so no other gets its id.
        key = id(node)
        found = self._operations.get(key)
        if found is None:
            self._operations[key] = (node, None)
            if len(self._operations) > _MAX_OPERATIONS:
                self._operations.popitem(last=False)
            return None
        self._operations.move_to_end(key)
        operation = found[1]
        if operation is None:
            operation = PreparedOperation(self._schema, document, node)
            self._operations[key] = (node, operation)
        return operation

    def discard(self, document: DocumentNode) -> None:
        """Drop the plans of a document that runs no more."""
        for definition in document.definitions:
            self._operations.pop(id(definition), None)


def is_static(details: FieldDetails) -> bool:
    """Whether a field depends on nothing but the conditions that its variant is for."""
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
    """Names of the variables that @skip and @include depend on, in the operation and its fragments."""
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
