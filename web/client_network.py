"""A caller's address behind trusted proxies, and the network by which limits count its requests."""

import ipaddress
from collections.abc import Awaitable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.networks import parse_address, to_network

_ANY = "*"
_SCHEMES = {"http", "https"}
# Chains of proxies are short; further entries were not written by a trusted proxy.
_MAX_HOPS = 16
_MAX_HEADER_BYTES = 2_048

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def get_client_network(connection: HTTPConnection) -> str:
    """The network by which per-address limits count the caller, see `domain.networks.to_network`."""
    return get_network(connection.scope)


def get_client_address(connection: HTTPConnection) -> str:
    """The caller's IP address, "unknown" if the connection has none."""
    return connection.client.host if connection.client else "unknown"


def get_network(scope: Scope) -> str:
    """The network in a connection's scope; "unknown" if it has no client."""
    client = scope.get("client")
    return to_network(client[0] if client else "")


class TrustedProxies:
    """The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.

    `trusted` holds addresses and networks. `*` matches only the connecting peer: the networks of further
    proxies in front of it must be listed as well.

    Raises:
        ValueError: an entry is neither an address nor a network.
    """

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusts_peers = _ANY in trusted
        self._networks = tuple(_parse_network(entry) for entry in trusted if entry != _ANY)

    def find_client(self, peer: str, forwarded: str) -> str:
        """The address of the nearest hop that is not a trusted proxy, read from the right.

        `forwarded` is the value of X-Forwarded-For, to which each proxy appends its caller. Parsing stops at
        an entry that is not an address: the last valid hop is then the caller.
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
        """Whether this peer's forwarding headers are trusted."""
        if self._trusts_peers:
            return True
        address = parse_address(peer)
        return address is not None and self._includes(address)

    def _includes(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in self._networks)


class TrustedProxiesMiddleware:
    """Sets the caller's address and scheme in the scope, as forwarded by trusted proxies."""

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
            # The value set by the nearest proxy, as for the address.
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
