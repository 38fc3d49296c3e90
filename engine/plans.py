"""Generated functions that complete values, kept as long as the operations they were generated for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FieldDetails

from engine.calls import Call

_OPERATIONS = 500
_MOST_VARIANTS = 16
_MOST_FAILURES = 20

UNCOMPLETED = object()
"""What a plan answers where it could not complete a value."""


class Plan:
    """A generated function, or none where none can be; nothing in between is kept of a value it fails on.

    After many failures in a row it gives up: the values are not what it was made for.
    """

    def __init__(self, complete: Callable[[Any], Any] | None, *, left_out: tuple[str, ...] = ()) -> None:
        self._complete = complete
        self._failures = 0
        self.left_out = left_out

    def __call__(self, value: Any) -> Any:
        """`value` completed, or UNCOMPLETED."""
        if self._complete is None:
            return UNCOMPLETED
        try:
            completed = self._complete(value)
        except Exception:
            # Whatever it is, graphql-core will meet it again, and tells it in its own words.
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                self._complete = None
            return UNCOMPLETED
        self._failures = 0
        return completed


class Variant(dict[Hashable, Plan]):
    """The plans of an operation for one choice of what @skip and @include leave."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[int, Call | None] = {}
        """Prepared calls by the identity of the field's node; None where there is none."""


class _Operation:
    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.node = operation
        self.conditions: tuple[str, ...] | None = None
        self.variants: dict[Hashable, Variant] = {}


class Plans:
    """The plans of the latest operations of a schema, for those that run more than once."""

    def __init__(self) -> None:
        self._operations: OrderedDict[int, _Operation] = OrderedDict()

    def of(
        self,
        node: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: dict[str, Any],
    ) -> Variant | None:
        """The plans to fill and use; None for an operation that runs the first time, or has many variants."""
        # By identity: a node's own hash covers its whole subtree. The node is kept, so no other gets its id.
        operation = self._operations.get(id(node))
        if operation is None:
            self._operations[id(node)] = _Operation(node)
            if len(self._operations) > _OPERATIONS:
                self._operations.popitem(last=False)
            return None
        self._operations.move_to_end(id(node))
        if operation.conditions is None:
            operation.conditions = _conditions(node, fragments)
        chosen = tuple([variables.get(name) for name in operation.conditions])
        variant = operation.variants.get(chosen)
        if variant is None and len(operation.variants) < _MOST_VARIANTS:
            variant = operation.variants[chosen] = Variant()
        return variant


def is_static(details: FieldDetails) -> bool:
    """Whether a field depends on nothing but the conditions that its variant is for."""
    return (
        details.defer_usage is None
        and details.fragment_variable_values is None
        and all(directive.name.value in ("skip", "include") for directive in details.node.directives or ())
    )


def _conditions(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """Names of the variables that directives depend on, in the operation and its fragments."""
    names: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    names[argument.value.name.value] = None

    for definition in (operation, *fragments.values()):
        visit(definition, Conditions())
    return tuple(names)
