"""A server killed at any time keeps every order that it acknowledged, once, with its charge.

`FAULT_SEEDS=10 uv run pytest -m slow tests/money` runs ten seeds on each database.
"""

import asyncio
import json
import os
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest

import database
from domain.enums import LedgerKind
from models import LedgerEntry, Order, Service, User
from tests.api_parity.scenario import to_global_id
from tests.fakes import create_user
from tests.forked_commands import run_command
from tests.money.server_fleet import Fleet, run_fleet
from tests.money.test_concurrency import CREATE_ORDER
from tests.resolvers.factories import create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

ORDERS = 500
AT_ONCE = 8
KILLS = 3
SEEDS = range(int(os.environ.get("FAULT_SEEDS", "1")))


class OrderingClient:
    """Places orders, each for its own link, and retries with the same key until one is answered."""

    def __init__(self, fleet: Fleet, headers: dict[str, str], service: Service) -> None:
        self._url = f"{fleet.servers[0].url}/graphql"
        self._headers = headers
        self._service = service
        self.acknowledged: dict[str, str] = {}
        self.broken_off = 0

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=180) as client:
            waiting = iter(range(ORDERS))

            async def one_after_another() -> None:
                for number in waiting:
                    await self._place(client, f"https://example.com/p/{number}")

            await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))

    async def _place(self, client: httpx.AsyncClient, link: str) -> None:
        order = {"serviceId": to_global_id("Service", self._service.id), "link": link, "quantity": 10}
        body = {"query": CREATE_ORDER, "variables": {"input": order, "key": link}}
        while link not in self.acknowledged:
            try:
                answer = await client.post(self._url, json=body, headers=self._headers)
            except httpx.TransportError:
                self.broken_off += 1
                await asyncio.sleep(0.05)
            else:
                self.acknowledged[link] = answer.json()["data"]["createOrder"]["id"]


async def kill_at_random(fleet: Fleet, shopper: OrderingClient, chance: random.Random) -> None:
    """Kill the server at random points of the work and start it again."""
    [server] = fleet.servers
    for after in sorted(chance.sample(range(20, ORDERS - 50), KILLS)):
        while len(shopper.acknowledged) < after:
            await asyncio.sleep(0.001)
        await asyncio.sleep(chance.random() / 50)
        await asyncio.to_thread(server.kill)
        server.start()
        await asyncio.to_thread(server.wait_until_healthy)


async def audit_by_command(fleet: Fleet) -> object:
    audit = await asyncio.to_thread(run_command, "audit", "--json", environment=fleet.servers[0].environment)
    return json.loads(audit.stdout)


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_acknowledged_order_exists_once_with_its_charge_after_kills(
    seed: int, own_database_url: str, tmp_path: Path
) -> None:
    async with database.open_connections(own_database_url):
        buyer, service = await create_user(balance=100_000), await create_service(price=1_000)
        with run_fleet(own_database_url, tmp_path, processes=1) as fleet:
            shopper = OrderingClient(fleet, await fleet.create_token(buyer), service)
            await asyncio.gather(shopper.run(), kill_at_random(fleet, shopper, random.Random(seed)))
            differences = await audit_by_command(fleet)

        orders = await Order.filter(user_id=buyer.id)
        charges = await LedgerEntry.filter(user_id=buyer.id, kind=LedgerKind.ORDER_CHARGE)
        assert shopper.broken_off > 0
        assert Counter(order.link for order in orders) == Counter(list(shopper.acknowledged))
        assert {order.link: to_global_id("Order", order.id) for order in orders} == shopper.acknowledged
        assert sorted(entry.order_id or 0 for entry in charges) == sorted(order.id for order in orders)
        assert {entry.amount for entry in charges} == {-10}
        assert (await User.get(id=buyer.id)).balance == 100_000 - 10 * ORDERS
        assert differences == []
