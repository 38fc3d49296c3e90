"""One operation, from its text to its answer, whatever carried it here."""

import inspect
from dataclasses import dataclass, field
from typing import Any, Protocol

import strawberry
from graphql import GraphQLError, OperationType, execute, get_operation_ast
from strawberry.execution import optimized_is_awaitable

from domain import texts
from domain.messages import Language
from engine import errors, limits
from engine.documents import Documents, UnusableDocument


class RequestContext(Protocol):
    """What the engine itself reads of the context that it hands to fields."""

    language: Language


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


class Engine:
    """Runs operations on one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema
        self._documents = Documents(schema)

    async def run(
        self, request: GraphQLRequest, context: RequestContext, *, allowed: frozenset[OperationType]
    ) -> Answer:
        """The answer, its errors as `errors.public` words them.

        Raises:
            OperationNotAllowed: the operation's type is not among `allowed`.
        """
        try:
            document = self._documents.prepare(request.query)
            _check_storable(request)
        except UnusableDocument as unusable:
            told = [errors.public(error, context.language) for error in unusable.errors]
            return Answer(errors=told, has_run=False)
        operation = get_operation_ast(document, request.operation_name)
        if operation is not None and operation.operation not in allowed:
            raise OperationNotAllowed
        result = execute(
            self._schema._schema,
            document,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # typed as a plain bool there
            executor_class=self._schema.execution_context_class,
            operation_extensions=None,
        )
        finished = await result if inspect.isawaitable(result) else result
        found = finished.errors or []
        return Answer(
            data=finished.data,
            errors=[errors.public(error, context.language) for error in found],
            # Errors of fields have a path; those of variables and of the operation's name have none.
            has_run=finished.data is not None or any(error.path for error in found),
        )


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
