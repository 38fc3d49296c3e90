"""Error masking: clients see their own errors and refusals, never the causes of internal errors."""

import logging

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from database.read_timeout import ReadTimedOut
from domain import problem_messages
from domain.problem_messages import Language
from domain.problems import InvalidInput, Problem
from observability import request_ids
from web.failures import OUTAGE, log_failure

_log = logging.getLogger("vitrin.graphql")
_MAX_MESSAGE_LENGTH = 500
_UNAVAILABLE = "SERVICE_UNAVAILABLE"
_TOO_SLOW = "The query took too long. Request less data or try again."
INVALID_BEARER_MESSAGE = "The token is invalid or has expired."


def to_public_error(error: GraphQLError, language: Language) -> GraphQLError:
    """The public form of `error`, with `extensions.code`; masked errors are logged.

    Internal errors are logged with their traceback, database outages in one line.
    """
    cause = error.original_error
    if isinstance(cause, Problem):
        field = {"field": cause.field} if isinstance(cause, InvalidInput) else {}
        return _build_public_error(
            error, problem_messages.format_message(cause, language), code=cause.code.upper(), **field
        )
    if _is_client_error(error):
        return _build_public_error(
            error, error.message, **{"code": "BAD_USER_INPUT", **(error.extensions or {})}
        )
    if isinstance(cause, ReadTimedOut):
        _log.warning("query timed out: path=%s error=%s", _format_path(error), cause)
        return _build_public_error(error, _TOO_SLOW, code=_UNAVAILABLE, **_get_reference())
    if log_failure(cause, _log, f"path={_format_path(error)}") is OUTAGE:
        return _build_public_error(
            error, "Service unavailable. Try again later.", code=_UNAVAILABLE, **_get_reference()
        )
    return _build_public_error(error, "Unexpected error", code="INTERNAL_SERVER_ERROR", **_get_reference())


def is_unavailable(error: GraphQLError) -> bool:
    """Whether a public error reports that the database is unavailable."""
    return (error.extensions or {}).get("code") == _UNAVAILABLE


def _is_client_error(error: GraphQLError) -> bool:
    cause = error.original_error
    if cause is None or "code" in (error.extensions or {}):
        return True
    if not isinstance(cause, GraphQLError):
        return False
    # graphql-core wraps both a bad argument and a value that a scalar cannot serialize; only the former has a
    # location in the document, and only variables fail before there is a path.
    return error.path is None or cause.nodes is not None or isinstance(cause, StrawberryInputCoercionError)


def _build_public_error(error: GraphQLError, message: str, **extensions: object) -> GraphQLError:
    # Validation quotes the document: a short document must not cause a long response.
    shortened = message if len(message) <= _MAX_MESSAGE_LENGTH else message[:_MAX_MESSAGE_LENGTH] + "…"
    return GraphQLError(
        shortened, error.nodes, error.source, error.positions, error.path, error.original_error, extensions
    )


def _get_reference() -> dict[str, str]:
    """The id by which the cause can be found in the log."""
    request_id = request_ids.get_current()
    return {"requestId": request_id} if request_id else {}


def _format_path(error: GraphQLError) -> str:
    return ".".join(map(str, error.path or ())) or "the operation"
