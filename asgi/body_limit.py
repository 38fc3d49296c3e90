"""The largest body that any door reads, and how long it waits for one."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asgi.headers import Pairs, changing, header

CLIENT_LEFT = "client_left"
"""The key in the scope of a request whose client hung up before its answer."""
HAS_ARRIVED = "has_arrived"
"""The key in the scope of the server's function that tells whether the whole body is in memory already."""


class BodyLimit:
    """Raises HTTPException where a handler reads past a limit; each door words it in its own way.

    413 says that the body is too large; 408 that it had not come as a whole `within` so long of its first
    reading, and that the connection is closed.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, within: timedelta) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._within = within

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        body = _Body(scope, receive, most_bytes=self._most_bytes, within=self._within)

        return self._app(
            scope, body.receive, changing(send, body.say_farewell, types=("http.response.start",))
        )


class _Body:
    """One request's body as it comes in."""

    def __init__(self, scope: Scope, receive: Receive, *, most_bytes: int, within: timedelta) -> None:
        self.is_late = False
        self._scope = scope
        announced = header(scope, b"content-length")
        self._announced_bytes = int(announced[:20]) if announced.isascii() and announced.isdigit() else 0
        self._receive = receive
        self._most_bytes = most_bytes
        self._within_seconds = within.total_seconds()
        self._read_bytes = 0
        self._ends_at: float | None = None
        self._is_whole = False

    def say_farewell(self, headers: Pairs) -> None:
        """Tell the caller that the connection ends, where its body came too late."""
        if self.is_late:
            headers.append((b"connection", b"close"))

    async def receive(self) -> Message:
        if self._is_whole:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._scope[CLIENT_LEFT] = True
            return message
        if self._announced_bytes > self._most_bytes:
            raise HTTPException(413, "Content Too Large")
        message = await self._next()
        if message["type"] == "http.disconnect":
            self._scope[CLIENT_LEFT] = True
        self._is_whole = not message.get("more_body", False)
        self._read_bytes += len(message.get("body", b""))
        if self._read_bytes > self._most_bytes:
            raise HTTPException(413, "Content Too Large")
        return message

    async def _next(self) -> Message:
        if self._ends_at is None:
            self._ends_at = asyncio.get_running_loop().time() + self._within_seconds
        has_arrived = self._scope.get(HAS_ARRIVED)
        if has_arrived is not None and has_arrived():
            # A timer that is set for nothing costs 2 % of a query's instructions.
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._receive()
        except TimeoutError:
            self.is_late = True
            raise HTTPException(408, "Request Timeout") from None
