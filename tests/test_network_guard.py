"""What keeps the tests on this machine."""

import socket

import pytest

from tests.network_guard import OutsideConnection
from tests.subtest_cases import for_each


@for_each("address", ["192.0.2.1", "10.0.0.1", "example.com"])
def test_a_connection_to_another_machine_is_refused(address: str) -> None:
    with socket.socket() as outside, pytest.raises(OutsideConnection):
        outside.connect((address, 80))


def test_names_of_other_machines_do_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 80)


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
