"""Restrictions on providers' addresses, and the HTTP client that enforces them.

Staff or sellers enter a provider's URL; it must not lead into our own network (OWASP, Server-Side Request
Forgery Prevention).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import NewType

import httpcore
import httpx

from gateways.errors import GatewayUnavailable
from gateways.http import create_client, tls_context

ProviderClient = NewType("ProviderClient", httpx.AsyncClient)
"""A client that is safe to use with a provider's URL; create it with `create_provider_client`."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host for connections to a port, best first; raises OSError if there are none."""

# Each attempt gets its share of the connect timeout, and a distant provider needs more than a tenth of it.
_MAX_TRIES = 2

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Python considers both public: Oracle's metadata service is in the first (Python 3.11.7), Azure's is the
# second.
_NOT_PUBLIC = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("168.63.129.16/32"))


class ForbiddenAddress(GatewayUnavailable):
    """A provider's URL is not acceptable, or leads to a non-public address; nothing was sent.

    A retry only helps after the URL, or the address it resolves to, has changed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, request_sent=False)


def check_url(url: str) -> None:
    """Accept an http or https URL with a host and without credentials.

    Raises:
        ForbiddenAddress: any other URL; the message does not repeat it.
    """
    try:
        is_valid = _is_plain_host_url(httpx.URL(url))
    except (httpx.InvalidURL, UnicodeError):  # UnicodeError: a lone surrogate
        is_valid = False
    if not is_valid:
        raise ForbiddenAddress("the provider's URL is not an http(s) URL of a host alone")


def _is_plain_host_url(url: httpx.URL) -> bool:
    is_http = url.scheme in ("http", "https") and url.host != "" and not url.userinfo
    return is_http and (url.port is None or 1 <= url.port <= 65_535)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    False for loopback, private, link-local, shared, multicast, unspecified and reserved addresses, for the
    metadata services of clouds, for addresses that embed one of these (IPv4-mapped and NAT64 IPv6), for 6to4,
    and for text that is not an IP address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip not in _NAT64 and ip.ipv4_mapped is None:
            return ip.is_global and ip in _GLOBAL_UNICAST and ip not in _SIX_TO_FOUR
        ip = ipaddress.IPv4Address(ip.packed[-4:])
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses found by the system's resolver, as `Resolve` defines them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class RestrictedNetworkBackend(httpcore.AsyncNetworkBackend):
    """Connects to allowed addresses only, whatever host name is requested.

    A host is resolved once per connection, and the connection uses the checked addresses themselves, so a
    name that resolves differently a moment later (DNS rebinding) has no effect. TLS and the Host header keep
    the name. A single forbidden address rejects the name.
    """

    def __init__(
        self,
        resolve: Resolve,
        *,
        is_allowed: Callable[[str], bool],
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection within `timeout` seconds, including name resolution.

        Raises:
            ForbiddenAddress: an address of `host` is not allowed.
            httpcore.ConnectError, httpcore.ConnectTimeout: no connection.
        """
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        addresses = (await self._allowed_addresses(host, port, timeout))[:_MAX_TRIES]
        failure: Exception = httpcore.ConnectError("the host has no address")
        for tried, address in enumerate(addresses):
            remaining = None if timeout is None else max(0.0, started_at + timeout - loop.time())
            share = remaining and remaining / (len(addresses) - tried)
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _allowed_addresses(self, host: str, port: int, seconds: float | None) -> Sequence[str]:
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the host was not resolved in time") from None
        except (OSError, UnicodeError):  # UnicodeError: a label of over 63 letters
            raise httpcore.ConnectError("the host cannot be resolved") from None
        for address in addresses:
            if not self._is_allowed(address):
                raise ForbiddenAddress(f"{host} leads to {address}, which is not public")
        return addresses

    async def sleep(self, seconds: float) -> None:
        """Part of httpcore's interface."""
        await self._network.sleep(seconds)


def create_provider_client(
    *,
    connect_timeout: timedelta,
    total_timeout: timedelta,
    allow_private: bool,
    resolve: Resolve = resolve_host,
) -> ProviderClient:
    """The process's client for providers, like `gateways.http.create_client`; the caller closes it.

    `allow_private` permits every address, for development and for a provider in the same network. Every
    request uses a connection of its own: if a provider closed an idle connection just as an order was sent,
    that order's outcome would be unknown.
    """
    network = RestrictedNetworkBackend(resolve, is_allowed=_allow_any if allow_private else is_public)
    client = create_client(
        connect_timeout=connect_timeout, total_timeout=total_timeout, transport=_Transport(network)
    )
    return ProviderClient(client)


def _allow_any(_: str) -> bool:
    return True


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own transport with a custom network backend."""

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        tls = tls_context()
        super().__init__(verify=tls, trust_env=False)
        # httpx 0.28 has no parameter for the network backend (github.com/encode/httpx/pull/3749).
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_connections=100, max_keepalive_connections=0, network_backend=network
        )
