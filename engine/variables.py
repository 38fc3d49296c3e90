"""Variables of an operation that runs again: what of their coercion depends on the document is done once."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    coerce_input_value,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, input_is_nested_too_deeply


class Variables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        found = [get_variable_signature(schema, node) for node in operation.variable_definitions or ()]
        signatures = [one for one in found if isinstance(one, GraphQLVariableSignature)]
        self._is_usable = len(signatures) == len(found)
        self._declared = [
            (signature, node.default_value is not None)
            for signature, node in zip(signatures, operation.variable_definitions or (), strict=False)
        ]

    def of(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The values as graphql-core coerces them; None where it has to do it, or to say what is wrong."""
        if not self._is_usable:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, has_default in self._declared:
            name = signature.name
            value = given.get(name, Undefined)
            if value is Undefined:
                if has_default or is_non_null_type(signature.type):
                    return None
                sources[name] = VariableValueSource(signature)
                continue
            sources[name] = VariableValueSource(signature, value)
            value = _coerced(value, signature.type)
            if value is Undefined:
                return None
            coerced[name] = value
        return VariableValues(sources, coerced)


def _coerced(value: Any, type_: GraphQLInputType) -> Any:
    """What graphql-core makes of the value; Undefined where it has to say what is wrong."""
    try:
        return Undefined if input_is_nested_too_deeply(value, type_) else coerce_input_value(value, type_)
    except Exception:
        # Such as an input type's constructor that refuses the value.
        return Undefined
