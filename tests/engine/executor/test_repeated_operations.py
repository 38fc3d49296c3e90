"""The product's operations return the same as graphql-core, in the first run and in later ones."""

import gc
import weakref
from typing import Any

import pytest
import pytest_asyncio
from graphql import ExecutionResult, GraphQLObjectType, OperationType, parse
from strawberry.schema.schema_converter import GraphQLCoreConverter

import database
import schema
from domain.problem_messages import Language
from engine.execution import Engine
from engine.executor.hints import FieldHints, Relation, RowPart
from engine.executor.row_layout import RowLayout
from engine.protection.admission import GraphQLRequest
from models import Order, User
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.pagination import Page
from schema.context import Context
from schema.node import to_global_id
from tests.engine.executor.differential import execute_with_graphql_core
from tests.engine.executor.random_documents import RandomRequest
from tests.fakes import create_user
from tests.resolvers.factories import create_order, create_service
from tests.schema.lists import ADD, connections
from tests.subtest_cases import for_each

QUERY = """
query ($b: Boolean = false) {
  o: orders(first: 3) { edges { node { id dripFeed { runs @skip(if: $b) } } } } me { id }
}
"""
MUTATION = """
mutation ($service: ID!, $b: Boolean = false) {
  createOrder(input: {
    serviceId: $service, link: "https://example.com/p", quantity: 10, dripFeed: {runs: 2, interval: 5}
  }) { __typename ... on Order { quantity dripFeed { interval runs @skip(if: $b) } } }
}
"""
TYPES = schema.schema._schema.type_map
ALLOWED = frozenset({OperationType.QUERY, OperationType.MUTATION})


@pytest_asyncio.fixture
async def buyer(app: AppContext) -> User:
    """A buyer with one drip-feed order and two others."""
    buyer = await create_user(balance=10_000_000)
    service = await create_service(drip_feed=True)
    orders = [await create_order(buyer, service) for _ in range(3)]
    await Order.filter(id=orders[1].id).update(is_drip_feed=True, runs=3, interval=5)
    return buyer


async def _context(app: AppContext, buyer: User) -> Context:
    token, _ = await sessions.issue_token(app, buyer, now=await database.now())
    viewer = await sessions.authenticate(app, token)
    return Context(app=app, viewer=viewer, address="127.0.0.1", language=Language.ENGLISH)


async def _assert_three_times_as_graphql_core(
    document: str, variables: dict[str, Any], app: AppContext, buyer: User, *, compiles: bool = True
) -> ExecutionResult:
    requested = RandomRequest(parse(document), variables)
    expected = await execute_with_graphql_core(
        schema.schema._schema, requested, context=await _context(app, buyer)
    )
    engine = Engine(schema.schema, app.settings, compiles=compiles)
    for _ in range(3):
        request = GraphQLRequest(query=document, variables=variables)
        answer = await engine.run(request, await _context(app, buyer), allowed=ALLOWED)
        assert answer.data == expected.data
        assert [(error.path, error.message, error.locations) for error in answer.errors] == [
            (error.path, error.message, error.locations) for error in expected.errors or []
        ]
    return expected


ROW_LISTS = {"orders": "Order", "services": "Service"}
"""The lists that are completed from rows, with the type of their nodes."""

FIELDS_WITHOUT_ROWS = {"dripFeed", "subscription", "history", "publicMessage", "refills"}
"""Fields of these types that need an object."""


def _get_row_parts(type_name: str) -> dict[str, RowPart | None]:
    """What each field of a type shows of a row."""
    type_ = TYPES[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return {
        name: FieldHints.of(field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]).row_part
        for name, field in type_.fields.items()
    }


def _select_row_fields(type_name: str) -> str:
    """Every field that is read from the row, those of related rows included."""
    selected = []
    for name, part in _get_row_parts(type_name).items():
        if isinstance(part, Relation):
            selected.append(f"{name} {{ {_select_row_fields(name.capitalize())} }}")
        elif part is not None:
            selected.append(name)
        else:
            assert name in FIELDS_WITHOUT_ROWS, f"{type_name}.{name} is no longer read from rows"
    return " ".join(selected)


async def test_these_lists_are_read_as_rows_and_no_others(
    app: AppContext, buyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_as_rows = set()
    read_layout = vars(Page)["layout"].fget

    def record(page: Page[Any]) -> RowLayout | None:
        layout: RowLayout | None = read_layout(page)
        if layout is not None:
            read_as_rows.add(name)
        return layout

    monkeypatch.setattr(Page, "layout", property(record))
    engine = Engine(schema.schema, app.settings, compiles=True)
    for name in connections():
        await ADD[name](buyer, 1)
        request = GraphQLRequest(query=f"{{ {name}(first: 1) {{ edges {{ cursor }} }} }}")
        for _ in range(3):
            answer = await engine.run(request, await _context(app, buyer), allowed=ALLOWED)
            assert not answer.errors

    assert read_as_rows == set(ROW_LISTS)


@for_each("name, node", ROW_LISTS.items())
async def test_a_known_list_is_completed_from_its_rows_without_objects(
    name: str, node: str, app: AppContext, buyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(schema.schema, app.settings, compiles=True)
    edges = f"edges {{ cursor node {{ {_select_row_fields(node)} }} }}"
    request = GraphQLRequest(query=f"{{ {name}(first: 2) {{ {edges} }} }}")
    for _ in range(3):
        expected = await engine.run(request, await _context(app, buyer), allowed=ALLOWED)

    def fail(_: object) -> None:
        raise AssertionError("objects were made of the rows")

    with monkeypatch.context() as patched:
        patched.setattr(Page, "nodes", property(fail))
        answer = await engine.run(request, await _context(app, buyer), allowed=ALLOWED)

    assert not expected.errors
    assert (answer.data, answer.errors) == (expected.data, [])
    assert answer.data is not None
    assert answer.data[name]["edges"]


async def test_an_uncompiled_engine_answers_the_same(app: AppContext, buyer: User) -> None:
    for condition in (True, None):
        await _assert_three_times_as_graphql_core(QUERY, {"b": condition}, app, buyer, compiles=False)


async def test_a_condition_that_is_null_fails_at_its_field_each_time(app: AppContext, buyer: User) -> None:
    result = await _assert_three_times_as_graphql_core(QUERY, {"b": None}, app, buyer)

    assert result.data is not None
    nodes = [edge["node"] for edge in result.data["o"]["edges"]]
    assert [node["dripFeed"] for node in nodes] == [None] * 3
    assert [error.path for error in result.errors or []] == [["o", "edges", 1, "node", "dripFeed"]]


async def test_a_mutation_with_such_a_condition_is_carried_out_once_and_answers(
    app: AppContext, buyer: User
) -> None:
    service = await create_service(drip_feed=True)
    variables = {"service": to_global_id("Service", service.id), "b": None}

    result = await _assert_three_times_as_graphql_core(MUTATION, variables, app, buyer)

    assert result.data == {"createOrder": {"__typename": "Order", "quantity": 20, "dripFeed": None}}
    # One by graphql-core and three by the engine.
    assert await Order.filter(service=service).count() == 4


async def test_an_executed_operation_is_freed_without_the_garbage_collector(
    app: AppContext, buyer: User
) -> None:
    engine = Engine(schema.schema, app.settings)
    request = GraphQLRequest(query=QUERY, variables={})
    # The first run has to build what later ones reuse.
    await engine.run(request, await _context(app, buyer), allowed=ALLOWED)
    context = await _context(app, buyer)
    left_context = weakref.ref(context)
    gc.disable()
    try:
        await engine.run(request, context, allowed=ALLOWED)
        del context
        assert left_context() is None
    finally:
        gc.enable()
