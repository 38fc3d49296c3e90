"""Converts coerced arguments as Strawberry does.

Strawberry inspects the type for every value; here each type is inspected once. Unusual types are left to
Strawberry's own function.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import lru_cache, partial
from typing import Any

import strawberry
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types import get_object_definition
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

Converter = Callable[[Any], Any]


class NotPreparable(Exception):
    """The libraries have to do this."""


@lru_cache(8)
def get_input_converters(schema: strawberry.Schema) -> "InputConverters":
    """The cached converters of a schema's input types."""
    return InputConverters(schema)


class InputConverters:
    """The converters of one schema's input types."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._converters: dict[Any, Converter] = {}

    def get(self, type_: Any) -> Converter | None:
        """The converter of the type; None if values are passed on as coerced.

        Raises:
            NotPreparable: the type constructs its values itself.
        """
        if isinstance(type_, StrawberryMaybe) or type_ is GlobalID:
            return partial(self._convert_by_strawberry, type_)
        if isinstance(type_, StrawberryOptional):
            return self.get(type_.of_type)
        if isinstance(type_, LazyType):
            return self.get(type_.resolve_type())
        if isinstance(type_, StrawberryList):
            return self._build_list_converter(type_)
        if isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_):
            return None
        if is_scalar(type_, self._scalars):
            return None
        if type_ not in self._converters:
            # Registered before its fields are converted, which may be of the same type.
            self._converters[type_] = lambda value: self._converters[type_](value)
            try:
                self._converters[type_] = self._build_object_converter(type_)
            except BaseException:
                del self._converters[type_]
                raise
        return self._converters[type_]

    def _build_list_converter(self, type_: StrawberryList) -> Converter:
        convert = self.get(type_.of_type)

        def convert_value(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            # A list of its own: defaults are shared by all requests.
            return list(value) if convert is None else [convert(item) for item in value]

        return convert_value

    def _build_object_converter(self, type_: Any) -> Converter:
        definition = get_object_definition(type_)
        if definition is None or not definition.is_input:
            return partial(self._convert_by_strawberry, type_)
        if definition.from_input is not None:
            # It receives the request's info and the value's path.
            raise NotPreparable
        missing = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        fields = [
            (
                self._config.name_converter.from_field(field),
                field.python_name,
                self.get(field.resolve_type(type_definition=definition)),
            )
            for field in definition.fields
        ]

        def convert_value(value: Mapping[str, Any] | None) -> Any:
            if value is None or value is UNSET:
                return value
            provided: dict[str, Any] = dict(missing)
            for name, python_name, convert in fields:
                if name in value:
                    provided[python_name] = value[name] if convert is None else convert(value[name])
            return type_(**provided)

        return convert_value

    def _convert_by_strawberry(self, type_: Any, value: Any) -> Any:
        return convert_argument(value, type_, self._scalars, self._config)
