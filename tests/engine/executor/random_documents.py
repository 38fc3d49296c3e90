"""Random documents that fit a schema: aliases, fragments, conditions, fields selected twice, and
arguments of every kind, in the document and in variables."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    NoUnusedVariablesRule,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
    specified_rules,
    validate,
)

from tests.engine.executor.random_inputs import RandomInputs

_MAX_DEPTH = 4
_RULES = [rule for rule in specified_rules if rule is not NoUnusedVariablesRule]
_ARGUMENTS = {"values": "$values", "titles": '["a", "b"]', "suffix": '"?"', "count": "$count"}
_CONDITIONS = (
    "@include(if: $yes)",
    "@skip(if: $yes)",
    "@skip(if: $no)",
    "@include(if: true)",
    # Nullable, so null may be given: an error at the field.
    "@skip(if: $maybe)",
    "@include(if: $perhaps) @skip(if: $maybe)",
)
_HEAD = (
    "$values: [String!]!, $yes: Boolean!, $no: Boolean = false, $count: Int!, "
    "$maybe: Boolean = false, $perhaps: Boolean = true"
)
_DRAWS = 3


@dataclass(frozen=True)
class RandomRequest:
    """A document with its variables; `more` are other values of them."""

    document: DocumentNode
    variables: dict[str, Any]
    more: tuple[dict[str, Any], ...] = ()


@dataclass
class RequestGenerator:
    """Generates documents from one random source; `values` are the possible values of each argument."""

    schema: GraphQLSchema
    chance: Random
    values: list[str]
    _fragments: list[str] = field(default_factory=list)
    _declared: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._inputs = RandomInputs(self.chance)

    def next(self, operation: str, root: GraphQLObjectType | None) -> RandomRequest:
        """A valid document; fields that merely cannot be merged are thrown away."""
        assert root is not None
        while True:
            self._fragments, self._declared = [], {}
            fields = " ".join(
                f"r{place}: {self._field(root, self.chance.choice(list(root.fields)), 0)}"
                for place in range(self.chance.choice([1, 1, 2, 3]))
            )
            declared = "".join(f", ${name}: {shown}" for name, (shown, _) in self._declared.items())
            head = f"{operation} Q({_HEAD}{declared})"
            document = parse("\n".join([f"{head} {{ {fields} }}", *self._fragments]))
            if not validate(self.schema, document, _RULES):
                first, *more = (self._variables() for _ in range(_DRAWS))
                return RandomRequest(document, first, tuple(more))

    def _variables(self) -> dict[str, Any]:
        drawn: dict[str, Any] = {
            "values": self.chance.choices(self.values, k=self.chance.choice([0, 1, 1, 2, 3])),
            "yes": self.chance.random() < 0.5,
            "count": self.chance.choice([0, 2, 3, 9]),
        }
        for name in ("maybe", "perhaps"):
            if self.chance.random() < 0.5:
                drawn[name] = self.chance.choice([True, False, None])
        for name, (_, type_) in self._declared.items():
            if is_non_null_type(type_) or self.chance.random() < 0.8:
                drawn[name] = self._inputs.value(type_)
        return drawn

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = [f"{self._alias()}__typename"] if self.chance.random() < 0.3 else []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            names = [
                name
                for name, requested in type_.fields.items()
                if depth < _MAX_DEPTH or is_leaf_type(get_named_type(requested.type))
            ]
            chosen = self.chance.sample(names, min(len(names), self.chance.choice([1, 2, 4, 20])))
            twice = chosen[:1] if self.chance.random() < 0.3 else []
            parts += [self._field(type_, name, depth) for name in (*chosen, *twice)]
            if depth < _MAX_DEPTH and self.chance.random() < 0.3:
                parts.append(self._fragment(type_, depth))
        if is_abstract_type(type_):
            parts += [self._fragment(possible, depth) for possible in self.schema.get_possible_types(type_)]
        self.chance.shuffle(parts)
        return " ".join(parts) or "__typename"

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        requested = type_.fields[name]
        of_type = get_named_type(requested.type)
        selection = "" if is_leaf_type(of_type) else f" {{ {self._selection(of_type, depth + 1)} }}"
        alias = self._alias() if depth else ""
        return f"{alias}{name}{self._arguments(requested.args)} {self._condition()}{selection}"

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
        provided = []
        for name, argument in arguments.items():
            if name in _ARGUMENTS:
                if name != "suffix" or self.chance.random() < 0.5:
                    provided.append(f"{name}: {_ARGUMENTS[name]}")
            elif is_non_null_type(argument.type) or self.chance.random() < 0.6:
                provided.append(f"{name}: {self._argument_value(argument.type)}")
        return f"({', '.join(provided)})" if provided else ""

    def _argument_value(self, type_: GraphQLInputType) -> str:
        """A literal, one around a variable, or a variable; nullable with a default where the type is not."""
        if self.chance.random() < 0.5:
            return self._inputs.literal(type_)
        bare = get_nullable_type(type_)
        if is_list_type(bare) and self.chance.random() < 0.3:
            return f"[{self._variable(bare.of_type)}]"
        return self._variable(type_)

    def _variable(self, type_: GraphQLInputType) -> str:
        name, bare = f"v{len(self._declared)}", get_nullable_type(type_)
        has_default = self.chance.random() < 0.3
        declared = bare if has_default else type_
        default = f" = {self._inputs.literal(bare)}" if has_default else ""
        self._declared[name] = (f"{declared}{default}", declared)
        return f"${name}"
