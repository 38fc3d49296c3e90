"""One operation, from its text to its answer, whatever carried it here."""

import inspect
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

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
    execute,
    execute_subscription_event,
    get_operation_ast,
    located_error,
    map_source_to_response_event,
)
from graphql.pyutils import AwaitableOrValue
from strawberry.execution import optimized_is_awaitable

from domain import texts
from domain.messages import Language
from engine import errors, limits
from engine.compiler import CompiledExecution
from engine.documents import Documents, UnusableDocument
from engine.plans import Plans


class RequestContext(Protocol):
    """What the engine itself reads of the context that it hands to fields."""

    language: Language

    def renewed(self) -> Self:
        """The same caller with nothing remembered, for the next event of a subscription."""


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """What a client asks to run."""

    query: str
    operation_name: str | None = None
    variables: dict[str, object] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it; `has_run` is False where nothing was executed, and there is no data then."""

    data: dict[str, Any] | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    has_run: bool = True


class OperationNotAllowed(Exception):
    """The operation's type may not come this way."""

    def __init__(self, operation: OperationType) -> None:
        super().__init__(operation)
        self.operation = operation


class Engine:
    """Runs operations on one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema
        self._documents = Documents(schema)
        self._plans = Plans()

    async def run(
        self, request: GraphQLRequest, context: RequestContext, *, allowed: frozenset[OperationType]
    ) -> Answer:
        """The answer, its errors as `errors.public` words them.

        Raises:
            OperationNotAllowed: the operation's type is not among `allowed`.
        """
        try:
            document = self._prepared(request)
        except UnusableDocument as unusable:
            return _refusal(unusable.errors, context)
        operation = get_operation_ast(document, request.operation_name)
        if operation is not None and operation.operation not in allowed:
            raise OperationNotAllowed(operation.operation)
        return await self._executed(document, request, context)

    async def stream(self, request: GraphQLRequest, context: RequestContext) -> AsyncGenerator[Answer, None]:
        """The answers to an operation of any type: one, or a subscription's, one an event.

        A subscription that fails ends with an answer that has not run. Each event gets a context of its own.
        """
        try:
            document = self._prepared(request)
        except UnusableDocument as unusable:
            yield _refusal(unusable.errors, context)
            return
        operation = get_operation_ast(document, request.operation_name)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            yield await self._executed(document, request, context)
            return
        async with aclosing(self._followed(document, operation, request, context)) as answers:
            async for answer in answers:
                yield answer

    def _prepared(self, request: GraphQLRequest) -> DocumentNode:
        document = self._documents.prepare(request.query)
        _check_storable(request)
        return document

    async def _executed(
        self, document: DocumentNode, request: GraphQLRequest, context: RequestContext
    ) -> Answer:
        result = execute(
            self._schema._schema,
            document,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # typed as a plain bool there
            executor_class=CompiledExecution,
            operation_extensions=None,
            plans=self._plans,
        )
        return _answer(await result if inspect.isawaitable(result) else result, context)

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
        )
        if isinstance(executor, list):
            yield _refusal(executor, context)
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


def _answer(result: ExecutionResult, context: RequestContext) -> Answer:
    found = result.errors or []
    return Answer(
        data=result.data,
        errors=[errors.public(error, context.language) for error in found],
        # Errors of fields have a path; those of variables and of the operation's name have none.
        has_run=result.data is not None or any(error.path for error in found),
    )


def _refusal(found: list[GraphQLError], context: RequestContext) -> Answer:
    return Answer(errors=[errors.public(error, context.language) for error in found], has_run=False)


def _located(error: Exception, operation: OperationDefinitionNode) -> GraphQLError:
    """An error of a subscription's source at the place of its field, as one of a query's field would be."""
    root = operation.selection_set.selections[0]
    if not isinstance(root, FieldNode):
        return located_error(error, [root])
    return located_error(error, [root], [root.alias.value if root.alias else root.name.value])


def _check_storable(request: GraphQLRequest) -> None:
    """Refuse texts that no database could store, wherever in the variables."""
    # Not recursive: JSON may be nested deeper than Python's stack.
    rest: list[object] = [request.variables]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += (*value.keys(), *value.values())
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str) and not texts.is_storable(value):
            raise UnusableDocument([GraphQLError(limits.UNSTORABLE)], code="BAD_USER_INPUT")
