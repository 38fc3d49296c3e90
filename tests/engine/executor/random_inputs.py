"""Random values of input types, as JSON and as GraphQL literals; some are invalid."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)

_MAX_DEPTH = 4
_UNFITTING: tuple[object, ...] = (None, True, -1, 2**31, 1.5, "", "12", [], {}, [None], {"unknown": 1})
_SCALARS: dict[str, tuple[object, ...]] = {
    "Int": (0, 1, 3, -2, 2.0),
    "Float": (0.5, 2),
    "Boolean": (True, False),
    "String": ("a", "", "سلام"),
    "ID": ("VGhpbmc6MQ==", "nonsense", 7),
}


class Enumerated(str):
    """The name of an enum's value: a string in JSON, bare in a literal."""


@dataclass(frozen=True)
class RandomInputs:
    """Draws values by one source of chance."""

    chance: Random

    def value(self, type_: Any, depth: int = 0) -> Any:
        """A value that mostly fits the type."""
        if self.chance.random() < 0.03:
            return self.chance.choice(_UNFITTING)
        if is_non_null_type(type_):
            return self.value(type_.of_type, depth)
        if self.chance.random() < 0.12:
            return None
        if is_list_type(type_):
            if self.chance.random() < 0.15:
                return self.value(type_.of_type, depth)
            return [self.value(type_.of_type, depth + 1) for _ in range(self.chance.randrange(3))]
        if is_input_object_type(type_):
            return self._object(type_, depth)
        if is_enum_type(type_):
            return Enumerated(self.chance.choice(list(type_.values)))
        return self.chance.choice(_SCALARS[type_.name])

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        if type_.is_one_of:
            count = 1 if self.chance.random() < 0.85 else self.chance.choice([0, 2])
            names = self.chance.sample(list(type_.fields), count)
        else:
            share = 0.5 if depth < _MAX_DEPTH else 0.0
            names = [
                name
                for name, field in type_.fields.items()
                if is_non_null_type(field.type) or self.chance.random() < share
            ]
        return {name: self.value(type_.fields[name].type, depth + 1) for name in names}

    def literal(self, type_: Any) -> str:
        """The same as a literal."""
        return literal_of(self.value(type_))


def literal_of(value: Any) -> str:
    """How a document spells the value."""
    if isinstance(value, Enumerated):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal_of(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal_of, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
