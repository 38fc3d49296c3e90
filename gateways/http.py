"""The one way out over HTTP: a client, and a JSON call with a deadline and a size limit."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal

import httpx
import orjson

from gateways.errors import GatewayAnsweredNonsense, GatewayUnavailable

MAX_ANSWER_BYTES = 1024 * 1024

# httpx writes each URL at INFO; httpcore writes refused header values at DEBUG. Both may hold a key.
_TALKATIVE_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A JSON answer of any HTTP status: many services refuse with 200, and explain in JSON with 4xx."""

    http_status: int
    body: object


def new_client(
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
    most_bytes: int = MAX_ANSWER_BYTES,
) -> JsonAnswer:
    """Call a service once, without retries, and read its answer as JSON.

    Give `form` or `json` as the request's body, not both.

    Raises:
        GatewayUnavailable: no whole answer within the client's total timeout.
        GatewayAnsweredNonsense: the answer is no JSON, or is over `most_bytes`.
    """
    host = httpx.URL(url).host
    departure = _Departure()
    try:
        # httpx's own read timeout begins anew with each chunk, so a dripping answer would never end.
        async with (
            asyncio.timeout(client.timeout.read),
            client.stream(
                method, url, headers=headers, data=form, json=json, extensions={"trace": departure}
            ) as response,
        ):
            content = await _read_capped(response, host, most_bytes)
    except ssl.SSLError:
        # A TLS alert after the handshake passes httpcore unmapped; by then the request is under way.
        raise GatewayUnavailable(f"{host} unavailable (SSLError)", request_sent=True) from None
    except (httpx.HTTPError, OSError) as error:
        # The cause is cut off: its text may hold a key ("Illegal header value b'…'").
        reason = f"{host} unavailable ({type(error).__name__})"
        raise GatewayUnavailable(reason, request_sent=departure.request_sent) from None
    return JsonAnswer(response.status_code, _parse(content, host, response.status_code))


class _Departure:
    """Notes the moment from which bytes of a request may have left (httpcore's trace extension)."""

    request_sent = False

    async def __call__(self, event: str, info: object) -> None:
        if event.endswith(".send_request_headers.started"):
            self.request_sent = True


async def _read_capped(response: httpx.Response, host: str, most_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > most_bytes:
            raise GatewayAnsweredNonsense(
                f"{host} answered HTTP {response.status_code} with over {most_bytes} bytes"
            )
    return bytes(content)


def _parse(content: bytes, host: str, http_status: int) -> object:
    try:
        body: object = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise GatewayAnsweredNonsense(f"{host} answered HTTP {http_status} with no JSON") from None
    return body


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
