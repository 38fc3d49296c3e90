"""Executing one operation, independent of the transport."""

import inspect
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    create_source_event_stream,
    execute_subscription_event,
    get_operation_ast,
    located_error,
    map_source_to_response_event,
)
from graphql.pyutils import AwaitableOrValue
from strawberry.execution import optimized_is_awaitable

from config.settings import Settings
from database import costly_reads
from engine import errors
from engine.executor.compiler import CompiledExecutor
from engine.executor.library_versions import find_untested_versions
from engine.executor.plan_cache import PlanCache
from engine.metrics import OperationMetrics
from engine.protection.accounts import Cost
from engine.protection.admission import (
    Admission,
    AdmissionRejected,
    Admitted,
    GraphQLRequest,
    RequestContext,
    Wait,
)
from engine.protection.document_cache import MAX_ERRORS
from observability import security_log
from observability.security_log import SecurityEvent

_log = logging.getLogger("vitrin.graphql")


@dataclass(frozen=True, kw_only=True)
class ExecutionOutcome:
    """The result; `was_executed` is False if nothing was executed, and then there is no data."""

    data: dict[str, Any] | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    was_executed: bool = True
    cost: Cost | None = None
    retry_after_seconds: int | None = None


class OperationNotAllowed(Exception):
    """This transport does not support the operation's type."""

    def __init__(self, operation: OperationType) -> None:
        super().__init__(operation)
        self.operation = operation


class Engine:
    """Runs operations on one schema.

    `compiles` chooses between compiled execution and graphql-core's own. Left out, operations are compiled
    unless the installed libraries are not the tested ones, which is logged.
    """

    def __init__(
        self, schema: strawberry.Schema, settings: Settings, *, compiles: bool | None = None
    ) -> None:
        self._schema = schema
        self._compiles = _are_libraries_tested() if compiles is None else compiles
        self._hides_suggestions = not settings.shows_graphql_schema
        self._plans = PlanCache(schema._schema)
        self.admission = Admission(schema, settings, on_evict=self._plans.discard)
        names = (*settings.metrics_operations, *self.admission.trusted_operations)
        self._metrics = OperationMetrics(frozenset(names))

    async def run(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allowed: frozenset[OperationType],
        wait: Wait | None = None,
    ) -> ExecutionOutcome:
        """The result, with public errors. `wait` may abandon an unseen document.

        Raises:
            OperationNotAllowed: the operation's type is not among `allowed`.
        """
        try:
            admitted = await self.admission.admit(request, context, wait=wait)
        except AdmissionRejected as rejected:
            return _reject(rejected, context)
        costly_reads.CALLER.set(admitted.caller)
        operation = get_operation_ast(admitted.document, request.operation_name)
        if operation is not None and operation.operation not in allowed:
            raise OperationNotAllowed(operation.operation)
        started_at = time.perf_counter()
        outcome = await self._execute(admitted, operation, request, context)
        self._metrics.record(operation, outcome.errors, seconds=time.perf_counter() - started_at)
        return outcome

    async def stream(
        self, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[ExecutionOutcome, None]:
        """The results of an operation of any type: one, or one per event of a subscription.

        A subscription that fails ends with a result that was not executed. Each event gets its own context.
        """
        try:
            admitted = await self.admission.admit(request, context)
        except AdmissionRejected as rejected:
            yield _reject(rejected, context)
            return
        costly_reads.CALLER.set(admitted.caller)
        document = admitted.document
        operation = get_operation_ast(document, request.operation_name)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            started_at = time.perf_counter()
            outcome = await self._execute(admitted, operation, request, context)
            self._metrics.record(operation, outcome.errors, seconds=time.perf_counter() - started_at)
            yield outcome
            return
        async with aclosing(self._subscribe(document, operation, request, context)) as outcomes:
            async for outcome in outcomes:
                yield replace(outcome, cost=admitted.get_current_cost())

    async def _execute(
        self,
        admitted: Admitted,
        operation: OperationDefinitionNode | None,
        request: GraphQLRequest,
        context: RequestContext,
    ) -> ExecutionOutcome:
        if self._compiles:
            # Plans keep their operation alive, so there are none for a document that is not cached.
            executor = self._prepare(admitted, operation if admitted.is_cached else None, request, context)
        else:
            executor = self._build(admitted.document, request, context)
        if isinstance(executor, list):
            return _build_rejection(executor[:MAX_ERRORS], context, cost=admitted.cost)
        result = executor.execute_operation()
        if inspect.isawaitable(result):
            result = await result
        # They refer to the executor, which would keep it and all that it read until a garbage collection.
        del executor.async_helpers
        # This schema has no incremental delivery, which the same method would also return.
        return _build_outcome(cast(ExecutionResult, result), context, cost=admitted.cost)

    def _prepare(
        self,
        admitted: Admitted,
        operation: OperationDefinitionNode | None,
        request: GraphQLRequest,
        context: RequestContext,
    ) -> list[GraphQLError] | Executor[Any]:
        """Compiled execution; graphql-core's own where `operation` is None."""
        return CompiledExecutor.prepare(
            self._schema._schema,
            admitted.document,
            operation,
            plans=self._plans,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=optimized_is_awaitable,
            hide_suggestions=self._hides_suggestions,
            max_coercion_errors=MAX_ERRORS,
        )

    def _build(
        self, document: DocumentNode, request: GraphQLRequest, context: RequestContext
    ) -> list[GraphQLError] | Executor[Any]:
        return self._schema.execution_context_class.build(
            self._schema._schema,
            document,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            operation_extensions=None,
            hide_suggestions=self._hides_suggestions,
            max_coercion_errors=MAX_ERRORS,
        )

    async def _subscribe(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: RequestContext,
    ) -> AsyncGenerator[ExecutionOutcome, None]:
        executor = self._build(document, request, context)
        if isinstance(executor, list):
            yield _build_rejection(executor[:MAX_ERRORS], context)
            return
        created = create_source_event_stream(executor)
        source = await created if inspect.isawaitable(created) else created
        if isinstance(source, ExecutionResult):
            yield _build_rejection(source.errors or [], context)
            return

        def execute_event(event: Executor[Any]) -> AwaitableOrValue[ExecutionResult]:
            event.context_value = context.for_next_event()
            return execute_subscription_event(event)

        try:
            async with aclosing(map_source_to_response_event(executor, source, execute_event)) as results:
                async for result in results:
                    yield _build_outcome(result, context)
        except Exception as error:
            yield _build_rejection([_locate_error(error, operation)], context)


@cache
def _are_libraries_tested() -> bool:
    untested = find_untested_versions()
    for library, version in untested.items():
        _log.warning(
            "operations run uncompiled: %s %s was not tested with the compiled engine", library, version
        )
    return not untested


def _build_outcome(
    result: ExecutionResult, context: RequestContext, *, cost: Cost | None = None
) -> ExecutionOutcome:
    graphql_errors = result.errors or []
    # Field errors have a path; errors of variables and of the operation's name have none.
    if result.data is None and not any(error.path for error in graphql_errors):
        return _build_rejection(graphql_errors[:MAX_ERRORS], context, cost=cost)
    public = [errors.to_public_error(error, context.language) for error in graphql_errors]
    return ExecutionOutcome(data=result.data, errors=public, cost=cost)


def _build_rejection(
    graphql_errors: list[GraphQLError], context: RequestContext, *, cost: Cost | None = None
) -> ExecutionOutcome:
    public = [errors.to_public_error(error, context.language) for error in graphql_errors]
    return ExecutionOutcome(errors=public, was_executed=False, cost=cost)


def _reject(rejected: AdmissionRejected, context: RequestContext) -> ExecutionOutcome:
    if rejected.retry_after_seconds is not None:
        user_id = context.viewer.user.id if context.viewer else None
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED, user_id=user_id, limit="graphql")
    outcome = _build_rejection(rejected.errors, context, cost=rejected.cost)
    return replace(outcome, retry_after_seconds=rejected.retry_after_seconds)


def _locate_error(error: Exception, operation: OperationDefinitionNode) -> GraphQLError:
    """An error of a subscription's source, located at its field as a query's field error would be."""
    root = operation.selection_set.selections[0]
    if not isinstance(root, FieldNode):
        return located_error(error, [root])
    return located_error(error, [root], [root.alias.value if root.alias else root.name.value])
