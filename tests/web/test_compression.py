"""Text responses are compressed if that saves bytes and leaks nothing."""

import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from web.middleware.compression import CompressionMiddleware

LONG, SHORT = b'{"a": "long"}' * 100, b'{"a": "short"}'
HUGE = LONG * 300


async def parts() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield LONG


async def answer(request: Request) -> Response:
    kind = request.path_params["kind"]
    if kind == "stream":
        return StreamingResponse(parts(), media_type="text/csv")
    body = {"short": SHORT, "huge": HUGE}.get(kind, LONG)
    headers = {
        "document": {"ETag": '"1"'},
        "encoded": {"Content-Encoding": "br"},
        "fixed": {"Cache-Control": "no-transform"},
    }.get(kind, {})
    media_type = "image/png" if kind == "picture" else "application/json"
    return Response(body, headers=headers, media_type=media_type)


def client() -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/{kind}", answer)], middleware=[Middleware(CompressionMiddleware)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")


async def raw(kind: str, accept_encoding: str = "gzip", **headers: str) -> tuple[httpx.Headers, bytes]:
    """The answer's headers, and its body as it was sent."""
    async with client() as asking:
        request = asking.build_request(
            "GET", f"/{kind}", headers={"Accept-Encoding": accept_encoding, **headers}
        )
        received = await asking.send(request, stream=True)
        body = b"".join([part async for part in received.aiter_raw()])
        return received.headers, body


async def test_a_long_answer_is_compressed_for_clients_that_accept_gzip(subtests: pytest.Subtests) -> None:
    for accepted in ("gzip", "br;q=1, gzip;q=0.5", "*", "GZIP"):
        with subtests.test(accepted):
            headers, body = await raw("long", accepted)
            assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
            assert gzip.decompress(body) == LONG
            assert int(headers["content-length"]) == len(body) < len(LONG) // 4
    for refused in ("", "identity", "gzip;q=0", "br"):
        with subtests.test(refused):
            headers, body = await raw("long", refused)
            assert (body, headers["vary"]) == (LONG, "Accept-Encoding")
            assert "content-encoding" not in headers


async def test_incompressible_or_no_transform_responses_are_sent_unchanged(subtests: pytest.Subtests) -> None:
    for kind in ("short", "picture", "encoded", "fixed"):
        with subtests.test(kind):
            headers, body = await raw(kind)
            assert body == (SHORT if kind == "short" else LONG)
            assert headers.get("content-encoding") == ("br" if kind == "encoded" else None)
            assert "vary" not in headers


async def test_answers_to_cookies_are_compressed_only_where_they_are_documents() -> None:
    page, _ = await raw("long", Cookie="staff=secret")
    document, _ = await raw("document", Cookie="staff=secret")

    assert "content-encoding" not in page
    assert (document["content-encoding"], document["etag"]) == ("gzip", 'W/"1"')


async def test_a_stream_can_be_read_part_by_part() -> None:
    headers, body = await raw("stream")
    reader = zlib.decompressobj(wbits=31)

    assert headers["content-encoding"] == "gzip"
    assert "content-length" not in headers
    assert reader.decompress(body) == LONG * 3
    assert reader.eof


async def test_a_huge_answer_is_compressed_beside_the_loop() -> None:
    _, body = await raw("huge")

    assert gzip.decompress(body) == HUGE
