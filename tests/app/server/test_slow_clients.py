"""Slow clients over raw sockets are disconnected in time and delay no other client."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.server.http_protocol import MAX_HEAD_BYTES
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

_PATIENCE_SECONDS = 30
_HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
_POST = (
    b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = {"HEADER_TIMEOUT": "1", "BODY_TIMEOUT": "1", "SEND_TIMEOUT": "1"}
    with LiveServer(tmp_path_factory.mktemp("slow"), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose timeouts are not reached, however slow the machine: only sizes cut a client off."""
    settings = {"HEADER_TIMEOUT": str(10 * _PATIENCE_SECONDS), "BODY_TIMEOUT": str(10 * _PATIENCE_SECONDS)}
    with LiveServer(tmp_path_factory.mktemp("patient"), **settings) as server:
        yield server


def open_connection(server: LiveServer) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=_PATIENCE_SECONDS)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def answer_to_dribbling(
    server: LiveServer, begin: bytes, drop: bytes, *, every_seconds: float = 0.05
) -> bytes:
    """Everything received by a client that sends `begin` and then repeats `drop` until disconnected."""
    with open_connection(server) as client:
        client.sendall(begin)
        is_cut = threading.Event()

        def dribble() -> None:
            while not is_cut.wait(every_seconds):
                try:
                    client.sendall(drop)
                except OSError:
                    return

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            return read_all(client)
        finally:
            is_cut.set()
            thread.join()


def read_all(client: socket.socket) -> bytes:
    """The bytes until the server closes; a TimeoutError if it does not."""
    received = b""
    try:
        while part := client.recv(65_536):
            received += part
    except ConnectionError:
        pass
    return received


SLOW_REQUESTS: dict[str, tuple[bytes, bytes, list[bytes]]] = {
    "nothing": (b"", b"", []),
    "line ends": (b"", b"\r\n", []),
    "an address": (b"GET /heal", b"x", [b"408"]),
    "a header": (_HEAD, b"X-a: b\r\n", [b"408"]),
    "a body": (_POST, b" ", [b"408"]),
    "a chunked body": (
        _POST.replace(b"Content-Length: 50", b"Transfer-Encoding: chunked"),
        b"1\r\n \r\n",
        [b"408"],
    ),
    "a body for GraphQL": (_POST.replace(b"/api/v1/login", b"/graphql"), b" ", [b"408"]),
    "a body for a reseller": (_POST.replace(b"/api/v1/login", b"/api/v2"), b" ", [b"200"]),
    "line ends after an answer": (_HEAD + b"\r\n", b"\r\n", [b"200"]),
    "a header after an answer": (_HEAD + b"\r\n" + _HEAD, b"X-a: b\r\n", [b"200", b"408"]),
    "a body that nobody reads": (_POST.replace(b"/login", b"/user"), b" ", [b"401"]),
}
"""A client's first bytes, the bytes it repeats, and the expected statuses."""


def test_a_slow_client_is_disconnected(server: LiveServer) -> None:
    with ThreadPoolExecutor(len(SLOW_REQUESTS)) as pool:
        cut = {
            name: pool.submit(answer_to_dribbling, server, begin, drop)
            for name, (begin, drop, _) in SLOW_REQUESTS.items()
        }
    answers = {name: re.findall(rb"HTTP/1.1 ([0-9]+) ", answer.result()) for name, answer in cut.items()}
    assert answers == {name: statuses for name, (_, _, statuses) in SLOW_REQUESTS.items()}
    assert b"took too long" in cut["a body for a reseller"].result()
    assert "Traceback" not in server.output()


def test_a_head_without_end_is_refused_at_its_size(patient_server: LiveServer) -> None:
    with open_connection(patient_server) as client:
        client.sendall(_HEAD)
        lines = (b"X-a: " + b"b" * 993 + b"\r\n") * (MAX_HEAD_BYTES // 4_000)
        for _ in range(8):
            try:
                client.sendall(lines)
            except ConnectionError:
                break
        # Cut while it still writes, a client may lose the answer.
        reported = read_all(client)
        assert reported == b"" or reported.startswith(b"HTTP/1.1 431 ")
    assert answer_to_dribbling(patient_server, _HEAD, b"X-a: " + b"b" * 9_993 + b"\r\n").startswith(
        b"HTTP/1.1 431 "
    )


def test_a_client_that_does_not_read_its_response_is_disconnected(server: LiveServer) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.settimeout(_PATIENCE_SECONDS)
        client.connect(("127.0.0.1", server.port))
        # Many answers at once: one alone fits into what the kernel holds.
        client.sendall(b"GET /api/v1/stats/top_services HTTP/1.1\r\nHost: a\r\n\r\n" * 2_000)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        is_cut = False
        while not is_cut and time.monotonic() < deadline:
            try:
                client.send(b"\r\n")
            except BlockingIOError:
                pass
            except OSError:
                is_cut = True
            time.sleep(0.05)
        assert is_cut


def test_a_hundred_slow_clients_delay_no_other(server: LiveServer) -> None:
    with ThreadPoolExecutor(100) as pool:
        slow = [
            pool.submit(answer_to_dribbling, server, begin, drop, every_seconds=0.2)
            for begin, drop in ((_HEAD, b"X-a: b\r\n"), (_POST, b" "))
            for _ in range(50)
        ]
        for _ in range(20):
            with open_connection(server) as client:
                client.sendall(_HEAD + b"Connection: close\r\n\r\n")
                assert read_all(client).startswith(b"HTTP/1.1 200 ")
        assert {answer.result()[:13] for answer in slow} == {b"HTTP/1.1 408 "}


def test_a_client_in_no_hurry_keeps_its_connection_between_whole_requests(server: LiveServer) -> None:
    with open_connection(server) as client:
        for _ in range(3):
            client.sendall(_HEAD + b"\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += client.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b"\r\nserver:" not in answer.lower()
            time.sleep(1.2)


def test_malformed_http_is_refused_without_naming_the_server(server: LiveServer) -> None:
    with open_connection(server) as client:
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"server:" not in answer.lower()
    assert b"x-content-type-options: nosniff" in answer
