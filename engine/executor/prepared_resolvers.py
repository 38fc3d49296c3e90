"""Resolver calls with prepared arguments.

graphql-core coerces a field's arguments, and Strawberry converts them, for every request. Here this is done
once for literals; variables were coerced already. Both libraries' own functions do it, and unusual cases are
left to them entirely.
"""

import copy
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from functools import partial, reduce
from types import CoroutineType
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLResolveInfo,
    GraphQLSchema,
    Undefined,
    ValueNode,
    VariableNode,
    Visitor,
    get_argument_values,
    is_non_null_type,
    visit,
)
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from engine.executor.input_converters import NotPreparable, get_input_converters

_IMMUTABLE = (type(None), bool, int, float, str, Enum)

Converter = Callable[[Any], object]


class PreparedResolver:
    """A field of a document: its resolver, and its arguments as far as they are constant.

    Raises:
        NotPreparable: the field is not of this kind.
    """

    def __init__(self, schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> None:
        self._strawberry = getattr(schema, "_strawberry_schema", None)
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if self._strawberry is None or self._strawberry.exception_handlers:
            raise NotPreparable
        if not isinstance(definition, StrawberryField) or not _is_plain(definition):
            raise NotPreparable
        self._definition, self.field, self._node = definition, field, node
        self._info_class = self._strawberry.config.info_class
        self._resolve = _build_resolver(definition)
        self._constants: dict[str, object] = {}
        self._copied_constants: list[tuple[str, object]] = []
        self._variables: list[tuple[str, str, Converter | None, bool, object]] = []
        provided = {argument.name.value: argument.value for argument in node.arguments or ()}
        for argument in definition.arguments:
            name = self._strawberry.config.name_converter.from_argument(argument)
            declared = field.args.get(name)
            if declared is None or declared.out_name not in (None, name):
                raise NotPreparable
            self._prepare_argument(argument, name, declared, provided.get(name))

    def build_arguments(self, variables: Mapping[str, Any]) -> dict[str, object]:
        """The resolver's arguments for these coerced variables. Calls no resolver.

        Raises:
            Exception: the libraries have to do it, or to report the error.
        """
        arguments = self._constants.copy()
        for name, value in self._copied_constants:
            arguments[name] = copy.copy(value)
        for name, variable, convert, is_required, default in self._variables:
            value = variables.get(variable, Undefined)
            if value is Undefined:
                if is_required:
                    raise NotPreparable
                if default is Undefined:
                    continue
                value = default
            elif value is None and is_required:
                raise NotPreparable
            elif convert is not None:
                value = convert(value)
            arguments[name] = value
        return arguments

    def resolve(
        self, source: object, info: GraphQLResolveInfo[Any], arguments: dict[str, object]
    ) -> Awaitable[Any]:
        """Call the resolver; what it raises or returns synchronously is delivered when the result is awaited.

        It is called exactly once. Strawberry's own resolvers of such fields are coroutines, so nothing
        happens before they are awaited.
        """
        try:
            result = self._resolve(
                source, self._info_class(_raw_info=info, _field=self._definition), arguments
            )
        except Exception as error:
            return _raise_error(error)
        if type(result) is CoroutineType or isinstance(result, Awaitable):
            return result
        return _return_value(result)

    def _prepare_argument(
        self, argument: StrawberryArgument, name: str, declared: GraphQLArgument, provided: ValueNode | None
    ) -> None:
        python_name = argument.python_name
        if isinstance(provided, VariableNode):
            default = (
                self._coerce_constant(argument, name, declared, None) if _has_default(declared) else Undefined
            )
            if not isinstance(default, _IMMUTABLE) and default is not Undefined:
                raise NotPreparable
            is_required = is_non_null_type(declared.type)
            if isinstance(argument.type, StrawberryMaybe) and default is not Undefined:
                raise NotPreparable
            convert = get_input_converters(self._strawberry).get(argument.type)
            self._variables.append((python_name, provided.name.value, convert, is_required, default))
            return
        if provided is not None and _has_variables(provided):
            raise NotPreparable
        value = self._coerce_constant(argument, name, declared, provided)
        if value is Undefined:
            # Absent: the resolver's own default applies, which may be UNSET.
            return
        if isinstance(value, _IMMUTABLE) or value is UNSET:
            self._constants[python_name] = value
        elif _is_flat(value):
            self._copied_constants.append((python_name, value))
        else:
            raise NotPreparable

    def _coerce_constant(
        self, argument: StrawberryArgument, name: str, declared: GraphQLArgument, provided: ValueNode | None
    ) -> object:
        arguments = tuple(
            entry for entry in self._node.arguments or () if provided is not None and entry.value is provided
        )
        only = FieldNode(name=self._node.name, arguments=arguments)
        try:
            coerced = get_argument_values(GraphQLField(self.field.type, {name: declared}), only)
        except GraphQLError as error:
            raise NotPreparable from error
        if name not in coerced:
            return Undefined
        convert = get_input_converters(self._strawberry).get(argument.type)
        return coerced[name] if convert is None else convert(coerced[name])


async def _raise_error(error: Exception) -> Any:
    raise error


async def _return_value(value: object) -> object:
    return value


def _is_plain(definition: StrawberryField) -> bool:
    resolver = definition.base_resolver
    return (
        resolver is not None
        and definition.is_async
        and type(definition).get_result is StrawberryField.get_result
        and resolver.parent_parameter is None
        and resolver.root_parameter is None
        and all(_keeps_arguments(extension) for extension in definition.extensions)
    )


def _keeps_arguments(extension: FieldExtension) -> bool:
    return type(extension).map_arguments is FieldExtension.map_arguments


def _build_resolver(definition: StrawberryField) -> Callable[[object, Any, dict[str, object]], Any]:
    """What Strawberry builds from the definition: its function inside its extensions."""
    resolver = definition.base_resolver
    if resolver is None:
        raise NotPreparable
    function: Callable[..., Any] = resolver
    extensions = build_field_extension_resolvers(definition)
    wants_source, wants_info = resolver.self_parameter is not None, resolver.info_parameter is not None
    info_name = resolver.info_parameter.name if resolver.info_parameter else "info"

    def call(source: object, info: object, /, **arguments: object) -> Any:
        if wants_info:
            arguments[info_name] = info
        return function(source, **arguments) if wants_source else function(**arguments)

    chain: Callable[..., Any] = reduce(lambda inner, outer: partial(outer, inner), extensions, call)
    return lambda source, info, arguments: chain(source, info, **arguments)


def _has_default(declared: GraphQLArgument) -> bool:
    return declared.default_value is not Undefined or getattr(declared, "default", None) is not None


def _is_flat(value: object) -> bool:
    """Whether a copy of the object shares no mutable state with it."""
    attributes = getattr(value, "__dict__", None)
    return attributes is not None and all(isinstance(entry, _IMMUTABLE) for entry in attributes.values())


def _has_variables(value: ValueNode) -> bool:
    found: list[VariableNode] = []

    class Variables(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            found.append(node)

    visit(value, Variables())
    return bool(found)
