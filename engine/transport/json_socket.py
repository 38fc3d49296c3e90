"""A WebSocket of JSON messages for Strawberry's protocol handler, with size and time limits."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from datetime import timedelta

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.async_base_view import AsyncWebSocketAdapter

from engine.transport import serialization

MAX_ID_LENGTH = 128
"""Characters of an operation's id, which clients choose and every response repeats."""

_MAX_REASON_BYTES = 123  # RFC 6455, 5.5


class SocketRejected(Exception):
    """The socket has to be closed because of its peer's message or disconnection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class JsonSocket(AsyncWebSocketAdapter):
    """An accepted socket. One message at a time is sent.

    If a peer does not accept a message within `send_timeout`, the socket is closed: `lifetime` ends.
    """

    def __init__(self, websocket: WebSocket, *, send_timeout: timedelta) -> None:
        self._websocket = websocket
        self._send_timeout_seconds = send_timeout.total_seconds()
        self._send_lock = asyncio.Lock()
        self._lifetime = asyncio.timeout(None)
        self._is_reading = False
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def lifetime(self) -> AsyncIterator[None]:
        """Wraps the task that reads from the socket; cancels it if the peer stops accepting messages."""
        try:
            async with self._lifetime:
                self._is_reading = True
                try:
                    yield
                finally:
                    self._is_reading = False
        except TimeoutError:
            if not self._lifetime.expired():
                raise

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The peer's messages until either side closes.

        Raises:
            SocketRejected: a message violates the protocol.
        """
        while not self._is_closed:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                self._is_closed = True
                return
            yield _parse_message(received.get("text"))

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, if the socket is still open."""
        text = serialization.dumps(message).decode()
        async with self._send_lock:
            if not self._is_closed:
                await self._send(self._websocket.send_text(text))
                return
        # A loop that sends more than the socket accepts must not keep it from being closed.
        await asyncio.sleep(0)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket, if it is open; nothing is sent afterwards."""
        shortened = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
        async with self._send_lock:
            if not self._is_closed:
                await self._send(self._websocket.close(code, shortened))
                self._is_closed = True

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._send_timeout_seconds):
                await sending
        except WebSocketDisconnect:
            self._is_closed = True
        except TimeoutError:
            self._is_closed = True
            if self._is_reading:
                self._lifetime.reschedule(asyncio.get_running_loop().time())


def _parse_message(text: str | None) -> dict[str, object]:
    if text is None:
        raise SocketRejected(4400, "Messages must be text.")
    try:
        message = orjson.loads(text)
    except ValueError as error:
        raise SocketRejected(4400, "Invalid JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise SocketRejected(4400, "A message must be an object with a `type`.")
    key = message.get("id", "-")
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_ID_LENGTH:
        raise SocketRejected(4400, f"An id must be a string of 1 to {MAX_ID_LENGTH} characters.")
    if "payload" in message and message["payload"] is None:
        del message["payload"]
    return message
