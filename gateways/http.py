"""The one way out over HTTP: a client, and a JSON call with a deadline and a size limit."""

import asyncio
import logging
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal

import httpx
import orjson

from gateways.errors import GatewayInvalidResponse, GatewayUnavailable

MAX_RESPONSE_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32

# httpx writes each URL at INFO; httpcore writes refused header values at DEBUG. Both may hold a key.
_TALKATIVE_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


@dataclass(frozen=True, slots=True)
class JsonResponse:
    """A JSON answer of any HTTP status: many services refuse with 200, and explain in JSON with 4xx."""

    http_status: int
    body: object


@cache
def tls_context() -> ssl.SSLContext:
    """TLS settings of every outgoing call, made once: reading the certificates takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def create_client(
    *, connect_timeout: timedelta, total_timeout: timedelta, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """The process's client; one is enough, and its opener closes it.

    Follows no redirects, keeps no cookies and reads no proxy from the environment. `total_timeout`
    bounds a whole call of `read_json`, from connecting to the last byte of the answer. Keep
    `connect_timeout` under half of it: TCP and TLS may take that long each, and httpcore leaves the
    socket to the garbage collector when the total deadline falls within a TLS handshake.
    """
    for name in _TALKATIVE_LOGGERS:
        # A filter, not a level: whoever sets the level to DEBUG later must not bring the keys back.
        logging.getLogger(name).addFilter(_is_warning)
    return httpx.AsyncClient(
        # Compression is declined: 1 MiB of gzip can be 1 GiB of answer.
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vitrin"},
        timeout=httpx.Timeout(total_timeout.total_seconds(), connect=connect_timeout.total_seconds()),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        verify=tls_context(),
        trust_env=False,
        transport=transport,
    )


async def read_json(
    client: httpx.AsyncClient,
    method: Literal["GET", "POST"],
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: object = None,
    max_bytes: int = MAX_RESPONSE_BYTES,
    parse: Callable[[bytes], object] = orjson.loads,
) -> JsonResponse:
    """Call a service once, without retries, and read its answer as JSON.

    Give `form` or `json` as the request's body, not both. `parse` raises ValueError for what is no JSON.

    Raises:
        GatewayUnavailable: no whole answer within the client's total timeout.
        GatewayInvalidResponse: the answer is no JSON, or is over `max_bytes`.
    """
    host = httpx.URL(url).host
    sent_tracker = _SentTracker()
    try:
        # httpx's own read timeout begins anew with each chunk, so a dripping answer would never end.
        async with (
            asyncio.timeout(client.timeout.read),
            client.stream(
                method, url, headers=headers, data=form, json=json, extensions={"trace": sent_tracker}
            ) as response,
        ):
            content = await _read_limited(response, host, max_bytes)
    except ssl.SSLError:
        # A TLS alert after the handshake passes httpcore unmapped; by then the request is under way.
        raise GatewayUnavailable(f"{host} unavailable (SSLError)", request_sent=True) from None
    except (httpx.HTTPError, OSError) as error:
        # The cause is cut off: its text may hold a key ("Illegal header value b'…'").
        reason = f"{host} unavailable ({type(error).__name__})"
        raise GatewayUnavailable(reason, request_sent=sent_tracker.request_sent) from None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        # Whatever it says, the request was turned away (RFC 6585, section 4).
        return JsonResponse(response.status_code, _parse_or_none(content, parse))
    try:
        return JsonResponse(response.status_code, parse(content))
    except ValueError:
        reason = f"{host} answered HTTP {response.status_code} with no JSON"
        raise GatewayInvalidResponse(reason, is_outage=True) from None


class _SentTracker:
    """Notes the moment from which bytes of a request may have left (httpcore's trace extension)."""

    request_sent = False

    async def __call__(self, event: str, info: object) -> None:
        if event.endswith(".send_request_headers.started"):
            self.request_sent = True


async def _read_limited(response: httpx.Response, host: str, max_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > max_bytes:
            raise _build_too_large(response, host, max_bytes)
    if not _is_compressed(response, content):
        return bytes(content)
    try:
        inflated = _inflate(bytes(content), max_bytes)
    except zlib.error:
        reason = f"{host} answered HTTP {response.status_code} with broken compression"
        raise GatewayInvalidResponse(reason, is_outage=True) from None
    if len(inflated) > max_bytes:
        raise _build_too_large(response, host, max_bytes)
    return inflated


def _build_too_large(response: httpx.Response, host: str, max_bytes: int) -> GatewayInvalidResponse:
    return GatewayInvalidResponse(
        f"{host} answered HTTP {response.status_code} with over {max_bytes} bytes", is_outage=True
    )


def _is_compressed(response: httpx.Response, content: bytearray) -> bool:
    """Some servers compress whatever they are asked, and some do not even say so."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    return encoding in ("gzip", "x-gzip", "deflate") or content.startswith(_GZIP)


def _inflate(content: bytes, max_bytes: int) -> bytes:
    """`content` without its gzip or deflate; one byte over `max_bytes` at most, however much there is."""
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(content, max_bytes + 1)
    except zlib.error:
        # What HTTP calls deflate is zlib, but some servers leave out its header.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, max_bytes + 1)


def _parse_or_none(content: bytes, parse: Callable[[bytes], object]) -> object:
    try:
        return parse(content)
    except ValueError:
        return None


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
