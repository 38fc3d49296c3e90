"""GraphQL over HTTP: queries by GET, everything by POST, and a page for browsers."""

import functools
from collections.abc import Callable
from typing import Protocol

import strawberry
from graphql import OperationType
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi.authentication import bearer_in, viewer_of
from asgi.client_network import client_network
from asgi.disconnects import unless_disconnected
from asgi.headers import encoded, header
from domain import messages
from domain.messages import Language
from engine import errors, requests, written
from engine.admission import RequestContext
from engine.execution import Answer, Engine, OperationNotAllowed
from engine.requests import BadRequest
from resolvers.sessions import SignedIn
from resolvers.shop import Shop

_ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "HEAD": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}

_FIXED_HEADERS = encoded((("Cache-Control", "no-store"), ("Vary", "Accept, Accept-Language")))


class ContextOf(Protocol):
    """How the schema's context of one request is made."""

    def __call__(
        self,
        *,
        shop: Shop,
        viewer: SignedIn | None,
        address: str,
        language: Language,
        user_agent: str | None,
    ) -> RequestContext: ...


class GraphQLView:
    """The ASGI application of `/graphql`.

    A broken request is answered 400, never 5xx. What is well formed but cannot run is answered without
    `data`: with 400 to clients that accept application/graphql-response+json, with 200 to older ones.
    401 tells that the bearer token is not valid, 429 that the caller's bucket is empty or that too many of
    its documents wait, 503 that the database is away or took too long.
    """

    def __init__(
        self, schema: strawberry.Schema, *, shop: Shop, context: ContextOf, ide: Callable[[], Response]
    ) -> None:
        self.engine = Engine(schema, shop.settings)
        self._shop = shop
        self._context = context
        self._ide = ide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = self._ide() if requests.wants_page(request) else await self._answer(request, receive)
        except BadRequest as bad:
            answer = _refusal(bad)
        except HTTPException as error:
            answer = _refusal(BadRequest(error.detail, status=error.status_code))
        await answer(scope, receive, send)

    async def _answer(self, request: Request, receive: Receive) -> ASGIApp:
        asked = await requests.read(request, receive)
        viewer = await viewer_of(request, self._shop)
        if viewer is None and bearer_in(header(request.scope, b"authorization")) is not None:
            raise _invalid_token()
        context = self._context(
            shop=self._shop,
            viewer=viewer,
            address=client_network(request),
            language=messages.preferred_language(header(request.scope, b"accept-language")),
            user_agent=header(request.scope, b"user-agent"),
        )
        try:
            answer = await self.engine.run(
                asked,
                context,
                allowed=_ALLOWED[request.method],
                wait=functools.partial(unless_disconnected, receive),
            )
        except OperationNotAllowed as refused:
            raise _not_over_http(refused.operation) from refused
        return _response(answer, is_modern=requests.wants_graphql_json(request))


def _invalid_token() -> BadRequest:
    # RFC 6750, section 3
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return BadRequest(errors.BAD_BEARER, status=401, code="UNAUTHENTICATED", headers=challenge)


def _not_over_http(operation: OperationType) -> BadRequest:
    if operation is OperationType.SUBSCRIPTION:
        return BadRequest("Subscriptions need a WebSocket with the protocol graphql-transport-ws.")
    return BadRequest("Only queries may be asked by GET.", status=405, headers={"Allow": "POST"})


def _response(answer: Answer, *, is_modern: bool) -> ASGIApp:
    body: dict[str, object] = {"data": answer.data} if answer.has_run else {}
    if answer.errors:
        body["errors"] = [error.formatted for error in answer.errors]
    if answer.cost is not None:
        body["extensions"] = {"cost": answer.cost.shown()}
    media_type = requests.GRAPHQL_JSON if is_modern else "application/json"
    status = 400 if is_modern and not answer.has_run else 200
    headers: dict[str, str] = {}
    if answer.data is None and any(map(errors.is_unavailable, answer.errors)):
        status, headers = 503, {"Retry-After": "1"}
    if answer.retry_after_seconds is not None:
        status, headers = 429, {"Retry-After": str(answer.retry_after_seconds)}
    return _json(body, status, headers, media_type=media_type)


def _refusal(bad: BadRequest) -> ASGIApp:
    body = {"errors": [{"message": bad.message, "extensions": {"code": bad.code}}]}
    return _json(body, bad.status, bad.headers)


def _json(
    body: object, status: int, headers: dict[str, str], *, media_type: str = "application/json"
) -> ASGIApp:
    text = written.json(body)
    pairs = [
        *_FIXED_HEADERS,
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(text)).encode()),
        *encoded(headers.items()),
    ]

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": text})

    return answer
