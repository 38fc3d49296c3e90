"""HTTP/1.1 on the wire, against the shop's protocol and a handler that reports what it received."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from app.server import http_protocol, lingering_close

_MIB = 1024 * 1024
_PATIENCE_SECONDS = 20
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def handler(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what was received; /early answers 401 before it reads, /late reads after a while."""
    body = b""
    if scope["path"] != "/early":
        if scope["path"] == "/late":
            await asyncio.sleep(0.05)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message["more_body"]:
                break
    reported = {
        "method": scope["method"],
        "path": scope["path"],
        "body": body.decode("latin-1"),
        "headers": {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
    }
    content = json.dumps(reported).encode()
    headers = [(b"content-length", str(len(content)).encode())]
    status = 401 if scope["path"] == "/early" else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@asynccontextmanager
async def start_server(discard_timeout: timedelta = timedelta(seconds=30)) -> AsyncIterator[int]:
    """The port of a server that runs the handler."""
    kind = http_protocol.build_http_protocol(
        head_timeout=timedelta(seconds=10),
        send_timeout=timedelta(seconds=10),
        discard_timeout=discard_timeout,
    )
    config = uvicorn.Config(handler, http=kind, ws="websockets-sansio", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]
        for connection in list(state.connections):
            connection.transport.abort()


@asynccontextmanager
async def open_connection(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def read_response(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """The next answer's status, and its body read as JSON."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE_SECONDS)).decode("latin-1")
    length = next(int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
    body = await reader.readexactly(length)
    content = json.loads(body) if body.startswith(b"{") else {"text": body.decode()}
    content["head"] = head.lower()
    return int(head.split(" ")[1]), content


async def send_request(*packets: bytes) -> tuple[int, dict[str, Any]]:
    async with start_server() as port, open_connection(port) as (reader, writer):
        for packet in packets:
            writer.write(packet)
            await writer.drain()
            if len(packets) > 1:
                # A packet of its own.
                await asyncio.sleep(0.005)
        return await read_response(reader)


def h2c(path: str, body: bytes, *, chunked: bool = False, extra: bytes = b"") -> bytes:
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    return (
        b"POST %b HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n%b%b\r\n\r\n%b"
        % (path.encode(), extra, framing, content)
    )


async def test_an_offer_of_http2_is_served_as_http_1_1_with_its_body(subtests: pytest.Subtests) -> None:
    whole, in_chunks = h2c("/one?a=b", b"key=abc"), h2c("/one?a=b", b"key=abc", chunked=True)
    cases = {
        "one packet": (whole,),
        "chunks": (in_chunks,),
        "head, then body": (whole[:-7], whole[-7:]),
        "split anywhere": tuple(whole[i : i + 9] for i in range(0, len(whole), 9)),
        "chunks, split": tuple(in_chunks[i : i + 40] for i in range(0, len(in_chunks), 40)),
        "HTTP/1.0": (whole.replace(b"HTTP/1.1", b"HTTP/1.0"),),
        "a WebSocket by POST": (whole.replace(b"h2c", b"websocket"),),
    }
    for name, packets in cases.items():
        with subtests.test(name):
            status, got = await send_request(*packets)
            assert (status, got["method"], got["path"], got["body"]) == (200, "POST", "/one", "key=abc")
            assert "upgrade" not in got["headers"]
            assert "upgrade" not in got["head"]


async def test_requests_that_follow_an_offer_of_http2_are_served_too() -> None:
    async with start_server() as port, open_connection(port) as (reader, writer):
        last = b"GET /last HTTP/1.1\r\nHost: shop\r\n\r\n"
        writer.write(h2c("/late", b"1") + h2c("/second", b"22", chunked=True) + h2c("/third", b"") + last)
        answers = [await read_response(reader) for _ in range(4)]

    assert [(got["path"], got["body"]) for _, got in answers] == [
        ("/late", "1"),
        ("/second", "22"),
        ("/third", ""),
        ("/last", ""),
    ]


async def test_hundreds_of_offers_in_one_packet_are_served() -> None:
    async with start_server() as port, open_connection(port) as (reader, writer):
        writer.write(h2c("/", b"x") * 500)
        statuses = {(await read_response(reader))[0] for _ in range(500)}

    assert statuses == {200}


HEADS = {
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "two Hosts by HTTP/1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a Host that is none": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "an empty Host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 200),
    "a Host in IPv6": (b"GET / HTTP/1.1\r\nHost: [2001:db8::1]:8000\r\n\r\n", 200),
    "no Host by HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", 200),
    "CONNECT": (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "70 kB in one packet": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    "70 kB of address": (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    "60 kB": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 60_000 + b"\r\n\r\n", 200),
    "no HTTP": (b"\x16\x03\x01 hello\r\n\r\n", 400),
}


async def test_invalid_heads_are_refused_as_in_rfc_9112(subtests: pytest.Subtests) -> None:
    for name, (head, expected) in HEADS.items():
        with subtests.test(name):
            status, _ = await send_request(head)
            assert status == expected


async def test_a_request_before_a_malformed_one_is_answered_first() -> None:
    async with start_server() as port, open_connection(port) as (reader, writer):
        writer.write(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        status, got = await read_response(reader)
        rest = await asyncio.wait_for(reader.read(), _PATIENCE_SECONDS)

    assert (status, got["path"], rest) == (200, "/late", b"")
    assert "connection: close" in got["head"]


CHUNKED = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_trailers_are_no_headers() -> None:
    status, got = await send_request(
        CHUNKED + b"1\r\nx\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\nAuthorization: a\r\n\r\n"
    )

    assert (status, got["body"]) == (200, "x")
    assert got["headers"] == {"host": "a", "transfer-encoding": "chunked"}


async def test_framing_is_counted_and_chunks_of_a_byte_are_not_refused(subtests: pytest.Subtests) -> None:
    with subtests.test("chunks of a byte"):
        status, got = await send_request(CHUNKED, b"1\r\nx\r\n" * 40_000, b"0\r\n\r\n")
        assert (status, len(got["body"])) == (200, 40_000)
    with subtests.test("an extension without end"):
        status, _ = await send_request(CHUNKED, b"1;", *(b"x" * 30_000 for _ in range(5)))
        assert status == 413
    with subtests.test("a broken chunk"):
        status, _ = await send_request(CHUNKED, b"zz\r\n")
        assert status == 400


async def upload(path: str, *, version: str, headers: bytes, size: int) -> tuple[int, bool, bytes]:
    """Send all before reading, as most clients do: the status, whether the connection is kept, the rest."""
    async with start_server() as port, open_connection(port) as (reader, writer):
        head = f"POST {path} HTTP/{version}\r\nHost: a\r\nContent-Length: {size}\r\n".encode()
        writer.write(head + headers + b"\r\n")
        for _ in range(size // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()
        writer.write(b"x" * (size % 65_536))
        await writer.drain()
        status, got = await read_response(reader)
        if "connection: close" in got["head"]:
            return status, False, await asyncio.wait_for(reader.read(), _PATIENCE_SECONDS)
        writer.write(b"GET /again HTTP/1.1\r\nHost: a\r\n\r\n")
        return status, (await read_response(reader))[1]["path"] == "/again", b""


async def test_an_early_answer_reaches_a_client_that_sends_all_of_its_body_first(
    subtests: pytest.Subtests,
) -> None:
    for size in (70_000, 300_000, 5 * _MIB):
        for name, version, headers, is_reusable in (
            ("close", "1.1", b"Connection: close\r\n", False),
            ("HTTP/1.0", "1.0", b"", False),
            ("keep-alive", "1.1", b"", True),
        ):
            with subtests.test(name, size=size):
                reported = await upload("/early", version=version, headers=headers, size=size)
                assert reported == (401, is_reusable, b"")


async def test_a_body_that_is_too_long_to_discard_ends_the_connection(subtests: pytest.Subtests) -> None:
    size = lingering_close.MAX_DISCARDED_BYTES + 1
    async with start_server() as port, open_connection(port) as (reader, writer):
        writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
        status, got = await read_response(reader)
        assert (status, "connection: close" in got["head"]) == (401, True)
        assert await asyncio.wait_for(reader.read(), _PATIENCE_SECONDS) == b""

        async def upload_all() -> None:
            for _ in range(2 * size // 65_536):
                writer.write(b"x" * 65_536)
                await writer.drain()

        with pytest.raises(ConnectionError):
            await upload_all()


async def test_a_client_that_never_stops_sending_is_disconnected() -> None:
    async with start_server(timedelta(seconds=0.2)) as port, open_connection(port) as (_, writer):
        writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")

        async def dribble() -> None:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(dribble(), _PATIENCE_SECONDS)


async def test_an_answer_without_asking_for_the_expected_body_ends_the_connection() -> None:
    async with start_server() as port, open_connection(port) as (reader, writer):
        writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        status, got = await read_response(reader)

    assert (status, "connection: close" in got["head"]) == (401, True)
