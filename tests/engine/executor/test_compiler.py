"""Compiled completion returns the same as graphql-core for all values."""

from itertools import product
from random import Random
from typing import Any

import pytest
from graphql import get_operation_ast, parse
from graphql.execution.collect_fields import collect_fields

from engine.executor.compiler import CompiledExecutor
from engine.executor.plan_cache import NOT_COMPLETED, CompletionPlan, PlanCache
from tests.engine.executor.differential import (
    CORE,
    QUERIES,
    SEED,
    SEED_VARIABLE,
    assert_same,
    execute_compiled,
)
from tests.engine.executor.edge_case_values import VALUES
from tests.engine.executor.random_documents import RandomRequest, RequestGenerator
from tests.subtest_cases import for_each

# Values that a document does not ask for are never waited for.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

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


DOCUMENTS = {root: parse(EVERYTHING % root) for root in ("thing", "things", "thingsOpt")}


@for_each("value", VALUES)
async def test_every_value_completes_as_in_graphql_core(value: str) -> None:
    among_others = {"values": ["fitting", value, "fitting"]}
    await assert_same(RandomRequest(DOCUMENTS["thing"], {"values": [value]}), times=3)
    await assert_same(RandomRequest(DOCUMENTS["things"], among_others), times=3)
    await assert_same(RandomRequest(DOCUMENTS["thingsOpt"], among_others), times=3)


@pytest.mark.random_search
async def test_random_documents_complete_as_in_graphql_core() -> None:
    print(f"{SEED_VARIABLE}={SEED}")
    asking = RequestGenerator(CORE, Random(SEED), list(VALUES))

    for _ in range(QUERIES):
        await assert_same(asking.next("query", CORE.query_type), times=3)
    for _ in range(QUERIES // 5):
        await assert_same(asking.next("mutation", CORE.mutation_type), times=3)


async def test_the_fields_of_an_operation_are_collected_twice_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collected: list[object] = []

    def counted(*arguments: Any) -> Any:
        collected.append(arguments)
        return collect_fields(*arguments)

    monkeypatch.setattr("graphql.execution.executor.collect_fields", counted)
    document, plans = parse(SKIPPING), PlanCache(CORE)

    answers = [
        (await execute_compiled(RandomRequest(document, {"out": number % 2 == 0}), plans)).data
        for number in range(12)
    ]

    assert len(collected) <= 4
    assert [sorted(answer or ()) for answer in answers] == [["things"], ["none", "things"]] * 6


async def test_a_fitting_list_is_completed_by_generated_code(monkeypatch: pytest.MonkeyPatch) -> None:
    requested, plans = RandomRequest(parse(FITTING_LISTS), {"values": ["fitting"] * 3}), PlanCache(CORE)
    await execute_compiled(requested, plans)

    monkeypatch.setattr(CompiledExecutor, "complete_value", _unless_at_the_root(CompiledExecutor))
    answered = await execute_compiled(requested, plans)

    assert answered.errors is None


def _unless_at_the_root(executor: type[CompiledExecutor]) -> Any:
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

    plan = CompletionPlan(fail)

    assert {plan(number) for number in range(100)} == {NOT_COMPLETED}
    assert len(met) < 100


async def test_an_operation_that_runs_once_is_not_compiled() -> None:
    plans, document = PlanCache(CORE), parse("{ hello }")
    node = get_operation_ast(document)
    assert node is not None

    assert plans.get_operation(document, node) is None
    assert plans.get_operation(document, node) is not None


def _variants(document: str, variables: list[dict[str, Any]]) -> list[object]:
    plans, parsed = PlanCache(CORE), parse(document)
    node = get_operation_ast(parsed)
    assert node is not None
    plans.get_operation(parsed, node)
    operation = plans.get_operation(parsed, node)
    assert operation is not None
    return [operation.get_variant(values) for values in variables]


def test_only_the_latest_variants_of_an_operation_are_kept() -> None:
    numbers = [{"n": number} for number in range(200)]

    kept = _variants("query ($n: Int) { hello @include(if: $n) }", [*numbers, *reversed(numbers)])

    assert kept[199] is kept[200]
    assert kept[190] is kept[209]
    assert kept[0] is not None
    assert kept[0] is not kept[399]


async def test_the_last_of_many_combinations_of_conditions_is_compiled_as_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = "abcdef"
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: text @include(if: ${name})" for name in names)
    document = parse(f'query ({declared}) {{ things(values: ["fitting"]) {{ id {fields} }} }}')
    combinations = [dict(zip(names, chosen, strict=True)) for chosen in product([True, False], repeat=6)]
    plans = PlanCache(CORE)
    for variables in combinations:
        await execute_compiled(RandomRequest(document, variables), plans)
    await execute_compiled(RandomRequest(document, combinations[-1]), plans)

    monkeypatch.setattr(CompiledExecutor, "complete_value", _unless_at_the_root(CompiledExecutor))
    answered = await execute_compiled(RandomRequest(document, combinations[-1]), plans)

    assert answered.data == {"things": [{"id": "1"}]}
    assert answered.errors is None
