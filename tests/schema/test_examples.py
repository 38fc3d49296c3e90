"""Every root field's description has an example, which runs and returns what it shows."""

import re

import httpx
from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, parse, validate

import schema
from models import User
from resolvers.app_context import AppContext
from tests.fixtures import create_authorization
from tests.schema.roots import ROOT_FIELDS
from tests.subtest_cases import for_each

_EXAMPLE = re.compile(r"\n\n```graphql\n(.+)\n```$", re.DOTALL)


def example_of(name: str) -> str:
    """The document at the end of the field's description."""
    found = _EXAMPLE.search(ROOT_FIELDS[name].description or "")
    assert found, f"{name} has no example"
    return found[1]


@for_each("name", ROOT_FIELDS)
def test_a_root_field_is_described_with_a_valid_example_of_itself(name: str) -> None:
    document = parse(example_of(name))
    assert validate(schema.schema._schema, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    root = schema.schema._schema.get_root_type(operation.operation)
    assert isinstance(root, GraphQLObjectType)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    assert f"{root.name}.{field.name.value}" == name


async def test_the_examples_run_on_the_demo_without_errors(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    customer = await User.get(id=176)
    for name in ROOT_FIELDS:
        if name.startswith("Subscription."):
            continue
        # Signed in anew for each: one of them signs out.
        headers = await create_authorization(demo_app, customer)
        answer = await demo_client.post("/graphql", json={"query": example_of(name)}, headers=headers)
        assert "errors" not in answer.json(), name
        assert answer.json()["data"][name.partition(".")[2]] not in (None, {}), name
