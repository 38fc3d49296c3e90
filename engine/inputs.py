"""Arguments as Strawberry converts them from what graphql-core coerced.

Strawberry finds out what a type is for every value anew; here it is found out once a type. What is unusual is
left to Strawberry's own function.
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

Make = Callable[[Any], Any]


class NotPrepared(Exception):
    """This has to be done the libraries' way."""


@lru_cache(8)
def inputs_of(schema: strawberry.Schema) -> "Inputs":
    """The conversions of a schema's input types, made once."""
    return Inputs(schema)


class Inputs:
    """The conversions of one schema's input types."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._of_types: dict[Any, Make] = {}

    def of(self, type_: Any) -> Make | None:
        """What makes a value of the type; None where it is taken as it was coerced.

        Raises:
            NotPrepared: the type builds its own values.
        """
        if isinstance(type_, StrawberryMaybe) or type_ is GlobalID:
            return partial(self._strawberry_s, type_)
        if isinstance(type_, StrawberryOptional):
            return self.of(type_.of_type)
        if isinstance(type_, LazyType):
            return self.of(type_.resolve_type())
        if isinstance(type_, StrawberryList):
            return self._list(type_)
        if isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_):
            return None
        if is_scalar(type_, self._scalars):
            return None
        if type_ not in self._of_types:
            # Known before its fields are: they may be of the same type.
            self._of_types[type_] = lambda value: self._of_types[type_](value)
            try:
                self._of_types[type_] = self._object(type_)
            except BaseException:
                del self._of_types[type_]
                raise
        return self._of_types[type_]

    def _list(self, type_: StrawberryList) -> Make:
        make = self.of(type_.of_type)

        def made(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            # A list of its own: defaults are shared by all requests.
            return list(value) if make is None else [make(one) for one in value]

        return made

    def _object(self, type_: Any) -> Make:
        definition = get_object_definition(type_)
        if definition is None or not definition.is_input:
            return partial(self._strawberry_s, type_)
        if definition.from_input is not None:
            # It is given the request's info and the value's path.
            raise NotPrepared
        missing = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        fields = [
            (
                self._config.name_converter.from_field(field),
                field.python_name,
                self.of(field.resolve_type(type_definition=definition)),
            )
            for field in definition.fields
        ]

        def made(value: Mapping[str, Any] | None) -> Any:
            if value is None or value is UNSET:
                return value
            given: dict[str, Any] = dict(missing)
            for name, python_name, make in fields:
                if name in value:
                    given[python_name] = value[name] if make is None else make(value[name])
            return type_(**given)

        return made

    def _strawberry_s(self, type_: Any, value: Any) -> Any:
        return convert_argument(value, type_, self._scalars, self._config)
