"""One function determines a caller's network, and every limit per address uses it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from pydantic import ValidationError

from app.application import build_application
from config.settings import Settings
from domain.networks import to_network
from resolvers.app_context import AppContext
from web.client_network import TrustedProxies

NETWORKS = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "::ffff:c000:201": "192.0.2.1",
    "2001:db8:1:2::1": "2001:db8:1:2::/64",
    "2001:DB8:1:2:ffff::9": "2001:db8:1:2::/64",
    "fe80::1%eth0": "fe80::/64",
    "": "unknown",
    "a socket": "unknown",
    "2001:db8:1:2:" + "0" * 400 + "1::": "unknown",
}


def test_an_ipv6_network_is_one_caller_and_a_mapped_address_is_the_ipv4_one(
    subtests: pytest.Subtests,
) -> None:
    for address, network in NETWORKS.items():
        with subtests.test(address):
            assert to_network(address) == network


FORWARDED: list[tuple[str, str, str, str]] = [
    # trusted, peer, X-Forwarded-For, client
    ("", "192.0.2.9", "198.51.100.1", "192.0.2.9"),
    ("10.0.0.0/8", "192.0.2.9", "198.51.100.1", "192.0.2.9"),
    ("10.0.0.1", "10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
    # What the caller itself wrote stands to the left of what the proxy appends.
    ("10.0.0.1", "10.0.0.1", "203.0.113.5, 198.51.100.1", "198.51.100.1"),
    ("*", "192.0.2.9", "203.0.113.5, 198.51.100.1", "198.51.100.1"),
    ("*", "192.0.2.9", "203.0.113.5, 198.51.100.1, 10.0.0.7", "10.0.0.7"),
    ("*,10.0.0.0/8", "192.0.2.9", "203.0.113.5, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
    ("10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ("*", "192.0.2.9", "[2001:db8::1]:4711", "2001:db8::1"),
    ("*", "192.0.2.9", "198.51.100.1:4711", "198.51.100.1"),
    ("*", "192.0.2.9", "::ffff:198.51.100.1", "198.51.100.1"),
    # Not addresses: the proxy that vouches for them is the caller.
    ("*", "192.0.2.9", "", "192.0.2.9"),
    ("*", "192.0.2.9", "198.51.100.1, unknown", "192.0.2.9"),
    ("10.0.0.0/8", "10.0.0.1", "_hidden, 10.0.0.2", "10.0.0.2"),
    ("*", "192.0.2.9", "a" * 5_000, "192.0.2.9"),
    ("10.0.0.0/8", "10.0.0.1", "198.51.100.1," + "10.0.0.2," * 100 + "10.0.0.2", "10.0.0.2"),
]


def test_the_caller_is_the_nearest_untrusted_hop(subtests: pytest.Subtests) -> None:
    for trusted, peer, forwarded, client in FORWARDED:
        with subtests.test(trusted=trusted, peer=peer, forwarded=forwarded[:60]):
            proxies = TrustedProxies(tuple(entry for entry in trusted.split(",") if entry))
            assert proxies.find_client(peer, forwarded) == client


def test_a_malformed_trusted_proxy_is_refused_at_startup() -> None:
    with pytest.raises(ValidationError, match="TRUSTED_PROXIES"):
        Settings.model_validate({"trusted_proxies": "10.0.0.0/8, nginx"})


SendRequest = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]

LIMITED: dict[str, SendRequest] = {
    "REST": lambda client, _: client.get("/api/v1/user"),
    "reseller API": lambda client, _: client.post("/api/v2", data={"key": "none"}),
    "GraphQL": lambda client, _: client.post("/graphql", json={"query": "{ __typename }"}),
    # Every number has limits of its own.
    "login codes": lambda client, number: client.post(
        "/api/v1/login", data={"username": f"0912555{number:04d}"}
    ),
}


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code == 429 or answer.json() == {"error": "Too many requests"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_limit_per_address_counts_the_network_that_a_trusted_proxy_forwards(
    app: AppContext, subtests: pytest.Subtests
) -> None:
    few = {
        "trusted_proxies": "*",
        "rate_limit": "6/minute",
        "reseller_address_rate_limit": "3/minute",
        "graphql_points": "3,100,100",
        "graphql_max_cost": "3,100,100",
        "graphql_restore_rate": "1,100,100",
        "login_codes_per_address": 3,
    }
    settings = Settings.model_validate({"database_url": app.settings.database_url, **few})
    transport = httpx.ASGITransport(
        build_application(replace(app, settings=settings)), client=("10.0.0.1", 1)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        for network, (name, ask) in enumerate(LIMITED.items()):
            neighbours = [f"2001:db8:1:{network}::{host:x}" for host in range(1, 9)]
            with subtests.test(name):
                refused = []
                for number, address in enumerate([*neighbours, "2001:db8:2::1"]):
                    # The caller's own claim stands to the left of the proxy's.
                    client.headers["X-Forwarded-For"] = f"192.0.2.{number}, {address}"
                    refused.append(is_refused(await ask(client, number)))
                assert refused[0] is False
                assert any(refused[:-1])
                assert refused[-1] is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_forwarded_address_of_any_length_is_not_an_internal_error(app: AppContext) -> None:
    settings = Settings.model_validate({"database_url": app.settings.database_url, "trusted_proxies": "*"})
    transport = httpx.ASGITransport(
        build_application(replace(app, settings=settings)), client=("10.0.0.1", 1)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        answer = await client.post(
            "/api/v1/login",
            data={"username": "09125550000"},
            headers={"X-Forwarded-For": "2001:db8:" + "0" * 4_000},
        )

    assert answer.status_code == 200
