"""HTTP requests as GraphQL requests (the GraphQL over HTTP specification)."""

from collections.abc import Mapping

import orjson
from starlette.requests import Request

from engine.execution import GraphQLRequest

_JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


class BadRequest(Exception):
    """The HTTP request is none of GraphQL's."""

    def __init__(self, message: str, *, status: int = 400, allow: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.allow = allow


async def read(request: Request) -> GraphQLRequest:
    """What the request asks to run.

    Raises:
        BadRequest: it does not say so in GraphQL's terms.
    """
    if request.method == "GET":
        return typed(_of_query_string(request))
    if request.method == "POST":
        return typed(await _of_body(request))
    raise BadRequest("GraphQL is asked by GET or POST.", status=405, allow="GET, POST")


def typed(parameters: Mapping[str, object]) -> GraphQLRequest:
    """What the parameters of a GraphQL request ask to run.

    Raises:
        BadRequest: one is missing or of another type.
    """
    query, operation_name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if not isinstance(query, str) or not query:
        raise BadRequest("`query` must be a text.")
    if not isinstance(operation_name, str | None):
        raise BadRequest("`operationName` must be a text.")
    if not isinstance(variables, dict | None):
        raise BadRequest("`variables` must be an object.")
    if not isinstance(extensions, dict | None):
        raise BadRequest("`extensions` must be an object.")
    # Forms and playgrounds send an empty name where they mean none.
    return GraphQLRequest(query=query, operation_name=operation_name or None, variables=variables)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something to look at rather than for an answer."""
    return (
        request.method == "GET" and "query" not in request.query_params and "text/html" in _accepted(request)
    )


def wants_graphql_json(request: Request) -> bool:
    """Whether the client knows the media type whose HTTP status tells request errors."""
    return GRAPHQL_JSON in _accepted(request)


def _accepted(request: Request) -> list[str]:
    return [part.partition(";")[0].strip() for part in request.headers.get("accept", "").lower().split(",")]


def _of_query_string(request: Request) -> dict[str, object]:
    parameters: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _json(text) if (text := request.query_params[name]) else None
    return parameters


async def _of_body(request: Request) -> dict[str, object]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _JSON:
        raise BadRequest(f"The content type must be {_JSON}.", status=415)
    body = _json(await request.body())
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object; several operations in one request are not taken.")
    return body


def _json(text: str | bytes) -> object:
    try:
        decoded: object = orjson.loads(text)
    except ValueError as error:
        raise BadRequest("Not valid JSON.") from error
    return decoded
