"""One new connection is accepted in each iteration of the event loop, so bursts delay no request."""

import asyncio
import contextlib
import itertools
import resource
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.server.listeners import PacedServer, listen


class Connection(asyncio.Protocol):
    """Counts itself in, and answers what it receives."""

    def __init__(self, made: list["Connection"]) -> None:
        self._made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._made.append(self)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


@contextlib.asynccontextmanager
async def serving(made: list[Connection], host: str = "127.0.0.1") -> AsyncIterator[PacedServer]:
    listeners = listen(host, 0, backlog=100)
    server = PacedServer(lambda: Connection(made), listeners, retry_after=timedelta(seconds=0.05))
    yield server
    server.close()
    await server.wait_closed()
    for connection in made:
        connection.transport.abort()


def connect(server: PacedServer) -> socket.socket:
    return socket.create_connection(server.sockets[0].getsockname()[:2])


async def test_a_burst_of_connections_is_accepted_one_each_iteration() -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        clients = [connect(server) for _ in range(50)]
        counts = [0]
        async with asyncio.timeout(5):
            while len(made) < 50:
                await asyncio.sleep(0)
                counts.append(len(made))
        assert max(later - earlier for earlier, later in itertools.pairwise(counts)) == 1
        for client in clients:
            client.close()


async def test_a_connection_serves_both_ways_without_delay() -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        assert made[0].transport.get_extra_info("peername") == writer.get_extra_info("sockname")
        accepted = made[0].transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()


async def test_clients_that_disconnect_before_their_turn_affect_no_other() -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        for _ in range(20):
            gone = connect(server)
            # Reset, rather than close.
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            gone.close()
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()


async def test_a_closed_server_accepts_no_connections_and_keeps_open_ones() -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"one")
        await reader.readexactly(3)
        server.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*address)
        writer.write(b"two")
        assert await reader.readexactly(3) == b"two"
        writer.close()


async def test_a_closing_server_serves_the_connections_that_wait_in_the_queue() -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        clients = [connect(server) for _ in range(20)]
        for client in clients:
            client.sendall(b"hello")
        server.close()
        for client in clients:
            client.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(client, 5) == b"hello"
            client.close()


async def test_a_server_without_free_file_descriptors_pauses_and_resumes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made: list[Connection] = []
    async with serving(made) as server:
        client = connect(server)
        with contextlib.ExitStack() as files:
            _use_all_files(files)
            await asyncio.sleep(0.02)
            assert made == []
        async with asyncio.timeout(5):
            while not made:
                await asyncio.sleep(0.01)
        client.close()
    assert "accept failed" in caplog.text


def _use_all_files(files: contextlib.ExitStack) -> None:
    """Lower the limit of open files to those that are open."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
    with socket.socket() as probe:
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno(), limits[1]))


def test_listening_on_several_addresses_uses_one_port() -> None:
    listeners = listen("localhost", 0, backlog=1)
    assert len({listener.getsockname()[1] for listener in listeners}) == 1
    for listener in listeners:
        listener.close()
