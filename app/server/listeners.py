"""Listening sockets that accept one connection per iteration of the event loop.

uvloop and asyncio accept all pending connections at once: after 2,000 new connections in one iteration, all
other clients wait until every request has been started, and each connection uses memory meanwhile.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from datetime import timedelta

_log = logging.getLogger("vitrin.asgi")

_RETRY_AFTER = timedelta(seconds=1)


class PacedServer:
    """Accepts connections from `listeners`, which it closes at the end.

    Connections not yet accepted wait in the kernel's queue. Implements the part of asyncio's server interface
    that uvicorn uses.
    """

    def __init__(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        listeners: list[socket.socket],
        *,
        retry_after: timedelta = _RETRY_AFTER,
    ) -> None:
        self._protocol_factory = protocol_factory
        self._retry_seconds = retry_after.total_seconds()
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[None]] = set()
        self.sockets = listeners
        for listener in listeners:
            listener.setblocking(False)
            self._loop.add_reader(listener, self._accept, listener)

    def close(self) -> None:
        """Stop accepting; connections that are open, or in the kernel's queue, continue."""
        for listener in self.sockets:
            self._loop.remove_reader(listener)
            with contextlib.suppress(OSError):
                while True:
                    self._serve(listener.accept()[0])
            listener.close()
        self.sockets = []

    async def wait_closed(self) -> None:
        """There is nothing to wait for."""

    def _accept(self, listener: socket.socket) -> None:
        # One: with two, the slowest answer to other callers during a burst took 300 ms instead of 90.
        try:
            connection, _address = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            # Usually too many open files. The socket stays readable, so trying again at once would spin.
            _log.error("accept failed, pausing new connections for %.1f s: %s", self._retry_seconds, error)
            self._loop.remove_reader(listener)
            self._loop.call_later(self._retry_seconds, self._resume, listener)
            return
        self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        task = self._loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _resume(self, listener: socket.socket) -> None:
        if listener in self.sockets:
            self._loop.add_reader(listener, self._accept, listener)

    async def _connect(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol_factory, connection)
        except OSError:
            # The client had already disconnected.
            connection.close()


def listen(host: str, port: int, *, backlog: int) -> list[socket.socket]:
    """A listening socket for each address of `host`; all on the same port if `port` is 0.

    Raises:
        OSError: an address is in use, or does not belong to this machine.
    """
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with contextlib.ExitStack() as opened:
        listeners: list[socket.socket] = []
        for family, _, _, _, address in dict.fromkeys(found):
            if port == 0 and listeners:
                address = (address[0], listeners[0].getsockname()[1], *address[2:])
            listener = socket.create_server(address, family=family, backlog=backlog)
            listeners.append(opened.enter_context(listener))
        opened.pop_all()
    return listeners
