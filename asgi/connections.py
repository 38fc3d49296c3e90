"""What uvicorn leaves open: how long a client may take over its request's head, and over our answer.

Importing this makes all of uvicorn's HTTP connections in the process answer by `asgi.cycles`.
"""

import asyncio
import http
from datetime import timedelta

from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from asgi.cycles import Cycle

# uvicorn has a setting for its protocols, and none for what they make of a request.
httptools_impl.RequestResponseCycle = Cycle  # type: ignore[misc]

MOST_HEAD_BYTES = 65_536
"""Bytes after which a head that has not ended yet is refused."""


def protocol(*, head_within: timedelta, send_within: timedelta) -> type[HttpToolsProtocol]:
    """uvicorn's protocol of one connection, with its two deadlines and a limit on the head.

    `head_within` counts from the connection's start, or from the first byte that follows an answer, to the
    end of the next head; bodies are `BodyLimit`'s. `send_within` is how long the client may leave a full
    buffer of ours unread. A WebSocket leaves both behind once its head was read.
    """

    class Bounded(_BoundedProtocol):
        _head_within_seconds = head_within.total_seconds()
        _send_within_seconds = send_within.total_seconds()

    return Bounded


class _BoundedProtocol(HttpToolsProtocol):
    _head_within_seconds: float
    _send_within_seconds: float
    _head_deadline: asyncio.TimerHandle | None = None
    _send_deadline: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self._is_in_head:
            # Most heads come as a whole and need no deadline.
            self._await_head()
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif before is not None and before is self.cycle and before.response_complete:
            # Line ends before a request, and what follows a body that was answered unread, begin no message.
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._send_deadline = self.loop.call_later(self._send_within_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._send_deadline is not None:
            self._send_deadline.cancel()
            self._send_deadline = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(http.HTTPStatus.BAD_REQUEST)

    def _await_head(self) -> None:
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self._head_within_seconds, self._head_is_late)

    def _head_came(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _head_is_late(self) -> None:
        if self._is_in_head:
            self._refuse(http.HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _refuse(self, status: http.HTTPStatus) -> None:
        """Answer what never became a request, and hang up."""
        self._head_came()
        # While an earlier request is being answered, nothing may be written between.
        if self.transport.is_closing() or not (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
            return
        lines = [
            f"HTTP/1.1 {status} {status.phrase}",
            "content-type: text/plain; charset=utf-8",
            "x-content-type-options: nosniff",
            f"content-length: {len(status.phrase)}",
            "connection: close",
        ]
        self.transport.write("\r\n".join([*lines, "", status.phrase]).encode())
        self.transport.close()
