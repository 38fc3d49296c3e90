"""HTTP requests as GraphQL requests (the GraphQL over HTTP specification)."""

from collections.abc import Mapping

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from engine.protection.admission import GraphQLRequest
from web import media_types
from web.headers import get_header

JSON_MEDIA_TYPE = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
_MAX_DOCUMENT_ID_LENGTH = 256


class BadRequest(Exception):
    """Not a valid GraphQL-over-HTTP request."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "BAD_REQUEST",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


async def read_request(request: Request, receive: Receive) -> GraphQLRequest:
    """The GraphQL request in an HTTP request.

    Raises:
        BadRequest: it is not a valid GraphQL request.
    """
    if request.method in ("GET", "HEAD"):
        return parse_parameters(_parse_query_string(request))
    if request.method == "POST":
        body = await _read_json_body(request, receive)
        # Decoded JSON contains no lone surrogates, and NUL only in this spelling.
        return parse_parameters(_parse_object(body), is_storable=rb"\u0000" not in body)
    raise BadRequest(
        "GraphQL requests must use GET or POST.", status=405, headers={"Allow": "GET, HEAD, POST"}
    )


def parse_parameters(parameters: Mapping[str, object], *, is_storable: bool = False) -> GraphQLRequest:
    """The GraphQL request with these parameters; `is_storable` is about its variables.

    Raises:
        BadRequest: a parameter is missing or of another type.
    """
    query, operation_name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if not isinstance(query, str | None) or query == "":
        raise BadRequest("`query` must be a non-empty string.")
    if not isinstance(operation_name, str | None):
        raise BadRequest("`operationName` must be a string.")
    if not isinstance(variables, dict | None):
        raise BadRequest("`variables` must be an object.")
    if not isinstance(extensions, dict | None):
        raise BadRequest("`extensions` must be an object.")
    document_id = _parse_document_id(parameters.get("documentId"), extensions or {})
    if query is None and document_id is None:
        raise BadRequest("`query` must be a non-empty string.")
    return GraphQLRequest(
        query=query,
        document_id=document_id,
        # Forms and playgrounds send an empty name if they have none.
        operation_name=operation_name or None,
        variables=variables,
        is_storable=is_storable,
    )


def _parse_document_id(value: object, extensions: Mapping[str, object]) -> str | None:
    """The document's id, as in the specification's appendix or as Apollo's clients send it."""
    persisted = extensions.get("persistedQuery")
    if persisted is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise BadRequest("`extensions.persistedQuery` must have version 1.")
        value = persisted.get("sha256Hash", "")
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_DOCUMENT_ID_LENGTH:
        raise BadRequest(f"A document id must be a string of 1 to {_MAX_DOCUMENT_ID_LENGTH} characters.")
    return value.removeprefix("sha256:")


def wants_page(request: Request) -> bool:
    """Whether the client is a browser that expects an HTML page."""
    accept = get_header(request.scope, b"accept")
    if request.method not in ("GET", "HEAD") or not media_types.prefers_page(
        accept, JSON_MEDIA_TYPE, GRAPHQL_JSON
    ):
        return False
    return not {"query", "documentId", "extensions"} & request.query_params.keys()


def wants_graphql_json(request: Request) -> bool:
    """Whether the client accepts the media type whose HTTP status reports request errors."""
    return media_types.prefers(get_header(request.scope, b"accept"), GRAPHQL_JSON, over=JSON_MEDIA_TYPE)


def _parse_query_string(request: Request) -> dict[str, object]:
    parameters: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _parse_json(text) if (text := request.query_params[name]) else None
    return parameters


async def _read_json_body(request: Request, receive: Receive) -> bytes:
    media_type = get_header(request.scope, b"content-type").partition(";")[0].strip().lower()
    if media_type != JSON_MEDIA_TYPE:
        raise BadRequest(f"The content type must be {JSON_MEDIA_TYPE}.", status=415)
    return await _read_body(receive)


def _parse_object(body: bytes) -> dict[str, object]:
    decoded = _parse_json(body)
    if not isinstance(decoded, dict):
        raise BadRequest("The body must be a JSON object. Batched requests are not supported.")
    return decoded


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    parts = [message.get("body", b"")]
    while message["type"] != "http.disconnect" and message.get("more_body", False):
        message = await receive()
        parts.append(message.get("body", b""))
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _parse_json(text: str | bytes) -> object:
    try:
        decoded: object = orjson.loads(text)
    except ValueError as error:
        raise BadRequest("Invalid JSON.") from error
    return decoded
