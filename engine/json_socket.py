"""A WebSocket of JSON messages, as Strawberry's protocol handler wants it, of bounded size and patience."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from datetime import timedelta

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.async_base_view import AsyncWebSocketAdapter

from engine import written

LONGEST_ID = 128
"""Characters of an operation's id, which clients choose and every answer repeats."""

_LONGEST_REASON_BYTES = 123  # RFC 6455, 5.5


class SocketRefused(Exception):
    """The socket has to be closed for what its peer sent, or is no longer."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class JsonSocket(AsyncWebSocketAdapter):
    """An accepted socket. One message at a time waits for the network, whoever sends.

    A peer that does not take a message within `take_within` loses the socket: `alive` ends.
    """

    def __init__(self, websocket: WebSocket, *, take_within: timedelta) -> None:
        self._websocket = websocket
        self._take_seconds = take_within.total_seconds()
        self._turn = asyncio.Lock()
        self._life = asyncio.timeout(None)
        self._is_read = False
        self._is_over = False

    @contextlib.asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """The socket's life, in the task that reads from it: broken off where the peer takes nothing."""
        try:
            async with self._life:
                self._is_read = True
                try:
                    yield
                finally:
                    self._is_read = False
        except TimeoutError:
            if not self._life.expired():
                raise

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The peer's messages until either side closes.

        Raises:
            SocketRefused: one is no message of the protocol.
        """
        while not self._is_over:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                self._is_over = True
                return
            yield _message(received.get("text"))

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, if the socket is still open."""
        text = written.json(message).decode()
        async with self._turn:
            if not self._is_over:
                await self._taken(self._websocket.send_text(text))
                return
        # Who has more to say than the socket takes must not keep the loop from ending it.
        await asyncio.sleep(0)

    async def close(self, code: int, reason: str) -> None:
        """Close, if the socket is still open; nothing is sent after it."""
        short = reason.encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore")
        async with self._turn:
            if not self._is_over:
                await self._taken(self._websocket.close(code, short))
                self._is_over = True

    async def _taken(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._take_seconds):
                await sending
        except WebSocketDisconnect:
            self._is_over = True
        except TimeoutError:
            self._is_over = True
            if self._is_read:
                self._life.reschedule(asyncio.get_running_loop().time())


def _message(text: str | None) -> dict[str, object]:
    if text is None:
        raise SocketRefused(4400, "Messages are texts.")
    try:
        message = orjson.loads(text)
    except ValueError as error:
        raise SocketRefused(4400, "Not valid JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise SocketRefused(4400, "A message is an object with a type.")
    key = message.get("id", "-")
    if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_ID:
        raise SocketRefused(4400, f"An id is a text of 1 to {LONGEST_ID} characters.")
    if "payload" in message and message["payload"] is None:
        del message["payload"]
    return message
