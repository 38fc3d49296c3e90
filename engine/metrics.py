"""Counts operations under names from a fixed set, so that clients cannot create new ones."""

from collections.abc import Sequence

from graphql import FieldNode, GraphQLError, OperationDefinitionNode

from observability import metrics

_FAULTS = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"}


class OperationMetrics:
    """Counts each operation under its name if that is among `known`, and under its first field."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def record(
        self, operation: OperationDefinitionNode | None, errors: Sequence[GraphQLError], *, seconds: float
    ) -> None:
        """Count an executed query or mutation."""
        if operation is None:
            return
        name = operation.name.value if operation.name else "anonymous"
        known = name if name in self._known or operation.name is None else "other"
        kind = (operation.operation.value, _get_first_field(operation))
        metrics.OPERATIONS.observe((known, _classify(errors)), kind, seconds)


def _classify(errors: Sequence[GraphQLError]) -> str:
    """`fault` is an internal error, `error` the client's or a refusal."""
    if not errors:
        return "done"
    return "fault" if any((error.extensions or {}).get("code") in _FAULTS for error in errors) else "error"


def _get_first_field(operation: OperationDefinitionNode) -> str:
    """A field name of the schema: the document was validated, so the number of values is bounded."""
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else "fragment"
