"""No test reaches beyond this machine: neither by a connection nor by asking a name server."""

import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

_DATABASE_HOST = urlsplit(os.environ.get("TEST_DATABASE_URL", "")).hostname


class OutsideConnection(AssertionError):
    """A test tried to connect to another machine."""


def is_on_this_machine(host: str | bytes | None) -> bool:
    """Whether a host is a loopback address, or the database server that the tests were given."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name in ("localhost", _DATABASE_HOST):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def closed_to_the_outside() -> Iterator[None]:
    """Refuse connections other than over loopback and unix sockets, and let no other name resolve."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(which: socket.socket, address: Any) -> None:
        if which.family in (socket.AF_INET, socket.AF_INET6) and not is_on_this_machine(address[0]):
            raise OutsideConnection(f"a connection to {address}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        # Addresses need no name server, and connecting to them is refused above.
        if not is_on_this_machine(host) and not _is_address(host):
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is not asked for in tests")
        return getaddrinfo(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _is_address(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    with contextlib.suppress(OSError):
        # The system also reads addresses in fewer parts, in hexadecimal and in octal.
        socket.inet_aton(name)
        return True
    return ":" in name
