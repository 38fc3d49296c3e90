"""A limit on the size of request bodies and the time to receive them."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import HeaderPairs, get_header, wrap_send

CLIENT_DISCONNECTED = "client_left"
"""Scope key: the client disconnected before its response."""
HAS_ARRIVED = "has_arrived"
"""Scope key of the server's function that returns whether the whole body has arrived."""


class BodyLimitMiddleware:
    """Raises HTTPException if a handler reads past a limit; each API formats it in its own way.

    Status 413: the body is too large. Status 408: it was incomplete `timeout` after its first read, and the
    connection is closed.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, timeout: timedelta) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._timeout = timeout

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        body = _LimitedBody(scope, receive, max_bytes=self._max_bytes, timeout=self._timeout)

        return self._app(
            scope, body.receive, wrap_send(send, body.set_connection_close, types=("http.response.start",))
        )


class _LimitedBody:
    """A request body that is being received."""

    def __init__(self, scope: Scope, receive: Receive, *, max_bytes: int, timeout: timedelta) -> None:
        self.is_late = False
        self._scope = scope
        content_length = get_header(scope, b"content-length")
        self._declared_bytes = (
            int(content_length[:20]) if content_length.isascii() and content_length.isdigit() else 0
        )
        self._receive = receive
        self._max_bytes = max_bytes
        self._timeout_seconds = timeout.total_seconds()
        self._read_bytes = 0
        self._deadline: float | None = None
        self._is_complete = False

    def set_connection_close(self, headers: HeaderPairs) -> None:
        """Announce that the connection closes, because its body came too late."""
        if self.is_late:
            headers.append((b"connection", b"close"))

    async def receive(self) -> Message:
        if self._is_complete:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._scope[CLIENT_DISCONNECTED] = True
            return message
        if self._declared_bytes > self._max_bytes:
            raise HTTPException(413, "Content Too Large")
        message = await self._receive_in_time()
        if message["type"] == "http.disconnect":
            self._scope[CLIENT_DISCONNECTED] = True
        self._is_complete = not message.get("more_body", False)
        self._read_bytes += len(message.get("body", b""))
        if self._read_bytes > self._max_bytes:
            raise HTTPException(413, "Content Too Large")
        return message

    async def _receive_in_time(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        has_arrived = self._scope.get(HAS_ARRIVED)
        if has_arrived is not None and has_arrived():
            # An unneeded timer costs 2 % of a query's instructions.
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            self.is_late = True
            raise HTTPException(408, "Request Timeout") from None
