"""Assigns every request an id for its log lines and for clients' reports."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from observability import caller_networks, request_ids
from web.client_network import get_network
from web.headers import get_header, wrap_send

_NAME = b"x-request-id"
_RESPONSE_MESSAGES = ("http.response.start", "websocket.accept")


class RequestIdMiddleware:
    """Accepts a valid `X-Request-ID` from the caller, and returns it; a WebSocket is one request.

    The caller's network is stored as well, for the security log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in ("http", "websocket"):
            return self._app(scope, receive, send)
        request_id = request_ids.accept_or_generate(get_header(scope, _NAME))
        request_ids.set_current(request_id)
        caller_networks.set_current(get_network(scope))
        pair = (_NAME, request_id.encode("latin-1"))
        return self._app(
            scope, receive, wrap_send(send, lambda headers: headers.append(pair), types=_RESPONSE_MESSAGES)
        )
