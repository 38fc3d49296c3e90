"""A stand-in for an outside service: a real HTTP server on loopback that does what the test says."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs


@dataclass(frozen=True)
class ReceivedRequest:
    """One received request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())

    @property
    def json(self) -> object:
        value: object = json.loads(self.body)
        return value


class HttpStubServer:
    """Remembers each request in `received`; answers 200 `{}` by default."""

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self._closing = asyncio.Event()
        self._serving: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self.answer(200, "{}")

    def answer(self, status: int, body: str | bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answer with `body` and close the connection."""
        content = body.encode() if isinstance(body, str) else body
        fields = {"content-length": str(len(content)), "connection": "close", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._send(f"HTTP/1.1 {status} Stub\r\n{head}\r\n".encode() + content)

    def drop(self) -> None:
        """Take the request and close the connection."""
        self._send(b"")

    def hang(self) -> None:
        """Accept the request and send no response."""
        self._send(b"", stays_open=True)

    def drip(self) -> None:
        """Send an answer a byte at a time, without end."""
        self._send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", stays_open=True, drop=b" ")

    def _send(self, first: bytes, *, stays_open: bool = False, drop: bytes = b"") -> None:
        self._first, self._stays_open, self._drop = first, stays_open, drop

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """From here on connections to `url` are refused."""
        self._closing.set()
        self._server.close()
        for writer in self._serving:
            writer.close()
        await asyncio.gather(*filter(None, self._serving.values()))
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving[writer] = asyncio.current_task()
        try:
            self.received.append(await _read_request(reader))
            writer.write(self._first)
            await writer.drain()
            while self._stays_open and not self._closing.is_set():
                writer.write(self._drop)
                await writer.drain()
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # The client gave up, as some tests intend.
        finally:
            del self._serving[writer]
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> ReceivedRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    request_line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = request_line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return ReceivedRequest(method, path, headers, body)
