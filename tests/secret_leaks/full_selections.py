"""Documents that ask for all that a root field can show."""

import dataclasses
from collections.abc import Iterator

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    parse,
    print_ast,
)

import schema
from tests.schema.roots import ROOT_FIELDS
from tests.schema.test_examples import example_of

_LEVELS = 5


def full_documents(name: str) -> Iterator[str]:
    """The example of a root field, with all possible fields instead of its selection.

    One document for each type that it may answer.
    """
    (operation,) = parse(example_of(name)).definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    selected = print_ast(dataclasses.replace(field, selection_set=None))
    shown = get_named_type(ROOT_FIELDS[name].type)
    kinds = [shown]
    if isinstance(shown, GraphQLUnionType | GraphQLInterfaceType):
        kinds = list(schema.schema._schema.get_possible_types(shown))
    for kind in kinds:
        assert isinstance(kind, GraphQLObjectType)
        everything = f"__typename ... on {kind.name} {{ {_fields(kind, _LEVELS, ())} }}"
        yield f"{operation.operation.value} {{ {selected} {{ {everything} }} }}"


def _fields(type_: GraphQLObjectType, levels: int, above: tuple[str, ...]) -> str:
    """Every field of the type and of those within it, each type once on a way down."""
    shown = []
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType):
            shown.append(name)
        elif levels > 1 and inner.name not in above:
            shown.append(f"{name} {{ {_fields(inner, levels - 1, (*above, type_.name))} }}")
    return " ".join(shown)
