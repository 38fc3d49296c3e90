"""Two installations over real HTTP, one the other's provider: ordered at A, delivered by the sandbox of B."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli import serve
from tests.api_parity.scenario import to_global_id
from tests.live_servers import LiveServer

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 180
SERVICE = 1816
PRICE_OF_B, PRICE_OF_A = 500, 650
"""Toman per 1,000 units; A puts its margin of 30 percent on top."""
OPENING = 352
"""Toman in the wallet of the demo's customer, at A as at B."""
ROTATE = "mutation { act: rotateApiKey { ... on ApiKey { key } } }"
CANCEL = "mutation ($id: ID!) { act: cancelOrder(id: $id) { __typename } }"
REFILL = "mutation ($id: ID!) { act: requestRefill(orderId: $id) { __typename } }"
REFILLS = "query ($id: ID!) { act: order(id: $id) { refills { status } } }"


@dataclass
class Installation:
    """A running Vitrin, its command line, and the demo's customer signed in there."""

    server: LiveServer

    def run(self, *arguments: str) -> str:
        """What a command prints."""
        return self.server.run(*arguments)

    @cached_property
    def customer(self) -> httpx.Client:
        token = self.run("token", serve.DEMO_MOBILE)
        return httpx.Client(
            base_url=self.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )

    def graphql(self, document: str, order_id: int = 0) -> Any:
        body = {"query": document, "variables": {"id": to_global_id("Order", order_id)} if order_id else {}}
        return self.customer.post("/graphql", json=body).json()["data"]["act"]

    def balance(self) -> int:
        return int(self.customer.get("/api/v1/user").json()["user"]["balance"])

    def order(self, order_id: int) -> dict[str, Any]:
        shown: dict[str, Any] = self.customer.get(f"/api/v1/order/{order_id}").json()
        return shown

    def order_of(self, link: str) -> dict[str, Any]:
        """The customer's order for the link."""
        orders: list[dict[str, Any]] = self.customer.get("/api/v1/order").json()["orders"]
        return next(order for order in orders if order["link"] == link)

    def imported_service(self) -> dict[str, Any]:
        """The service that came from B, beside A's own of the same name."""
        services: list[dict[str, Any]] = self.customer.get("/api/v1/services").json()["services"]
        own = next(service for service in services if service["id"] == SERVICE)
        return next(
            service
            for service in services
            if service["name"] == own["name"] and service["price"] == PRICE_OF_A
        )

    def place(self, link: str) -> int:
        """An order of 100 units of the imported service."""
        service = self.imported_service()
        form = {"service_id": service["id"], "category_id": service["cate_id"], "quantity": 100, "link": link}
        return int(self.customer.post("/api/v1/order", data=form).json()["order"]["id"])

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_done():
            assert time.monotonic() < deadline, self.server.output()
            time.sleep(0.5)


@pytest.fixture
def installations(tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    """A, and B whose customer is A's shop."""
    with ExitStack() as stack:
        started = []
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            server = LiveServer(tmp_path / name, ALLOW_PRIVATE_PROVIDERS="true")
            stack.callback(server.stop)
            server.start()
            started.append(server)
        for server in started:
            server.wait_until_healthy()
        a, b = map(Installation, started)
        key = b.graphql(ROTATE)["key"]
        added = a.run("providers", "add", "B", f"{b.server.url}/api/v2", key, "--rate", "1")
        number = added.split()[1]
        imported = a.run("providers", "sync", number, "--import")
        assert "14 added" in imported
        yield a, b


def test_an_order_is_delivered_and_a_partial_one_refunded_at_both(
    installations: tuple[Installation, Installation],
) -> None:
    a, b = installations
    whole, part = "https://example.com/p/1", "https://example.com/sandbox/partial"
    orders = {link: a.place(link) for link in (whole, part)}
    assert a.balance() == OPENING - 2 * PRICE_OF_A // 10

    a.wait_until(
        lambda: {a.order(number)["status"] for number in orders.values()} == {"completed", "partial"}
    )

    at_a = {link: a.order(number) for link, number in orders.items()}
    at_b = {link: b.order_of(link) for link in orders}
    assert [at_a[whole]["status"], at_b[whole]["status"]] == ["completed"] * 2
    assert [at_a[part]["status"], at_b[part]["status"]] == ["partial"] * 2
    assert [at_a[part]["remains"], at_b[part]["remains"]] == ["40", "40"]
    assert at_a[whole]["start_counter"] == at_b[whole]["start_counter"] > 0
    assert [order["charge"] for order in (*at_a.values(), *at_b.values())] == [65, 65, 50, 50]
    assert {order["type"] for order in at_b.values()} == {"api"}
    assert a.balance() == OPENING - 65 - (65 - 26)
    assert b.balance() == OPENING - 50 - (50 - 20)
    for installation in installations:
        installation.run("audit")  # fails for any difference


def test_a_refill_and_a_cancellation_reach_the_other_installation_s_provider(
    installations: tuple[Installation, Installation],
) -> None:
    a, b = installations
    whole, slow = "https://example.com/p/1", "https://example.com/sandbox/slow"
    done, endless = a.place(whole), a.place(slow)

    a.wait_until(lambda: a.order(endless)["status"] == "inprogress")
    assert a.graphql(CANCEL, endless) == {"__typename": "Order"}
    a.wait_until(lambda: a.order(done)["status"] == "completed")
    assert a.graphql(REFILL, done) == {"__typename": "Refill"}
    a.wait_until(lambda: a.order(endless)["status"] == "partial")
    a.wait_until(lambda: a.graphql(REFILLS, done)["refills"] == [{"status": "COMPLETED"}])

    assert b.order_of(slow)["status"] == "partial"
    assert b.graphql(REFILLS, b.order_of(whole)["id"])["refills"] == [{"status": "COMPLETED"}]
    remains = int(a.order(endless)["remains"])
    assert 50 <= remains < 100
    assert a.balance() == OPENING - 65 - (65 - 65 * remains // 100)
    assert b.balance() == OPENING - 50 - (50 - 50 * remains // 100)
