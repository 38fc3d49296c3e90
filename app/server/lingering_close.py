"""Closing a connection whose client is still sending, so that it can read the response (RFC 9112 section
9.6).
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

MAX_DISCARDED_BYTES = 16 * 1024 * 1024
"""Bytes of a request that are read and dropped after its response."""

_MAX_IDLE_SECONDS = 5


class LingeringTransport(asyncio.Transport):
    """A transport whose `close` is delegated to the protocol, which may have to wait for the client.

    `is_closing` is true as soon as no further response may be sent.
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
        """Drop the reference to the protocol, which would form a cycle after the connection is lost."""
        self._close = None


class InputDiscard:
    """Limits on the unread input of a request that was answered, in bytes and time.

    The connection is aborted if the client sends more than `MAX_DISCARDED_BYTES`, takes longer than the
    timeout, or sends nothing for five seconds while no response is left to read.
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
        """Start counting from zero."""
        self.stop()
        self._bytes = self._bytes_at_check = 0
        self._deadline = self._loop.time() + self._timeout_seconds
        self._schedule_check()

    def count(self, received_bytes: int) -> None:
        """Count dropped input."""
        self._bytes += received_bytes
        if self._bytes > MAX_DISCARDED_BYTES:
            self._abort()

    def stop(self) -> None:
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
