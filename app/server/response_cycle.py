"""uvicorn's responses, with head and body sent as one write, and repeated header lines encoded once.

Requests cancelled by a server shutdown get no response rather than 500.
"""

import asyncio
import logging
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

from app.server.lingering_close import MAX_DISCARDED_BYTES
from web.middleware.body_limit import HAS_ARRIVED

_log = logging.getLogger("vitrin.asgi")
_LENGTH = b"content-length"
_FRAMING = {_LENGTH, b"transfer-encoding", b"connection"}
# Includes headers that never repeat, such as request ids.
_MAX_CACHED_LINES = 512


class CoalescingResponseCycle(RequestResponseCycle):
    """One request and its response on a connection; unusual cases are left to uvicorn.

    The head is buffered until the first body message, as ASGI permits: one packet less for most responses.
    """

    _head = b""
    _app: ASGIApp
    _ends_with_connection = False

    async def run_asgi(self, app: ASGIApp) -> None:  # type: ignore[override] # the same
        self._app = app
        await super().run_asgi(self._run_unless_cancelled)  # type: ignore[arg-type] # the same

    async def _run_unless_cancelled(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[HAS_ARRIVED] = self._has_whole_body
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not task.cancelling():
                # An inner task was cancelled, which is an error like any other.
                raise
            # At the end of its shutdown the server cancels what is still running.
            self._close_unanswered()

    def _has_whole_body(self) -> bool:
        return not self.more_body

    def _close_unanswered(self) -> None:
        """Close the connection of a request that was cancelled by the shutdown.

        Whether the request was executed is not known, so no response would be correct. Clients and proxies
        treat this like a lost server: they retry what is safe to retry, and writes with an idempotency key.
        """
        _log.warning("request cut off by shutdown: %s %s", self.scope["method"], self.scope["path"])
        self.transport.close()
        self.disconnected = True

    def send(self, message: Message) -> Coroutine[Any, Any, None]:  # type: ignore[override] # as it is awaited
        if self._head:
            return self._send_with_head(message)
        if not (self.response_started or self.disconnected):
            if self.more_body and self._leaves_much_unread():
                self.keep_alive = False
            if not self.access_log:
                return self._hold_head(message)
        if self._ends_with_connection:
            # uvicorn compares each part with it, and the total at the end.
            self.expected_content_length = len(message.get("body", b""))
        return super().send(message)  # type: ignore[arg-type] # the same

    def _leaves_much_unread(self) -> bool:
        """Whether the rest of the body will not be read, or not be sent at all, as after `Expect`."""
        if self.waiting_for_100_continue:
            return True
        content_length = next((value for name, value in self.scope["headers"] if name == _LENGTH), b"0")
        return int(content_length) > MAX_DISCARDED_BYTES

    async def _hold_head(self, message: Message) -> None:
        head = self._build_simple_head(message) if message["type"] == "http.response.start" else None
        if head is None:
            if message["type"] == "http.response.start" and self._needs_connection_close(message):
                self.keep_alive, self.chunked_encoding = False, False
                self._ends_with_connection = True
            await super().send(message)  # type: ignore[arg-type] # the same
            return
        self._head = head
        self.response_started, self.waiting_for_100_continue = True, False
        self.chunked_encoding = False

    def _needs_connection_close(self, start: Message) -> bool:
        """Whether the end of the body can only be signalled by closing the connection.

        HTTP/1.0 has no chunked encoding (RFC 9112 section 6.1), which uvicorn would use.
        """
        names = {name.lower() for name, _ in start.get("headers", ())}
        return self.scope.get("http_version") == "1.0" and not names & {_LENGTH, b"transfer-encoding"}

    def _build_simple_head(self, message: Message) -> bytes | None:
        """The head of a response with a known length; None if uvicorn has to handle it."""
        lines, length = [STATUS_LINE[message["status"]]], None
        for pair in (*self.default_headers, *message.get("headers", ())):
            line = _encode_header(*pair)
            if line is None:
                if pair[0] != _LENGTH or length is not None:
                    return None
                length = int(pair[1].decode())
                line = b"content-length: %d\r\n" % length
            lines.append(line)
        if length is None:
            return None
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        self.expected_content_length = length
        return b"".join((*lines, b"\r\n"))

    async def _send_with_head(self, message: Message) -> None:
        head, self._head = self._head, b""
        body = message.get("body", b"")
        is_whole = (
            message["type"] == "http.response.body"
            and not message.get("more_body", False)
            and len(body) == self.expected_content_length
            and self.scope["method"] != "HEAD"
            and not (self.disconnected or self.flow.write_paused)
        )
        if not is_whole:
            # Nothing may be written to a closed connection.
            if not self.disconnected:
                self.transport.write(head)
            await super().send(message)  # type: ignore[arg-type] # the same
            return
        self.transport.write(head + body)
        self.expected_content_length = 0
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@lru_cache(_MAX_CACHED_LINES)
def _encode_header(name: bytes, value: bytes) -> bytes | None:
    """An encoded header; None if it concerns framing or is invalid, and so has to be handled by uvicorn."""
    name = name.lower()
    if name in _FRAMING or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return None
    return b"%b: %b\r\n" % (name, value)
