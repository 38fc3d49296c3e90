"""The only HTTP client for external services: JSON calls with a deadline and a size limit."""

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

# httpx logs each URL at INFO; httpcore logs rejected header values at DEBUG. Both may contain a key.
_TALKATIVE_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


@dataclass(frozen=True, slots=True)
class JsonResponse:
    """A JSON response of any HTTP status: many services report errors with 200, or explain 4xx in JSON."""

    http_status: int
    body: object


@cache
def tls_context() -> ssl.SSLContext:
    """TLS settings of all outgoing calls, cached: loading certificates takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def create_client(
    *, connect_timeout: timedelta, total_timeout: timedelta, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """The process's client; one is enough, and the caller closes it.

    Follows no redirects, keeps no cookies and reads no proxy from the environment. `total_timeout` limits a
    whole call of `read_json`, from connecting to the last byte of the response. Keep `connect_timeout` under
    half of it: TCP and TLS may each take that long, and if the total deadline falls within a TLS handshake,
    httpcore leaves the socket to the garbage collector.
    """
    for name in _TALKATIVE_LOGGERS:
        # A filter, not a level: setting the level to DEBUG later must not log the keys again.
        logging.getLogger(name).addFilter(_is_warning)
    return httpx.AsyncClient(
        # Compression is declined: 1 MiB of gzip can expand to 1 GiB.
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
    """Call a service once, without retries, and parse its response as JSON.

    Pass `form` or `json` as the request's body, not both. `parse` raises ValueError for invalid JSON.

    Raises:
        GatewayUnavailable: no complete response within the client's total timeout.
        GatewayInvalidResponse: the response is not JSON, or is over `max_bytes`.
    """
    host = httpx.URL(url).host
    sent_tracker = _SentTracker()
    try:
        # httpx's own read timeout restarts with each chunk, so a slowly dripping response would never end.
        async with (
            asyncio.timeout(client.timeout.read),
            client.stream(
                method, url, headers=headers, data=form, json=json, extensions={"trace": sent_tracker}
            ) as response,
        ):
            content = await _read_limited(response, host, max_bytes)
    except ssl.SSLError:
        # httpcore passes on a TLS alert after the handshake unmapped; by then the request may have been sent.
        raise GatewayUnavailable(f"{host} unavailable (SSLError)", request_sent=True) from None
    except (httpx.HTTPError, OSError) as error:
        # Without its cause, whose message may contain a key ("Illegal header value b'…'").
        reason = f"{host} unavailable ({type(error).__name__})"
        raise GatewayUnavailable(reason, request_sent=sent_tracker.request_sent) from None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        # Whatever the body says, the request was refused (RFC 6585, section 4).
        return JsonResponse(response.status_code, _parse_or_none(content, parse))
    try:
        return JsonResponse(response.status_code, parse(content))
    except ValueError:
        reason = f"{host} answered HTTP {response.status_code} with no JSON"
        raise GatewayInvalidResponse(reason, is_outage=True) from None


class _SentTracker:
    """Records whether bytes of a request may have been sent (httpcore's trace extension)."""

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
    """Some servers compress unconditionally, and some do not even declare it."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    return encoding in ("gzip", "x-gzip", "deflate") or content.startswith(_GZIP)


def _inflate(content: bytes, max_bytes: int) -> bytes:
    """Decompress gzip or deflate `content`, up to one byte more than `max_bytes`."""
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(content, max_bytes + 1)
    except zlib.error:
        # HTTP's deflate is zlib, but some servers omit its header.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, max_bytes + 1)


def _parse_or_none(content: bytes, parse: Callable[[bytes], object]) -> object:
    try:
        return parse(content)
    except ValueError:
        return None


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
