"""GraphQL over HTTP: queries by GET, everything by POST, and a page for browsers."""

import functools
from collections.abc import Callable, Mapping
from typing import Protocol

import strawberry
from graphql import OperationType
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domain import problem_messages
from domain.problem_messages import Language
from engine import errors
from engine.execution import Engine, ExecutionOutcome, OperationNotAllowed
from engine.protection.admission import RequestContext
from engine.transport import requests, serialization
from engine.transport.requests import BadRequest
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from web.authentication import get_viewer, parse_bearer
from web.client_network import get_client_network
from web.disconnects import cancel_on_disconnect
from web.failures import OUTAGE
from web.headers import encode_headers, get_header

_ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "HEAD": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}

_FIXED_HEADERS = encode_headers((("Cache-Control", "no-store"), ("Vary", "Accept, Accept-Language")))


class ContextFactory(Protocol):
    """Builds the schema's context of a request."""

    def __call__(
        self,
        *,
        app: AppContext,
        viewer: Session | None,
        address: str,
        language: Language,
        user_agent: str | None,
    ) -> RequestContext: ...


class GraphQLView:
    """The ASGI application of `/graphql`.

    A malformed request is answered with 400, never 5xx. A well-formed request that cannot run is answered
    without `data`: with 400 to clients that accept application/graphql-response+json, with 200 to older ones.
    401 means that the bearer token is not valid, 429 that the caller's bucket is empty or that too many of
    its documents are waiting, 503 that the database is unavailable or took too long.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        app: AppContext,
        context: ContextFactory,
        ide: Callable[[], Response],
    ) -> None:
        self.engine = Engine(schema, app.settings)
        self._app = app
        self._context = context
        self._ide = ide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = self._ide() if requests.wants_page(request) else await self._execute(request, receive)
        except BadRequest as error:
            response = _build_error_response(error)
        except HTTPException as error:
            response = _build_error_response(BadRequest(error.detail, status=error.status_code))
        await response(scope, receive, send)

    async def _execute(self, request: Request, receive: Receive) -> ASGIApp:
        graphql_request = await requests.read_request(request, receive)
        viewer = await get_viewer(request, self._app)
        if viewer is None and parse_bearer(get_header(request.scope, b"authorization")) is not None:
            raise _build_invalid_token()
        context = self._context(
            app=self._app,
            viewer=viewer,
            address=get_client_network(request),
            language=problem_messages.choose_language(get_header(request.scope, b"accept-language")),
            user_agent=get_header(request.scope, b"user-agent"),
        )
        try:
            response = await self.engine.run(
                graphql_request,
                context,
                allowed=_ALLOWED[request.method],
                wait=functools.partial(cancel_on_disconnect, receive),
            )
        except OperationNotAllowed as rejected:
            raise _build_not_allowed(rejected.operation) from rejected
        return _build_response(response, accepts_graphql_json=requests.wants_graphql_json(request))


def _build_invalid_token() -> BadRequest:
    # RFC 6750, section 3
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return BadRequest(errors.INVALID_BEARER_MESSAGE, status=401, code="UNAUTHENTICATED", headers=challenge)


def _build_not_allowed(operation: OperationType) -> BadRequest:
    if operation is OperationType.SUBSCRIPTION:
        return BadRequest("Subscriptions require a WebSocket with the graphql-transport-ws protocol.")
    return BadRequest(
        "Only queries are allowed over GET. Use POST for mutations.", status=405, headers={"Allow": "POST"}
    )


def _build_response(response: ExecutionOutcome, *, accepts_graphql_json: bool) -> ASGIApp:
    body: dict[str, object] = {"data": response.data} if response.was_executed else {}
    if response.errors:
        body["errors"] = [error.formatted for error in response.errors]
    if response.cost is not None:
        body["extensions"] = {"cost": response.cost.to_dict()}
    media_type = requests.GRAPHQL_JSON if accepts_graphql_json else "application/json"
    status = 400 if accepts_graphql_json and not response.was_executed else 200
    headers: Mapping[str, str] = {}
    if response.data is None and any(map(errors.is_unavailable, response.errors)):
        status, headers = OUTAGE.status, OUTAGE.headers
    if response.retry_after_seconds is not None:
        status, headers = 429, {"Retry-After": str(response.retry_after_seconds)}
    return _build_json_response(body, status, headers, media_type=media_type)


def _build_error_response(error: BadRequest) -> ASGIApp:
    body = {"errors": [{"message": error.message, "extensions": {"code": error.code}}]}
    return _build_json_response(body, error.status, error.headers)


def _build_json_response(
    body: object, status: int, headers: Mapping[str, str], *, media_type: str = "application/json"
) -> ASGIApp:
    body_bytes = serialization.dumps(body)
    pairs = [
        *_FIXED_HEADERS,
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body_bytes)).encode()),
        *encode_headers(headers.items()),
    ]

    async def response(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body_bytes})

    return response
