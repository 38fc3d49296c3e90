import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.errors import GatewayUnavailable
from gateways.provider_addresses import ForbiddenAddress, RestrictedNetworkBackend, check_url, is_public
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.provider_apis import SHORT_TIMEOUTS, build_account, connected
from tests.subtest_cases import for_each
from tests.tls import create_self_signed_certificate

PUBLIC = "93.184.216.34"
PROVIDER_URL = "panel.example"


class FakeResolver:
    """A resolver that returns its answers in turn, then repeats the last one, and records the questions."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.resolved_hosts: list[tuple[str, int]] = []
        self._answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.resolved_hosts.append((host, port))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeNetwork(httpcore.AsyncNetworkBackend):
    """A network that remembers where it was to connect, and with how many seconds; only `alive` answers."""

    def __init__(self, alive: str | None = None) -> None:
        self.tried: list[tuple[str, int]] = []
        self.seconds: list[float | None] = []
        self._alive = alive

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.tried.append((host, port))
        self.seconds.append(timeout)
        if host != self._alive:
            raise httpcore.ConnectTimeout
        return httpcore.AsyncNetworkStream()


NOT_PUBLIC = [
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("127.255.255.254", id="the far end of loopback"),
    pytest.param("0.0.0.0", id="unspecified"),  # noqa: S104 - an address to refuse, not to listen on
    pytest.param("0.1.2.3", id="this network"),
    pytest.param("10.0.0.5", id="private 10"),
    pytest.param("172.16.0.1", id="private 172.16"),
    pytest.param("172.31.255.255", id="the far end of private 172.16"),
    pytest.param("192.168.1.1", id="private 192.168"),
    pytest.param("100.64.0.1", id="shared by carriers"),
    pytest.param("169.254.1.1", id="link-local"),
    pytest.param("169.254.169.254", id="metadata of most clouds"),
    pytest.param("100.100.100.200", id="metadata of Alibaba"),
    pytest.param("192.0.0.192", id="metadata of Oracle"),
    pytest.param("168.63.129.16", id="Azure's own service"),
    pytest.param("192.0.2.1", id="documentation"),
    pytest.param("198.18.0.1", id="benchmarks"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("239.255.255.250", id="local multicast"),
    pytest.param("240.0.0.1", id="reserved"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("::1", id="IPv6 loopback"),
    pytest.param("::", id="IPv6 unspecified"),
    pytest.param("fe80::1", id="IPv6 link-local"),
    pytest.param("fe80::1%eth0", id="IPv6 link-local with its zone"),
    pytest.param("fc00::1", id="IPv6 unique local"),
    pytest.param("fd00:ec2::254", id="metadata of AWS over IPv6"),
    pytest.param("fec0::1", id="IPv6 site-local"),
    pytest.param("ff02::1", id="IPv6 multicast"),
    pytest.param("2001:db8::1", id="IPv6 documentation"),
    pytest.param("2001::1", id="Teredo"),
    pytest.param("2002:7f00:1::", id="6to4 of loopback"),
    pytest.param("::7f00:1", id="IPv4-compatible loopback"),
    pytest.param("::ffff:127.0.0.1", id="IPv4-mapped loopback"),
    pytest.param("::ffff:10.0.0.5", id="IPv4-mapped private"),
    pytest.param("::ffff:169.254.169.254", id="IPv4-mapped metadata"),
    pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
    pytest.param("64:ff9b::a9fe:a9fe", id="NAT64 of metadata"),
    pytest.param("64:ff9b:1::1", id="local NAT64"),
    pytest.param("5f00::1", id="outside of global unicast"),
    pytest.param("", id="nothing"),
    pytest.param("localhost", id="a name"),
]


@for_each("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@for_each(
    "address",
    [
        PUBLIC,
        "1.1.1.1",
        "172.32.0.1",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.text() | st.text().map("http://{}".format))
def test_no_url_whatever_raises_anything_but_the_refusal(url: str) -> None:
    with contextlib.suppress(ForbiddenAddress):
        check_url(url)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_address_is_as_public_as_alone(address: ipaddress.IPv4Address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(str(address))


@for_each("address", NOT_PUBLIC)
async def test_a_name_that_resolves_to_a_private_address_is_refused_and_nothing_sent(
    address: str,
) -> None:
    async with connected(allow_private=False, resolve=FakeResolver([address])) as api:
        with pytest.raises(ForbiddenAddress) as raised:
            await api.balance(build_account(f"https://{PROVIDER_URL}/api/v2"))

    assert not raised.value.request_sent
    assert f"{PROVIDER_URL} leads to {address}" in str(raised.value)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "[::ffff:127.0.0.1]"]
)
async def test_loopback_is_refused_under_every_name_the_system_knows(
    server: HttpStubServer, host: str
) -> None:
    port = server.address.rpartition(":")[2]
    async with connected(allow_private=False) as api:
        with pytest.raises(ForbiddenAddress):
            await api.balance(build_account(f"http://{host}:{port}/"))

    assert server.received == []


async def test_loopback_is_reached_when_private_addresses_are_allowed(server: HttpStubServer) -> None:
    server.answer(200, '{"balance": "1"}')
    port = server.address.rpartition(":")[2]

    async with connected() as api:
        assert (await api.balance(build_account(f"http://localhost:{port}/"))).amount == "1"


async def test_a_name_with_one_private_address_is_refused() -> None:
    wires = FakeNetwork()
    network = RestrictedNetworkBackend(
        FakeResolver([PUBLIC, "10.0.0.5"]), is_allowed=is_public, network=wires
    )

    with pytest.raises(ForbiddenAddress):
        await network.connect_tcp(PROVIDER_URL, 443)

    assert wires.tried == []


async def test_the_connection_uses_the_address_that_was_checked() -> None:
    wires = FakeNetwork(alive=PUBLIC)
    names = FakeResolver([PUBLIC], ["127.0.0.1"])
    network = RestrictedNetworkBackend(names, is_allowed=is_public, network=wires)

    await network.connect_tcp(PROVIDER_URL, 443)

    assert wires.tried == [(PUBLIC, 443)]
    assert names.resolved_hosts == [(PROVIDER_URL, 443)]


async def test_a_name_that_moves_to_loopback_is_refused_at_the_next_connection() -> None:
    wires = FakeNetwork(alive=PUBLIC)
    network = RestrictedNetworkBackend(
        FakeResolver([PUBLIC], ["127.0.0.1"]), is_allowed=is_public, network=wires
    )
    await network.connect_tcp(PROVIDER_URL, 443)

    with pytest.raises(ForbiddenAddress):
        await network.connect_tcp(PROVIDER_URL, 443)

    assert wires.tried == [(PUBLIC, 443)]


async def test_the_second_address_is_tried_within_the_same_deadline_and_no_third() -> None:
    wires = FakeNetwork()
    addresses = ["2606:4700::1", PUBLIC, "1.1.1.1"]
    network = RestrictedNetworkBackend(FakeResolver(addresses), is_allowed=is_public, network=wires)

    with pytest.raises(httpcore.ConnectTimeout):
        await network.connect_tcp(PROVIDER_URL, 443, timeout=60)

    assert wires.tried == [("2606:4700::1", 443), (PUBLIC, 443)]
    # The first try failed at once, so all that is left of the minute is the second's.
    assert wires.seconds == pytest.approx([30, 60], abs=5)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OSError("no such host"), id="no such host"),
        pytest.param(UnicodeError("label too long"), id="a name that DNS cannot spell"),
        pytest.param([], id="no address"),
    ],
)
async def test_a_name_without_an_address_is_unavailable_and_nothing_sent(
    answer: Sequence[str] | Exception,
) -> None:
    async with connected(allow_private=False, resolve=FakeResolver(answer)) as api:
        with pytest.raises(GatewayUnavailable) as raised:
            await api.balance(build_account(f"https://{PROVIDER_URL}/"))

    assert not raised.value.request_sent


async def test_a_hanging_name_resolution_ends_within_the_connect_timeout() -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with connected(connect_timeout=SHORT_TIMEOUTS, allow_private=False, resolve=hang) as api:
        with pytest.raises(GatewayUnavailable, match="ConnectTimeout") as raised:
            await api.balance(build_account(f"https://{PROVIDER_URL}/"))

    assert not raised.value.request_sent


async def test_the_host_header_keeps_the_name(server: HttpStubServer) -> None:
    server.answer(200, '{"balance": "1"}')
    port = int(server.address.rpartition(":")[2])
    names = FakeResolver(["127.0.0.1"])

    async with connected(resolve=names) as api:
        await api.balance(build_account(f"http://{PROVIDER_URL}:{port}/api/v2"))

    assert server.received[0].headers["host"] == f"{PROVIDER_URL}:{port}"
    assert names.resolved_hosts == [(PROVIDER_URL, port)]


async def test_tls_sends_the_name_and_rejects_an_untrusted_certificate(
    tmp_path: Path,
) -> None:
    requested: list[str | None] = []
    tls = create_certificate(tmp_path)
    tls.sni_callback = lambda _, name, __: requested.append(name)
    listening = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]

    async with listening, connected(resolve=FakeResolver(["127.0.0.1"])) as api:
        with pytest.raises(GatewayUnavailable, match="ConnectError") as raised:
            await api.balance(build_account(f"https://{PROVIDER_URL}:{port}/"))

    assert requested == [PROVIDER_URL]
    assert not raised.value.request_sent


async def test_every_call_has_a_connection_of_its_own() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"action=balance")
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"balance":"1"}')
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, connected() as api:
        for _ in range(3):
            await api.balance(build_account(f"http://127.0.0.1:{port}/"))

    assert connections == 3


def create_certificate(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate for PANEL that it signed itself."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(create_self_signed_certificate(folder, PROVIDER_URL))
    return tls
