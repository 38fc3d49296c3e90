"""HTTP requests as GraphQL requests (the GraphQL over HTTP specification)."""

from collections.abc import Mapping

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from asgi import media_types
from asgi.headers import header
from engine.admission import GraphQLRequest

_JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
_LONGEST_DOCUMENT_ID = 256


class BadRequest(Exception):
    """The HTTP request is none of GraphQL's."""

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


async def read(request: Request, receive: Receive) -> GraphQLRequest:
    """What the request asks to run.

    Raises:
        BadRequest: it does not say so in GraphQL's terms.
    """
    if request.method in ("GET", "HEAD"):
        return typed(_of_query_string(request))
    if request.method == "POST":
        body = await _of_body(request, receive)
        # JSON that was decoded spells no half of a surrogate pair, and NUL in this way alone.
        return typed(_object(body), is_storable=rb"\u0000" not in body)
    raise BadRequest("GraphQL is asked by GET or POST.", status=405, headers={"Allow": "GET, HEAD, POST"})


def typed(parameters: Mapping[str, object], *, is_storable: bool = False) -> GraphQLRequest:
    """What the parameters of a GraphQL request ask to run, `is_storable` or not.

    Raises:
        BadRequest: one is missing or of another type.
    """
    query, operation_name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if not isinstance(query, str | None) or query == "":
        raise BadRequest("`query` must be a text.")
    if not isinstance(operation_name, str | None):
        raise BadRequest("`operationName` must be a text.")
    if not isinstance(variables, dict | None):
        raise BadRequest("`variables` must be an object.")
    if not isinstance(extensions, dict | None):
        raise BadRequest("`extensions` must be an object.")
    document_id = _document_id(parameters.get("documentId"), extensions or {})
    if query is None and document_id is None:
        raise BadRequest("`query` must be a text.")
    return GraphQLRequest(
        query=query,
        document_id=document_id,
        # Forms and playgrounds send an empty name where they mean none.
        operation_name=operation_name or None,
        variables=variables,
        is_storable=is_storable,
    )


def _document_id(plain: object, extensions: Mapping[str, object]) -> str | None:
    """The document's id, as the specification's appendix spells it or as Apollo's clients do."""
    persisted = extensions.get("persistedQuery")
    if persisted is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise BadRequest("`extensions.persistedQuery` must be of version 1.")
        plain = persisted.get("sha256Hash", "")
    if plain is None:
        return None
    if not isinstance(plain, str) or not 1 <= len(plain) <= _LONGEST_DOCUMENT_ID:
        raise BadRequest(f"A document's id is a text of 1 to {_LONGEST_DOCUMENT_ID} characters.")
    return plain.removeprefix("sha256:")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something to look at rather than for an answer."""
    accept = header(request.scope, b"accept")
    if request.method not in ("GET", "HEAD") or not media_types.prefers_page(accept, _JSON, GRAPHQL_JSON):
        return False
    return not {"query", "documentId", "extensions"} & request.query_params.keys()


def wants_graphql_json(request: Request) -> bool:
    """Whether the client knows the media type whose HTTP status tells request errors."""
    return media_types.names(header(request.scope, b"accept"), GRAPHQL_JSON, rather_than=_JSON)


def _of_query_string(request: Request) -> dict[str, object]:
    parameters: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _json(text) if (text := request.query_params[name]) else None
    return parameters


async def _of_body(request: Request, receive: Receive) -> bytes:
    media_type = header(request.scope, b"content-type").partition(";")[0].strip().lower()
    if media_type != _JSON:
        raise BadRequest(f"The content type must be {_JSON}.", status=415)
    return await _whole(receive)


def _object(body: bytes) -> dict[str, object]:
    decoded = _json(body)
    if not isinstance(decoded, dict):
        raise BadRequest("The body must be a JSON object; several operations in one request are not taken.")
    return decoded


async def _whole(receive: Receive) -> bytes:
    message = await receive()
    parts = [message.get("body", b"")]
    while message["type"] != "http.disconnect" and message.get("more_body", False):
        message = await receive()
        parts.append(message.get("body", b""))
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _json(text: str | bytes) -> object:
    try:
        decoded: object = orjson.loads(text)
    except ValueError as error:
        raise BadRequest("Not valid JSON.") from error
    return decoded
