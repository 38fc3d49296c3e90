"""Runs operations by graphql-core and by the compiled engine, and compares results and side effects.

Random runs use and print a new seed each time; `DIFFERENTIAL_SEED` repeats a run.
"""

import inspect
import json
import os
import secrets
from collections import Counter
from typing import cast

import orjson
from graphql import ExecutionResult, GraphQLSchema, execute, get_operation_ast
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.executor.compiler import CompiledExecutor
from engine.executor.plan_cache import PlanCache
from tests.engine.executor.edge_case_schema import CARRIED_OUT, SCHEMA
from tests.engine.executor.random_documents import RandomRequest
from tests.search_depth import DEPTH

CORE = SCHEMA._schema
SEED_VARIABLE = "DIFFERENTIAL_SEED"
SEED = int(os.environ.get(SEED_VARIABLE) or secrets.randbelow(2**32))
QUERIES = int(os.environ.get("DIFFERENTIAL_QUERIES") or 30 * DEPTH)
"""Random queries of a run; there is a mutation to every five."""

Outcome = tuple[bytes, Counter[str], list[str]]
"""Data as it is written, errors, and what mutations did."""


async def execute_with_graphql_core(
    schema: GraphQLSchema, request: RandomRequest, *, context: object = None
) -> ExecutionResult:
    """The result of graphql-core, with Strawberry's own execution context."""
    result = execute(
        schema,
        request.document,
        context_value=context,
        variable_values=request.variables,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # typed as a plain bool there
        operation_extensions=None,
        executor_class=StrawberryGraphQLCoreExecutionContext,
    )
    return await result if inspect.isawaitable(result) else result


async def execute_compiled(request: RandomRequest, plans: PlanCache) -> ExecutionResult:
    """The result of the compiled engine."""
    executor = CompiledExecutor.prepare(
        CORE,
        request.document,
        get_operation_ast(request.document),
        plans=plans,
        context_value=None,
        raw_variable_values=request.variables,
        operation_name=None,
        is_awaitable=optimized_is_awaitable,
        hide_suggestions=False,
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    result = executor.execute_operation()
    finished = await result if inspect.isawaitable(result) else result
    return cast(ExecutionResult, finished)


async def assert_same(request: RandomRequest, *, times: int = 4) -> list[Outcome]:
    """Compare `times` runs with each of the variables, in turns. Returns graphql-core's outcomes."""
    draws = [RandomRequest(request.document, variables) for variables in (request.variables, *request.more)]
    expected = [await _outcome(draw, None) for draw in draws]
    plans = PlanCache(CORE)
    for _ in range(times):
        for draw, reference in zip(draws, expected, strict=True):
            assert await _outcome(draw, plans) == reference, _reproduction(draw)
    return expected


async def _outcome(request: RandomRequest, plans: PlanCache | None) -> Outcome:
    CARRIED_OUT.clear()
    result = await (
        execute_with_graphql_core(CORE, request) if plans is None else execute_compiled(request, plans)
    )
    # Errors of places that fail at the same time come in any order.
    errors = (json.dumps(error.formatted, default=str, sort_keys=True) for error in result.errors or [])
    return orjson.dumps(result.data), Counter(errors), list(CARRIED_OUT)


def _reproduction(request: RandomRequest) -> str:
    text = request.document.loc.source.body if request.document.loc else ""
    return f"{text}\n{json.dumps(request.variables, ensure_ascii=False)}\n{SEED_VARIABLE}={SEED}"
