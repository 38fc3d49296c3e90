"""Random documents that fit a schema: aliases, fragments, conditions, fields that are asked twice."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    NoUnusedVariablesRule,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    specified_rules,
    validate,
)

_DEEPEST = 4
_RULES = [rule for rule in specified_rules if rule is not NoUnusedVariablesRule]
_ARGUMENTS = {"values": "$values", "titles": '["a", "b"]', "suffix": '"?"', "count": "$count"}
_CONDITIONS = ("@include(if: $yes)", "@skip(if: $yes)", "@skip(if: $no)", "@include(if: true)")


@dataclass(frozen=True)
class Asked:
    """A document with its variables."""

    document: DocumentNode
    variables: dict[str, Any]


@dataclass
class Asking:
    """Makes documents by one source of chance; `values` are what the argument of that name may hold."""

    schema: GraphQLSchema
    chance: Random
    values: list[str]
    _fragments: list[str] = field(default_factory=list)

    def next(self, operation: str, root: GraphQLObjectType | None) -> Asked:
        """A valid document; fields that merely cannot be merged are thrown away."""
        assert root is not None
        while True:
            self._fragments = []
            fields = " ".join(
                f"r{place}: {self._field(root, self.chance.choice(list(root.fields)), 0)}"
                for place in range(self.chance.choice([1, 1, 2, 3]))
            )
            head = f"{operation} Q($values: [String!]!, $yes: Boolean!, $no: Boolean = false, $count: Int!)"
            document = parse("\n".join([f"{head} {{ {fields} }}", *self._fragments]))
            if not validate(self.schema, document, _RULES):
                return Asked(document, self._variables())

    def _variables(self) -> dict[str, Any]:
        return {
            "values": self.chance.choices(self.values, k=self.chance.choice([0, 1, 1, 2, 3])),
            "yes": self.chance.random() < 0.5,
            "count": self.chance.choice([0, 2, 3, 9]),
        }

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = [f"{self._alias()}__typename"] if self.chance.random() < 0.3 else []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            names = [
                name
                for name, asked in type_.fields.items()
                if depth < _DEEPEST or is_leaf_type(get_named_type(asked.type))
            ]
            chosen = self.chance.sample(names, min(len(names), self.chance.choice([1, 2, 4, 20])))
            twice = chosen[:1] if self.chance.random() < 0.3 else []
            parts += [self._field(type_, name, depth) for name in (*chosen, *twice)]
            if depth < _DEEPEST and self.chance.random() < 0.3:
                parts.append(self._fragment(type_, depth))
        if is_abstract_type(type_):
            parts += [self._fragment(possible, depth) for possible in self.schema.get_possible_types(type_)]
        self.chance.shuffle(parts)
        return " ".join(parts) or "__typename"

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        asked = type_.fields[name]
        of_type = get_named_type(asked.type)
        selection = "" if is_leaf_type(of_type) else f" {{ {self._selection(of_type, depth + 1)} }}"
        alias = self._alias() if depth else ""
        return f"{alias}{name}{self._arguments(asked.args)} {self._condition()}{selection}"

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        selection = self._selection(type_, depth + 1)
        if self.chance.random() < 0.5:
            return f"... on {type_.name} {self._condition()} {{ {selection} }}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type_.name} {{ {selection} }}")
        return f"...{name} {self._condition()}"

    def _alias(self) -> str:
        return f"a{self.chance.randint(0, 99)}: " if self.chance.random() < 0.2 else ""

    def _condition(self) -> str:
        return self.chance.choice(_CONDITIONS) if self.chance.random() < 0.15 else ""

    def _arguments(self, arguments: dict[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {_ARGUMENTS[name]}"
            for name, argument in arguments.items()
            if name != "suffix" or self.chance.random() < 0.5
        ]
        return f"({', '.join(given)})" if given else ""
