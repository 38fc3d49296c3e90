"""What uvicorn's HTTP/1.1 protocol lacks: deadlines, framing limits, declined upgrades, graceful closing."""

import asyncio
import http
from datetime import timedelta

import httptools
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.lingering_close import InputDiscard, LingeringTransport
from app.server.request_heads import (
    MalformedHead,
    check_host,
    get_head_size,
    offers_websocket,
    remove_upgrade,
)
from app.server.response_cycle import CoalescingResponseCycle

MAX_HEAD_BYTES = 65_536
"""Size in bytes above which a request head is refused."""

_MAX_FRAMING_BYTES = 65_536
_MAX_FRAMING_BYTES_PER_BYTE = 8
"""One-byte chunks have six bytes of framing each; more is chunk extensions or trailers."""


def build_http_protocol(
    *, head_timeout: timedelta, send_timeout: timedelta, discard_timeout: timedelta
) -> type[HttpToolsProtocol]:
    """uvicorn's protocol for one connection, with deadlines and limits.

    `head_timeout` runs from the connection's start, or from the first byte after a response, to the end of
    the next head; `BodyLimitMiddleware` handles bodies. `send_timeout` is how long the client may leave a
    full buffer unread, `discard_timeout` how long it may continue sending a body that was answered already.
    None of them applies to a WebSocket after its head.

    All of uvicorn's HTTP connections in the process use `app.server.response_cycle` from here on.
    """
    # uvicorn has a setting for its protocols, and none for what they make of a request.
    httptools_impl.RequestResponseCycle = CoalescingResponseCycle  # type: ignore[misc]

    class LimitedHttpProtocol(_LimitedHttpProtocol):
        _head_timeout_seconds = head_timeout.total_seconds()
        _send_timeout_seconds = send_timeout.total_seconds()
        _discard_timeout = discard_timeout

    return LimitedHttpProtocol


class _LimitedHttpProtocol(HttpToolsProtocol):
    transport: LingeringTransport
    _head_timeout_seconds: float
    _send_timeout_seconds: float
    _discard_timeout: timedelta
    _discard: InputDiscard
    _head_deadline: asyncio.TimerHandle | None = None
    _send_deadline: asyncio.TimerHandle | None = None
    # Parser state
    _is_in_head = False
    _is_in_body = False
    _is_upgrade = False
    # After an error in the input that follows a request still being answered, nothing more is parsed.
    _ignores_input = False
    _packet_bytes = 0
    _head_bytes = 0
    _body_bytes = 0
    _framing_bytes = 0

    # Connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self.transport = LingeringTransport(transport, close=self._close)
        self._discard = InputDiscard(transport, timeout=self._discard_timeout)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._discard.stop()
        self.resume_writing()
        super().connection_lost(exc)
        self.transport.release()

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.raw.close()
        else:
            super().shutdown()

    def _close(self) -> None:
        """Close the connection; if the client may still be sending, at first only our half."""
        transport = self.transport.raw
        if self.transport.is_closing():
            return
        if not (self._is_in_body or self._ignores_input or self.pipeline) or not transport.can_write_eof():
            transport.close()
            return
        self.transport.is_half_closed = True
        self._unset_keepalive_if_required()
        transport.write_eof()
        self.flow.resume_reading()
        self._discard.start()

    # Input

    def data_received(self, data: bytes) -> None:
        if self._ignores_input or self.transport.is_half_closed:
            if self._discard.is_running:
                self._discard.count(len(data))
            return
        self._unset_keepalive_if_required()
        cycle, was_in_body = self.cycle, self._is_in_body
        self._packet_bytes, body_bytes = len(data), self._body_bytes
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._reject(cause.status if isinstance(cause, MalformedHead) else http.HTTPStatus.BAD_REQUEST)
            return
        if self._is_in_head:
            self._count_head(len(data))
        elif self._is_in_body:
            # The packet with the head contains other bytes too.
            if cycle is self.cycle:
                self._count_body(len(data), body_bytes=self._body_bytes - body_bytes)
        elif not was_in_body and cycle is not None and cycle is self.cycle and cycle.response_complete:
            # Empty lines before a request are not part of a message.
            self._start_head_timer()

    def _parse(self, data: bytes) -> None:
        """Feed the parser, which stops at each upgrade request.

        Raises:
            HttpParserError: the input is not HTTP, or a head was refused.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = memoryview(data)[upgrade.args[0] :]
        else:
            return
        while not self._is_upgrade:
            # RFC 9110 section 7.8: a server that declines the upgrade serves the request normally.
            head = self._build_head_without_upgrade()
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self.parser.feed_data(head)
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
            else:
                return
        self._stop_head_timer()
        self.handle_websocket_upgrade()

    def handle_websocket_upgrade(self) -> None:
        raw = self.transport.raw
        self.transport.release()
        self.transport = raw  # type: ignore[assignment] # the WebSocket's protocol takes it over
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._check_head()
        self._stop_head_timer()
        self._body_bytes = self._framing_bytes = 0
        if self.parser.should_upgrade():
            self._read_upgrade()
            return
        super().on_headers_complete()
        self._is_in_body = True
        # RFC 9110 section 6.5.1: trailers are not headers, and a proxy that forwarded them did not check
        # them.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._is_in_body = False
        super().on_message_complete()
        if self._discard.is_running:
            # The rest of an unread body has arrived: the connection can be reused.
            self._discard.stop()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_in_body and self.cycle.response_complete and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._discard.start()

    # Heads

    def _check_head(self) -> None:
        """Reject heads that violate RFC 9112 section 3.2, and oversized ones that arrived in few packets.

        Raises:
            MalformedHead: with the response's status.
        """
        check_host(self.headers, is_required=self.parser.get_http_version() == "1.1")
        # Other messages may be in the same packet.
        may_be_too_large = self._head_bytes + self._packet_bytes > MAX_HEAD_BYTES
        if may_be_too_large and get_head_size(self.url, self.headers) > MAX_HEAD_BYTES:
            raise MalformedHead(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _count_head(self, received_bytes: int) -> None:
        # Most heads arrive complete and need no deadline.
        self._start_head_timer()
        if not self._head_bytes and received_bytes > MAX_HEAD_BYTES:
            # Usually most of the packet precedes the head.
            received_bytes = get_head_size(self.url, self.headers)
        self._head_bytes += received_bytes
        if self._head_bytes > MAX_HEAD_BYTES:
            self._reject(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _start_head_timer(self) -> None:
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self._head_timeout_seconds, self._on_head_timeout)

    def _stop_head_timer(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _on_head_timeout(self) -> None:
        if self._is_in_head:
            self._reject(http.HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    # Upgrades

    def _read_upgrade(self) -> None:
        """Decide whether to accept the upgrade.

        Raises:
            MalformedHead: it is CONNECT, which is for proxies only.
        """
        method = self.parser.get_method().decode("ascii")
        if method == "CONNECT":
            raise MalformedHead(http.HTTPStatus.NOT_IMPLEMENTED)
        self.scope["method"] = method
        self._is_upgrade = (
            method == "GET"
            and self.ws_protocol_class is not None
            and self.parser.get_http_version() == "1.1"
            and (self.cycle is None or self.cycle.response_complete)
            and offers_websocket(self.headers)
        )

    def _build_head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version()
        line = b"%b %b HTTP/%b" % (self.scope["method"].encode(), self.url, version.encode())
        return remove_upgrade(line, self.headers)

    # Bodies

    def _count_body(self, received_bytes: int, *, body_bytes: int) -> None:
        """Limit what `BodyLimitMiddleware` does not see: an unread body after its response, and framing."""
        if self._discard.is_running:
            self._discard.count(received_bytes)
            return
        self._framing_bytes += received_bytes - body_bytes
        if self._framing_bytes > _MAX_FRAMING_BYTES + _MAX_FRAMING_BYTES_PER_BYTE * self._body_bytes:
            self._reject(http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    # Output

    def pause_writing(self) -> None:
        super().pause_writing()
        self._send_deadline = self.loop.call_later(self._send_timeout_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._send_deadline is not None:
            self._send_deadline.cancel()
            self._send_deadline = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._reject(http.HTTPStatus.BAD_REQUEST)

    def _reject(self, status: http.HTTPStatus) -> None:
        """Respond to input that never became a request, and close the connection."""
        self._stop_head_timer()
        self._ignores_input = True
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if self._is_in_body:
            if cycle.response_started or self.pipeline:
                self.transport.close()
                return
            # The handler is reading from a disconnected client.
            cycle.disconnected = True
            cycle.message_event.set()
        elif cycle is not None and not cycle.response_complete:
            # Earlier requests are answered first; the last response closes the connection.
            cycle.keep_alive = False
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
