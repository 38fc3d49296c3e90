"""Closing a connection whose client still sends, so that it can read its answer (RFC 9112 section 9.6)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

MAX_DISCARDED_BYTES = 16 * 1024 * 1024
"""Bytes of a request that are read and dropped after its answer."""

_MAX_IDLE_SECONDS = 5


class LingeringTransport(asyncio.Transport):
    """A connection's transport whose `close` is the protocol's, which may have to wait for the client.

    `is_closing` is true from the moment that nothing more may be answered.
    """

    def __init__(self, transport: asyncio.Transport, *, close: Callable[[], None]) -> None:
        super().__init__()
        self.raw = transport
        self.is_half_closed = False
        self._close: Callable[[], None] | None = close

    def write(self, data: Any) -> None:
        self.raw.write(data)

    def close(self) -> None:
        if self._close is not None:
            self._close()

    def abort(self) -> None:
        self.raw.abort()

    def is_closing(self) -> bool:
        return self.is_half_closed or self.raw.is_closing()

    def release(self) -> None:
        """Forget the protocol: the connection is gone, and no cycle of references must keep it."""
        self._close = None


class InputDiscard:
    """Bounds in bytes and time on the unread input of one request that was answered.

    The connection is cut where the client sends more than `MAX_DISCARDED_BYTES`, takes longer than `within`,
    or sends nothing for five seconds while it has no answer left to read.
    """

    def __init__(self, transport: asyncio.Transport, *, timeout: timedelta) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._timeout_seconds = timeout.total_seconds()
        self._bytes = 0
        self._bytes_at_check = 0
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        return self._timer is not None

    def start(self) -> None:
        """Begin to count anew."""
        self.stop()
        self._bytes = self._bytes_at_check = 0
        self._deadline = self._loop.time() + self._timeout_seconds
        self._schedule_check()

    def count(self, received_bytes: int) -> None:
        """Note that so much input was dropped."""
        self._bytes += received_bytes
        if self._bytes > MAX_DISCARDED_BYTES:
            self._abort()

    def stop(self) -> None:
        """The input has ended, or the connection has."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule_check(self) -> None:
        seconds = min(_MAX_IDLE_SECONDS, max(0.0, self._deadline - self._loop.time()))
        self._timer = self._loop.call_later(seconds, self._check)

    def _check(self) -> None:
        is_idle = self._bytes == self._bytes_at_check and not self._transport.get_write_buffer_size()
        if is_idle or self._loop.time() >= self._deadline:
            self._abort()
            return
        self._bytes_at_check = self._bytes
        self._schedule_check()

    def _abort(self) -> None:
        self.stop()
        self._transport.abort()
