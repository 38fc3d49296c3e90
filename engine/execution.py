"""One operation, from its text to its answer, whatever carried it here."""

import inspect
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
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
from engine import errors
from engine.accounts import Cost
from engine.admission import Admission, Admitted, GraphQLRequest, Refused, RequestContext, Wait
from engine.compiler import CompiledExecution
from engine.documents import MAX_ERRORS
from engine.measurement import Measurement
from engine.plans import Plans
from models import costly_reads
from observation import security_log
from observation.security_log import SecurityEvent


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it; `has_run` is False where nothing was executed, and there is no data then."""

    data: dict[str, Any] | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    has_run: bool = True
    cost: Cost | None = None
    retry_after_seconds: int | None = None


class OperationNotAllowed(Exception):
    """The operation's type may not come this way."""

    def __init__(self, operation: OperationType) -> None:
        super().__init__(operation)
        self.operation = operation


class Engine:
    """Runs operations on one schema."""

    def __init__(self, schema: strawberry.Schema, settings: Settings) -> None:
        self._schema = schema
        self._hides_suggestions = not settings.shows_graphql_schema
        self._plans = Plans(schema._schema)
        self.admission = Admission(schema, settings, on_evict=self._plans.forget)
        names = (*settings.metrics_operations, *self.admission.trusted_operations)
        self._measurement = Measurement(frozenset(names))

    async def run(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allowed: frozenset[OperationType],
        wait: Wait | None = None,
    ) -> Answer:
        """The answer, its errors as `errors.public` words them. `wait` may give up an unseen document.

        Raises:
            OperationNotAllowed: the operation's type is not among `allowed`.
        """
        try:
            admitted = await self.admission.admit(request, context, wait=wait)
        except Refused as refused:
            return _refused(refused, context)
        costly_reads.CALLER.set(admitted.caller)
        operation = get_operation_ast(admitted.document, request.operation_name)
        if operation is not None and operation.operation not in allowed:
            raise OperationNotAllowed(operation.operation)
        began = time.perf_counter()
        answer = await self._executed(admitted, operation, request, context)
        self._measurement.note(operation, answer.errors, seconds=time.perf_counter() - began)
        return answer

    async def stream(self, request: GraphQLRequest, context: RequestContext) -> AsyncGenerator[Answer, None]:
        """The answers to an operation of any type: one, or a subscription's, one an event.

        A subscription that fails ends with an answer that has not run. Each event gets a context of its own.
        """
        try:
            admitted = await self.admission.admit(request, context)
        except Refused as refused:
            yield _refused(refused, context)
            return
        costly_reads.CALLER.set(admitted.caller)
        document = admitted.document
        operation = get_operation_ast(document, request.operation_name)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            began = time.perf_counter()
            answer = await self._executed(admitted, operation, request, context)
            self._measurement.note(operation, answer.errors, seconds=time.perf_counter() - began)
            yield answer
            return
        async with aclosing(self._followed(document, operation, request, context)) as answers:
            async for answer in answers:
                yield replace(answer, cost=admitted.cost_now())

    async def _executed(
        self,
        admitted: Admitted,
        operation: OperationDefinitionNode | None,
        request: GraphQLRequest,
        context: RequestContext,
    ) -> Answer:
        executor = CompiledExecution.of(
            self._schema._schema,
            admitted.document,
            # Plans keep their operation alive: none for a document that is not kept itself.
            operation if admitted.is_kept else None,
            plans=self._plans,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=optimized_is_awaitable,
            hide_suggestions=self._hides_suggestions,
            max_coercion_errors=MAX_ERRORS,
        )
        if isinstance(executor, list):
            return _refusal(executor[:MAX_ERRORS], context, cost=admitted.cost)
        result = executor.execute_operation()
        # Nothing is delivered bit by bit here, which the same method would answer otherwise.
        return _answer(
            cast(ExecutionResult, await result if inspect.isawaitable(result) else result),
            context,
            cost=admitted.cost,
        )

    async def _followed(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: RequestContext,
    ) -> AsyncGenerator[Answer, None]:
        executor = self._schema.execution_context_class.build(
            self._schema._schema,
            document,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            operation_extensions=None,
            hide_suggestions=self._hides_suggestions,
            max_coercion_errors=MAX_ERRORS,
        )
        if isinstance(executor, list):
            yield _refusal(executor[:MAX_ERRORS], context)
            return
        created = create_source_event_stream(executor)
        source = await created if inspect.isawaitable(created) else created
        if isinstance(source, ExecutionResult):
            yield _refusal(source.errors or [], context)
            return

        def execute_event(event: Executor[Any]) -> AwaitableOrValue[ExecutionResult]:
            event.context_value = context.renewed()
            return execute_subscription_event(event)

        try:
            async with aclosing(map_source_to_response_event(executor, source, execute_event)) as results:
                async for result in results:
                    yield _answer(result, context)
        except Exception as error:
            yield _refusal([_located(error, operation)], context)


def _answer(result: ExecutionResult, context: RequestContext, *, cost: Cost | None = None) -> Answer:
    found = result.errors or []
    # Errors of fields have a path; those of variables and of the operation's name have none.
    if result.data is None and not any(error.path for error in found):
        return _refusal(found[:MAX_ERRORS], context, cost=cost)
    public = [errors.public(error, context.language) for error in found]
    return Answer(data=result.data, errors=public, cost=cost)


def _refusal(found: list[GraphQLError], context: RequestContext, *, cost: Cost | None = None) -> Answer:
    public = [errors.public(error, context.language) for error in found]
    return Answer(errors=public, has_run=False, cost=cost)


def _refused(refused: Refused, context: RequestContext) -> Answer:
    if refused.retry_after_seconds is not None:
        user_id = context.viewer.user.id if context.viewer else None
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED, user_id=user_id, limit="graphql")
    answer = _refusal(refused.errors, context, cost=refused.cost)
    return replace(answer, retry_after_seconds=refused.retry_after_seconds)


def _located(error: Exception, operation: OperationDefinitionNode) -> GraphQLError:
    """An error of a subscription's source at the place of its field, as one of a query's field would be."""
    root = operation.selection_set.selections[0]
    if not isinstance(root, FieldNode):
        return located_error(error, [root])
    return located_error(error, [root], [root.alias.value if root.alias else root.name.value])
