"""gzip compression by ISA-L: 89 kB of JSON in 0.14 ms, where zlib takes 0.6."""

import asyncio
from collections.abc import Awaitable, Generator

from isal import isal_zlib
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import HeaderPairs, get_header
from web.media_types import accepts_coding

_MIN_BYTES = 1_024
_LEVEL = 1
_GZIP_WBITS = 31
# About 0.4 ms: more would delay other requests.
_MAX_BYTES_IN_LOOP = 262_144

_COMPRESSIBLE = (
    b"text/",
    b"application/json",
    b"application/graphql-response+json",
    b"application/javascript",
    b"application/yaml",
    b"application/xml",
    b"image/svg+xml",
)
_NO_BODY = {204, 206, 304}


class CompressionMiddleware:
    """Compresses text responses from 1 KiB if the client accepts gzip.

    Responses to requests with cookies are not compressed unless they have an ETag, as public documents do:
    the compressed length of a page would reveal a secret in it if a foreign site controls another part
    (BREACH). API tokens are sent in headers, which foreign sites cannot set.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        is_http = scope["type"] == "http"
        return self._app(scope, receive, _CompressedResponse(scope, send).send if is_http else send)


class _CompressedResponse:
    """One response; its head is delayed until the first part of its body if that is compressed."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._stream: isal_zlib.Compress | None = None

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            if not self._should_compress(message):
                return self._send(message)
            self._start = message
            return _COMPLETED
        if self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            return self._start_body(start, message)
        if self._stream is not None and message["type"] == "http.response.body":
            return self._continue_body(self._stream, message)
        return self._send(message)

    def _should_compress(self, start: Message) -> bool:
        """Whether to compress; a response that depends on the client's headers gets a Vary header."""
        headers: HeaderPairs = start.get("headers") or []
        headers_by_name = dict(headers)
        if len(length := headers_by_name.get(b"content-length", b"unknown")) < 4 and int(length) < _MIN_BYTES:
            return False
        if start["status"] in _NO_BODY or not headers_by_name.get(b"content-type", b"").startswith(
            _COMPRESSIBLE
        ):
            return False
        if b"content-encoding" in headers_by_name or b"no-transform" in headers_by_name.get(
            b"cache-control", b""
        ):
            return False
        if b"etag" not in headers_by_name and get_header(self._scope, b"cookie"):
            return False
        start["headers"] = [*headers, (b"vary", b"Accept-Encoding")]
        accepted = get_header(self._scope, b"accept-encoding")
        return accepted != "" and accepts_coding(accepted, "gzip")

    async def _start_body(self, start: Message, message: Message) -> None:
        body = message.get("body", b"")
        if not message.get("more_body", False):
            if len(body) >= _MIN_BYTES:
                message["body"] = await _compress(body)
                start["headers"] = _build_compressed_headers(start["headers"], length=len(message["body"]))
            await self._send(start)
            await self._send(message)
            return
        self._stream = isal_zlib.compressobj(_LEVEL, wbits=_GZIP_WBITS)
        start["headers"] = _build_compressed_headers(start["headers"], length=None)
        await self._send(start)
        await self._continue_body(self._stream, message)

    async def _continue_body(self, stream: isal_zlib.Compress, message: Message) -> None:
        is_last = not message.get("more_body", False)
        compressed = stream.compress(message.get("body", b""))
        # Flushed, so that each part can be read when the handler sends it.
        message["body"] = compressed + stream.flush(isal_zlib.Z_FINISH if is_last else isal_zlib.Z_SYNC_FLUSH)
        await self._send(message)


class _CompletedAwaitable:
    """An awaitable that is already done; shared, to avoid a coroutine per response."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


_COMPLETED = _CompletedAwaitable()


def _build_compressed_headers(headers: HeaderPairs, *, length: int | None) -> HeaderPairs:
    """The headers of the compressed response; its ETag is weak, as the bytes differ (RFC 9110, 8.8.1)."""
    compressed_headers: HeaderPairs = [(b"content-encoding", b"gzip")]
    for name, value in headers:
        if name == b"etag" and not value.startswith(b"W/"):
            compressed_headers.append((name, b"W/" + value))
        elif name not in (b"content-length", b"accept-ranges"):
            compressed_headers.append((name, value))
    if length is not None:
        compressed_headers.append((b"content-length", b"%d" % length))
    return compressed_headers


async def _compress(body: bytes) -> bytes:
    if len(body) <= _MAX_BYTES_IN_LOOP:
        return isal_zlib.compress(body, _LEVEL, wbits=_GZIP_WBITS)
    return await asyncio.to_thread(isal_zlib.compress, body, _LEVEL, wbits=_GZIP_WBITS)
