"""What `errors` may tell: the client's faults and the shop's refusals, never the causes of our faults."""

import logging

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from domain import messages
from domain.messages import Language
from domain.problems import InvalidInput, Problem
from models import database
from models.read_limit import ReadTimedOut
from observation import request_ids

_log = logging.getLogger("vitrin.graphql")
_LONGEST_MESSAGE = 500
_UNAVAILABLE = "SERVICE_UNAVAILABLE"
_TOO_SLOW = "The database took too long over this; ask for less, or try again."
BAD_BEARER = "The token is not valid."


def public(error: GraphQLError, language: Language) -> GraphQLError:
    """`error` as clients may see it, with `extensions.code`; what is masked is logged.

    Faults of ours are logged with their traceback, outages of the database in one line.
    """
    cause = error.original_error
    if isinstance(cause, Problem):
        field = {"field": cause.field} if isinstance(cause, InvalidInput) else {}
        return _told(error, messages.of(cause, language), code=cause.code.name, **field)
    if _is_the_clients(error):
        return _told(error, error.message, **{"code": "BAD_USER_INPUT", **(error.extensions or {})})
    if isinstance(cause, ReadTimedOut):
        _log.warning("%s at %s", cause, _place(error))
        return _told(error, _TOO_SLOW, code=_UNAVAILABLE, **_reference())
    if database.is_unavailable(cause):
        _log.error("database unavailable at %s: %s", _place(error), type(cause).__name__)
        return _told(error, "Service unavailable; try again.", code=_UNAVAILABLE, **_reference())
    _log.error("unexpected error at %s", _place(error), exc_info=cause)
    return _told(error, "Unexpected error", code="INTERNAL_SERVER_ERROR", **_reference())


def is_unavailable(error: GraphQLError) -> bool:
    """Whether a public error tells that the database is away."""
    return (error.extensions or {}).get("code") == _UNAVAILABLE


def _is_the_clients(error: GraphQLError) -> bool:
    cause = error.original_error
    if cause is None or "code" in (error.extensions or {}):
        return True
    if not isinstance(cause, GraphQLError):
        return False
    # graphql-core wraps both a bad argument and a value that a scalar cannot write; only the former names
    # its place in the document, and only variables fail before there is a path.
    return error.path is None or cause.nodes is not None or isinstance(cause, StrawberryInputCoercionError)


def _told(error: GraphQLError, message: str, **extensions: object) -> GraphQLError:
    # Validation quotes the document: a short one must not buy a long answer.
    short = message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "…"
    return GraphQLError(
        short, error.nodes, error.source, error.positions, error.path, error.original_error, extensions
    )


def _reference() -> dict[str, str]:
    """By what the cause is found in the log."""
    request_id = request_ids.current()
    return {"requestId": request_id} if request_id else {}


def _place(error: GraphQLError) -> str:
    return ".".join(map(str, error.path or ())) or "the operation"
