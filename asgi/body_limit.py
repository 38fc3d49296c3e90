"""The largest body that any door reads."""

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Raises HTTPException 413 where a handler reads past the limit; each door words it in its own way."""

    def __init__(self, app: ASGIApp, *, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = self._limited(scope, receive) if scope["type"] == "http" else receive
        await self._app(scope, limited, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        announced = HTTPConnection(scope).headers.get("content-length", "0")
        read = 0

        async def receive_within_limit() -> Message:
            nonlocal read
            if announced.isdigit() and int(announced[:20]) > self._most_bytes:
                raise HTTPException(413, "Content Too Large")
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most_bytes:
                raise HTTPException(413, "Content Too Large")
            return message

        return receive_within_limit
