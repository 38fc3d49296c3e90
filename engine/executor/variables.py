"""Coerces the variables of a repeated operation; the part that depends on the document is prepared once."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    coerce_input_value,
    get_named_type,
    is_input_object_type,
    is_leaf_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, input_is_nested_too_deeply
from graphql.pyutils import UndefinedType
from graphql.utilities.coerce_input_value import coerce_default_value

Coerce = Callable[[Any], Any]

_IMMUTABLE = (type(None), bool, int, float, str, Enum, UndefinedType)


class VariableCoercion:
    """The variables declared by an operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        found = [get_variable_signature(schema, node) for node in operation.variable_definitions or ()]
        signatures = [signature for signature in found if isinstance(signature, GraphQLVariableSignature)]
        self._is_usable = len(signatures) == len(found)
        self._declared = [
            (signature, node.default_value is not None, _build_coercer(signature.type))
            for signature, node in zip(signatures, operation.variable_definitions or (), strict=False)
        ]

    def coerce(self, provided: Mapping[str, Any]) -> VariableValues | None:
        """The coerced values; None if graphql-core has to coerce them, or to report the error."""
        if not self._is_usable:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, has_default, coerce in self._declared:
            name = signature.name
            value = provided.get(name, Undefined)
            if value is Undefined:
                if has_default or is_non_null_type(signature.type):
                    return None
                sources[name] = VariableValueSource(signature)
                continue
            sources[name] = VariableValueSource(signature, value)
            try:
                value = coerce(value)
            except Exception:
                # For example, a scalar or an input type's constructor rejects the value.
                return None
            if value is Undefined:
                return None
            coerced[name] = value
        return VariableValues(sources, coerced)


def _build_coercer(type_: GraphQLInputType) -> Coerce:
    """A function equivalent to `coerce_input_value`; if it returns Undefined or raises, the library decides.

    The library inspects the type for every value; here it is inspected once.
    """
    if is_non_null_type(type_):
        coerce = _build_coercer(type_.of_type)
        return lambda value: Undefined if value is None else coerce(value)
    if is_leaf_type(type_):
        parse = type_.coerce_input_value
        return lambda value: None if value is None else parse(value)
    if _is_recursive(type_, ()):
        return lambda value: (
            Undefined if input_is_nested_too_deeply(value, type_) else coerce_input_value(value, type_)
        )
    if is_input_object_type(type_) and not type_.is_one_of:
        return _build_object_coercer(type_)
    return lambda value: coerce_input_value(value, type_)


def _build_object_coercer(type_: GraphQLInputObjectType) -> Coerce:
    fields = [
        (name, field.out_name or name, coerce_default_value(field), _build_coercer(field.type))
        for name, field in type_.fields.items()
    ]
    if not all(isinstance(default, _IMMUTABLE) for _, _, default, _ in fields):
        # A request could modify it for the next.
        return lambda value: coerce_input_value(value, type_)
    required = {name for name, field in type_.fields.items() if is_required_input_field(field)}
    names, construct = type_.fields.keys(), type_.out_type

    def coerce_object(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not dict or not required <= value.keys() <= names:
            return Undefined
        provided: dict[str, Any] = {}
        for name, out_name, default, coerce in fields:
            field_value = coerce(value[name]) if name in value else default
            if field_value is not Undefined:
                provided[out_name] = field_value
            elif name in value:
                return Undefined
        return construct(provided)

    return coerce_object


def _is_recursive(type_: GraphQLInputType, enclosing: tuple[GraphQLInputType, ...]) -> bool:
    """Whether values of the type may nest without limit."""
    named = get_named_type(type_)
    if not is_input_object_type(named):
        return False
    return named in enclosing or any(
        _is_recursive(field.type, (*enclosing, named)) for field in named.fields.values()
    )
