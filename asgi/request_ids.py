"""Gives every request an id, by which its log lines and a client's report are found."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observation import request_ids

HEADER = "X-Request-ID"


class RequestIds:
    """Takes the caller's `X-Request-ID` where it is sane, and answers it; a WebSocket is one request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = request_ids.accepted(HTTPConnection(scope).headers.get(HEADER, ""))
        request_ids.begin(request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)
