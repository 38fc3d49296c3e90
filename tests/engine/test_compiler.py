"""Compiled completion answers what graphql-core does, whatever the values are."""

import inspect
import json
from collections import Counter
from random import Random
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, execute, get_operation_ast, parse
from graphql.execution.collect_fields import collect_fields
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.compiler import CompiledExecution
from engine.plans import UNCOMPLETED, Plan, Plans
from tests.cases import for_each
from tests.engine.odd_schema import SCHEMA
from tests.engine.odd_values import VALUES
from tests.engine.random_documents import Asked, Asking
from tests.searches import DEPTH

# Values that a document does not ask for are never waited for.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

CORE = SCHEMA._schema
EVERYTHING = """
query ($values: [String!]!) { %s(values: $values) {
  id text textOpt whole broken truth colour size number moment day exact uuid json reversed grid gridOpt tags
  leaf { __typename id title weight } leafOpt { title } leaves { id title }
  node { __typename id ... on Leaf { title } } either { __typename ... on Branch { name leaves { title } } }
  view { title weight longTitle leaf { id } } views { __typename longTitle title }
} }
"""
FITTING_LISTS = """
query ($values: [String!]!) { things(values: $values) { id text leaf { title } views { longTitle } colour } }
"""

SKIPPING = """
query ($out: Boolean!) { things(values: ["fitting"]) { id } none: things(values: []) @skip(if: $out) { id } }
"""


async def _executed(asked: Asked, plans: Plans | None) -> ExecutionResult:
    if plans is None:
        result = execute(
            CORE,
            asked.document,
            variable_values=asked.variables,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # typed as a plain bool there
            operation_extensions=None,
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
    else:
        executor = CompiledExecution.of(
            CORE,
            asked.document,
            get_operation_ast(asked.document),
            plans=plans,
            context_value=None,
            raw_variable_values=asked.variables,
            operation_name=None,
            is_awaitable=optimized_is_awaitable,
            hide_suggestions=False,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        result = executor.execute_operation()
    return await result if inspect.isawaitable(result) else result


def _written(result: ExecutionResult) -> tuple[bytes, Counter[str]]:
    # Errors of places that fail at the same time come in any order.
    errors = (json.dumps(error.formatted, default=str, sort_keys=True) for error in result.errors or [])
    return orjson.dumps(result.data), Counter(errors)


async def _assert_same(asked: Asked, *, times: int = 4) -> None:
    expected = _written(await _executed(asked, None))
    plans = Plans(CORE)
    for _ in range(times):
        assert _written(await _executed(asked, plans)) == expected, (asked.document.loc, asked.variables)


@for_each("root", ["things", "thingsOpt", "thing"])
@for_each("value", VALUES)
async def test_every_value_completes_as_in_graphql_core(root: str, value: str) -> None:
    document = parse(EVERYTHING % root)

    await _assert_same(Asked(document, {"values": [value]}))
    await _assert_same(Asked(document, {"values": ["fitting", value, "fitting"]}))


@pytest.mark.random_search
@for_each("seed", range(2 * DEPTH))
async def test_random_documents_complete_as_in_graphql_core(seed: int) -> None:
    asking = Asking(CORE, Random(seed), list(VALUES))

    for _ in range(60):
        await _assert_same(asking.next("query", CORE.query_type))
    for _ in range(6):
        await _assert_same(asking.next("mutation", CORE.mutation_type))


async def test_the_fields_of_an_operation_are_collected_twice_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collected: list[object] = []

    def counted(*arguments: Any) -> Any:
        collected.append(arguments)
        return collect_fields(*arguments)

    monkeypatch.setattr("graphql.execution.executor.collect_fields", counted)
    document, plans = parse(SKIPPING), Plans(CORE)

    answers = [
        (await _executed(Asked(document, {"out": number % 2 == 0}), plans)).data for number in range(12)
    ]

    assert len(collected) <= 4
    assert [sorted(answer or ()) for answer in answers] == [["things"], ["none", "things"]] * 6


async def test_a_fitting_list_is_completed_by_generated_code(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, plans = Asked(parse(FITTING_LISTS), {"values": ["fitting"] * 3}), Plans(CORE)
    await _executed(asked, plans)

    monkeypatch.setattr(CompiledExecution, "complete_value", _unless_at_the_root(CompiledExecution))
    answered = await _executed(asked, plans)

    assert answered.errors is None


def _unless_at_the_root(executor: type[CompiledExecution]) -> Any:
    complete_value: Any = executor.complete_value

    def complete(self: Any, type_: Any, details: Any, info: Any, path: Any, *more: Any) -> Any:
        assert path.prev is None, f"graphql-core completes {path.as_list()}"
        return complete_value(self, type_, details, info, path, *more)

    return complete


def test_a_plan_that_keeps_failing_gives_up() -> None:
    met: list[object] = []

    def fail(value: object) -> None:
        met.append(value)
        raise TypeError

    plan = Plan(fail)

    assert {plan(number) for number in range(100)} == {UNCOMPLETED}
    assert len(met) < 100


async def test_an_operation_that_runs_once_is_not_compiled() -> None:
    plans, document = Plans(CORE), parse("{ hello }")
    node = get_operation_ast(document)
    assert node is not None

    assert plans.of(document, node) is None
    assert plans.of(document, node) is not None


def test_an_operation_has_few_variants() -> None:
    plans, document = Plans(CORE), parse("query ($n: Int) { hello @include(if: $n) }")
    node = get_operation_ast(document)
    assert node is not None
    plans.of(document, node)
    operation = plans.of(document, node)
    assert operation is not None

    kept = [operation.variant({"n": number}) for number in range(100)]

    assert 10 < sum(variant is not None for variant in kept) < 50
