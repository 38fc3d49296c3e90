"""Gives every request an id, by which its log lines and a client's report are found."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from asgi.client_network import network_in
from asgi.headers import changing, header
from observation import caller_networks, request_ids

_NAME = b"x-request-id"
_ANSWERS = ("http.response.start", "websocket.accept")


class RequestIds:
    """Takes the caller's `X-Request-ID` where it is sane, and answers it; a WebSocket is one request.

    The caller's network is kept beside it, for the security log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in ("http", "websocket"):
            return self._app(scope, receive, send)
        request_id = request_ids.accepted(header(scope, _NAME))
        request_ids.begin(request_id)
        caller_networks.begin(network_in(scope))
        pair = (_NAME, request_id.encode("latin-1"))
        return self._app(scope, receive, changing(send, lambda headers: headers.append(pair), types=_ANSWERS))
