"""Who a caller is by its address: behind trusted proxies, and as a network that limits count."""

import ipaddress
from collections.abc import Awaitable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.networks import parse_address, to_network

_ANY = "*"
_SCHEMES = {"http", "https"}
# A chain of proxies is short. What lies beyond these was not written by one of ours.
_MAX_HOPS = 16
_MAX_HEADER_BYTES = 2_048

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def get_client_network(connection: HTTPConnection) -> str:
    """The network by which every limit per address counts the caller, see `domain.networks.to_network`."""
    return get_network(connection.scope)


def get_client_address(connection: HTTPConnection) -> str:
    """The caller's IP address, "unknown" where the connection has none."""
    return connection.client.host if connection.client else "unknown"


def get_network(scope: Scope) -> str:
    """The same of a connection's scope; "unknown" where it names no client."""
    client = scope.get("client")
    return to_network(client[0] if client else "")


class TrustedProxies:
    """The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.

    `trusted` holds addresses and networks. `*` stands for whoever connects, and for nobody else: where
    further proxies stand before that one, their networks are listed beside it.

    Raises:
        ValueError: an entry is neither an address nor a network.
    """

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusts_peers = _ANY in trusted
        self._networks = tuple(_parse_network(entry) for entry in trusted if entry != _ANY)

    def find_client(self, peer: str, forwarded: str) -> str:
        """The address of the nearest hop that is no trusted proxy, read from the right.

        `forwarded` is the value of X-Forwarded-For, to which each proxy appends who called it. An entry
        that is no address ends the reading: the last hop that could be read is the caller.
        """
        if not self.is_trusted_peer(peer):
            return peer
        client = peer
        entries = forwarded[-_MAX_HEADER_BYTES:].split(",")
        for entry in entries[: -_MAX_HOPS - 1 : -1]:
            address = _parse_forwarded(entry)
            if address is None:
                return client
            client = str(address)
            if not self._includes(address):
                return client
        return client

    def is_trusted_peer(self, peer: str) -> bool:
        """Whether what this peer forwards is believed."""
        if self._trusts_peers:
            return True
        address = parse_address(peer)
        return address is not None and self._includes(address)

    def _includes(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in self._networks)


class TrustedProxiesMiddleware:
    """Puts the caller's address and scheme, as trusted proxies forward them, into the scope."""

    def __init__(self, app: ASGIApp, *, trusted: tuple[str, ...]) -> None:
        self._app = app
        self._proxies = TrustedProxies(trusted)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] in ("http", "websocket"):
            self._read_forwarded(scope)
        return self._app(scope, receive, send)

    def _read_forwarded(self, scope: Scope) -> None:
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._proxies.is_trusted_peer(peer):
            return
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if forwarded:
            scope["client"] = (self._proxies.find_client(peer, b",".join(forwarded).decode("latin-1")), 0)
        schemes = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
        if schemes:
            # The nearest proxy's word, as for the address.
            scheme = schemes[-1].rpartition(b",")[2].strip().lower().decode("latin-1")
            if scheme in _SCHEMES:
                scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")


def _parse_network(entry: str) -> Network:
    return ipaddress.ip_network(entry, strict=False)


def _parse_forwarded(entry: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address of one entry: bare, with a port (192.0.2.1:80), or in brackets ([2001:db8::1]:80)."""
    text = entry.strip()
    if text.startswith("["):
        return parse_address(text[1:].partition("]")[0])
    if text.count(":") == 1:
        text = text.partition(":")[0]
    return parse_address(text)
