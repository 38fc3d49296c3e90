"""WebSockets as `main.py` serves them: what they take, and how they end."""

import contextlib

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.live_servers import LiveServer
from tests.sockets import open_socket

pytestmark = pytest.mark.processes

MAX_MESSAGE_BYTES = 262_144


async def test_a_message_of_the_largest_size_is_read_and_a_larger_one_closed_with_1009(
    live_server: LiveServer,
) -> None:
    async with open_socket(live_server.url) as client:
        await client.initialise()
        await client.send_raw('{"type":"ping","payload":{}}'.ljust(MAX_MESSAGE_BYTES))
        assert (await client.receive())["type"] == "pong"

        await client.send_raw('{"type":"ping","payload":{}}'.ljust(MAX_MESSAGE_BYTES + 1))
        assert await client.close_code() == 1009


async def test_a_message_in_fragments_is_bounded_as_a_whole(live_server: LiveServer) -> None:
    async with open_socket(live_server.url) as client:
        await client.initialise()
        with contextlib.suppress(ConnectionClosed):
            await client.connection.send(" " * 1_000 for _ in range(MAX_MESSAGE_BYTES // 1_000 + 1))

        # The server's close may be lost where it crosses the rest of the message.
        assert await client.close_code() in (1009, 1006)


async def test_a_compressed_message_is_not_agreed_upon(live_server: LiveServer) -> None:
    async with open_socket(live_server.url, compression="deflate") as client:
        assert client.connection.protocol.extensions == []


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/user", "/graphql/assets/index.html", "/healthz", "/graphql/x"]
)
async def test_other_addresses_speak_no_websocket(live_server: LiveServer, path: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(live_server.url, path=path):
            pass

    assert refusal.value.response.status_code == 403
    assert "Traceback" not in live_server.output()


async def test_a_foreign_page_is_refused(live_server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(live_server.url, origin="https://evil.example"):
            pass

    assert refusal.value.response.status_code == 403


async def test_a_server_that_stops_closes_its_sockets_with_1012(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with LiveServer(tmp_path_factory.mktemp("stopping")) as server:
        async with open_socket(server.url) as idle, open_socket(server.url) as busy:
            await idle.initialise()
            await busy.initialise()
            await busy.start("s", "subscription {__typename}")
            assert await busy.error_code("s") == "GRAPHQL_VALIDATION_FAILED"
            server.terminate()

            assert (await idle.close_code(), await busy.close_code()) == (1012, 1012)
        server.stop()
        assert "Traceback" not in server.output()
