"""The sandbox provider, asked as the shop asks any provider, and as the shop's users meet it."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from config.settings import Settings
from domain.order_details import DripFeed, Subscription
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from domain.states import RefillStatus
from gateways.errors import GatewayAnsweredNonsense, GatewayRefused
from gateways.provider_addresses import ProviderClient
from gateways.provider_orders import ProviderOrder
from gateways.provider_results import ProviderOrderState
from gateways.providers import HttpProviderApi, ProviderAccount
from gateways.sandbox_orders import SandboxOrders
from resolvers.shop import Shop
from sandbox import provider_api
from tests.fakes import RecordingSms, new_shop
from tests.fixtures import client_of
from tests.live_servers import LiveServer

PATIENCE_SECONDS = 90


class Clock:
    """Unix milliseconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: int) -> None:
        self.now += seconds * 1_000


@dataclass(frozen=True)
class Panel:
    """Sandbox provider 4, reached by the shop's own gateway over HTTP in this process."""

    clock: Clock
    http: httpx.AsyncClient
    api: HttpProviderApi

    @staticmethod
    def account(number: int = 4, key: str = "sandbox") -> ProviderAccount:
        return ProviderAccount(url=f"http://localhost/sandbox/provider/{number}", api_key=SecretStr(key))

    async def add(self, link: str, quantity: int = 100) -> str:
        order = ProviderOrder(service_id="1001", type=ServiceType.DEFAULT, link=link, quantity=quantity)
        return await self.api.add(self.account(), order)

    async def state(self, number: str) -> ProviderOrderState:
        return (await self.api.statuses(self.account(), [number])).states[number]

    async def life(self, link: str, *, seconds: int = 12) -> list[tuple[OrderStatus | None, int | None]]:
        """Status and remains, once a second, without repetition of the same status."""
        number = await self.add(link)
        seen: dict[OrderStatus | None, int | None] = {}
        for _ in range(seconds):
            state = await self.state(number)
            seen[state.status] = state.remains
            self.clock.wait(1)
        return list(seen.items())


@pytest.fixture
async def panel(tmp_path: Path) -> AsyncIterator[Panel]:
    clock = Clock()
    routes = provider_api.routes(SandboxOrders(tmp_path / "orders.sqlite3", clock=clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes))) as client:
        yield Panel(clock, client, HttpProviderApi(ProviderClient(client)))


async def test_an_order_is_completed_within_ten_seconds(panel: Panel) -> None:
    assert await panel.life("https://example.com/p/1", seconds=10) == [
        (OrderStatus.PENDING, 100),
        (OrderStatus.PROCESSING, 100),
        (OrderStatus.INPROGRESS, 20),
        (OrderStatus.COMPLETED, 0),
    ]


@pytest.mark.parametrize(
    ("mark", "last"),
    [
        ("partial", (OrderStatus.PARTIAL, 40)),
        ("canceled", (OrderStatus.CANCELED, 100)),
        ("slow", (OrderStatus.INPROGRESS, 50)),
        ("refill-rejected", (OrderStatus.COMPLETED, 0)),
    ],
)
@pytest.mark.parametrize("spelled", ["https://example.com/sandbox/{}", "sandbox_{}", "sandbox.{}"])
async def test_a_link_asks_for_an_outcome(
    spelled: str, mark: str, last: tuple[OrderStatus, int], panel: Panel
) -> None:
    assert (await panel.life(spelled.format(mark), seconds=100))[-1] == last


async def test_remains_fall_while_the_start_count_stays(panel: Panel) -> None:
    number = await panel.add("https://example.com/p/1")
    states = []
    for _ in range(10):
        states.append(await panel.state(number))
        panel.clock.wait(1)
    remains = [state.remains for state in states]
    assert remains == sorted(remains, key=lambda left: -(left or 0))
    assert len(set(remains)) > 4
    assert len({state.start_count for state in states}) == 1
    assert (states[0].start_count or 0) > 0


async def test_a_link_can_have_its_order_refused(panel: Panel) -> None:
    with pytest.raises(GatewayRefused, match="refused") as refusal:
        await panel.add("https://example.com/sandbox/refused")
    assert refusal.value.text == "Orders of this link are refused"


async def test_a_link_can_have_its_answer_lost_though_the_order_is_taken(panel: Panel) -> None:
    before = await panel.add("page")
    with pytest.raises(GatewayAnsweredNonsense):
        await panel.add("https://example.com/sandbox/unreadable")
    assert (await panel.state(str(int(before) + 1))).status is OrderStatus.PENDING


async def test_a_drip_feed_is_delivered_run_by_run(panel: Panel) -> None:
    order = ProviderOrder(
        service_id="1",
        type=ServiceType.DEFAULT,
        link="page",
        quantity=30,
        drip_feed=DripFeed(runs=5, interval=10),
    )
    number = await panel.api.add(panel.account(), order)
    seen = []
    for _ in range(10):
        state = await panel.state(number)
        seen.append((state.runs, state.remains))
        panel.clock.wait(1)
    assert seen[:4] == [(0, 150)] * 4
    assert seen[4:9] == [(1, 120), (2, 90), (3, 60), (4, 30), (5, 0)]
    assert (await panel.state(number)).status is OrderStatus.COMPLETED


@pytest.mark.parametrize(
    ("username", "word", "posts"),
    [
        ("someone", SubscriptionStatus.COMPLETED, 5),
        ("sandbox_partial", SubscriptionStatus.EXPIRED, 3),
        ("sandbox_canceled", SubscriptionStatus.CANCELED, 0),
        ("sandbox_slow", SubscriptionStatus.ACTIVE, 2),
    ],
)
async def test_a_subscription_tells_its_posts(
    username: str, word: SubscriptionStatus, posts: int, panel: Panel
) -> None:
    asked = Subscription(posts=5, min=10, max=20, delay=0, expiry=date(2030, 1, 1))
    order = ProviderOrder(
        service_id="11",
        type=ServiceType.SUBSCRIPTIONS,
        link="",
        quantity=100,
        username=username,
        subscription=asked,
    )
    number = await panel.api.add(panel.account(), order)
    assert (await panel.state(number)).subscription_status is SubscriptionStatus.ACTIVE
    panel.clock.wait(60)
    state = await panel.state(number)
    assert (state.subscription_status, state.posts, state.remains) == (word, posts, (5 - posts) * 20)


@pytest.mark.parametrize(
    ("fields", "units"),
    [
        ({"comments": "nice\nwow\n"}, 2),
        ({"usernames": "a\nb\nc"}, 3),
        ({"usernames": "a\nb", "hashtags": "x", "quantity": "50"}, 50),
        ({}, 1),
    ],
)
async def test_units_are_counted_as_the_type_has_them(
    fields: dict[str, str], units: int, panel: Panel
) -> None:
    form = {"key": "sandbox", "action": "add", "service": "5", "link": "page", **fields}
    number = (await panel.http.post(panel.account().url, data=form)).json()["order"]
    assert (await panel.state(str(number))).remains == units


@pytest.mark.parametrize(
    ("link", "at", "status", "remains"),
    [
        ("page", 2, OrderStatus.CANCELED, 100),
        ("page", 5, OrderStatus.PARTIAL, 60),
        ("sandbox_slow", 60, OrderStatus.PARTIAL, 50),
    ],
)
async def test_a_canceled_order_keeps_what_was_delivered(
    link: str, at: int, status: OrderStatus, remains: int, panel: Panel
) -> None:
    number = await panel.add(link)
    panel.clock.wait(at)
    assert (await panel.api.cancel(panel.account(), [number])).accepted == {number}
    panel.clock.wait(30)
    state = await panel.state(number)
    assert (state.status, state.remains) == (status, remains)


async def test_what_is_over_or_unknown_cannot_be_canceled(panel: Panel) -> None:
    number = await panel.add("page")
    panel.clock.wait(9)
    answer = await panel.api.cancel(panel.account(), [number, "77"])
    assert answer.accepted == frozenset()
    assert answer.refused.keys() == {number, "77"}


@pytest.mark.parametrize(
    ("link", "last"), [("page", RefillStatus.COMPLETED), ("sandbox/refill-rejected", RefillStatus.REJECTED)]
)
async def test_a_refill_takes_seconds_and_ends_as_the_link_asks(
    link: str, last: RefillStatus, panel: Panel
) -> None:
    number = await panel.add(link)
    with pytest.raises(GatewayRefused):
        await panel.api.refill(panel.account(), number)
    panel.clock.wait(9)
    refill = await panel.api.refill(panel.account(), number)
    seen = []
    for _ in range(7):
        seen.append((await panel.api.refill_status(panel.account(), refill)).status)
        panel.clock.wait(1)
    assert list(dict.fromkeys(seen)) == [RefillStatus.PENDING, RefillStatus.INPROGRESS, last]


async def test_a_hundred_orders_and_refills_are_told_in_one_answer(panel: Panel) -> None:
    numbers = [await panel.add(f"page{index}") for index in range(99)]
    states = await panel.api.statuses(panel.account(), [*numbers, "5"])
    assert list(states.states) == numbers
    assert states.errors == {"5": "Incorrect order ID"}
    panel.clock.wait(9)
    form = {"key": "sandbox", "action": "refill", "orders": f"{numbers[0]},5"}
    refills = (await panel.http.post(panel.account().url, data=form)).json()
    assert refills == [
        {"order": int(numbers[0]), "refill": refills[0]["refill"]},
        {"order": 5, "refill": {"error": "Refill is not available"}},
    ]
    form = {"key": "sandbox", "action": "refill_status", "refills": f"{refills[0]['refill']},5"}
    assert (await panel.http.post(panel.account().url, data=form)).json() == [
        {"refill": refills[0]["refill"], "status": "Pending"},
        {"refill": 5, "status": {"error": "Refill not found"}},
    ]


async def test_services_of_every_type_are_listed_and_the_balance_is_told(panel: Panel) -> None:
    catalogue = await panel.api.services(panel.account())
    assert {service.type for service in catalogue.services} == set(ServiceType)
    assert catalogue.skipped == 0
    assert (await panel.api.balance(panel.account())).currency == "IRT"


async def test_providers_know_only_their_own_orders(panel: Panel) -> None:
    number = await panel.add("page")
    elsewhere = await panel.api.statuses(panel.account(5), [number])
    assert elsewhere.errors == {number: "Incorrect order ID"}


async def test_numbers_do_not_come_again_after_the_file_is_removed(panel: Panel, tmp_path: Path) -> None:
    first = await panel.add("page")
    (tmp_path / "orders.sqlite3").unlink()
    panel.clock.wait(1)
    assert await panel.add("page") > first


async def test_a_wrong_key_is_refused(panel: Panel) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        await panel.api.balance(panel.account(key="other"))
    assert refusal.value.text == "Invalid API key"


@pytest.mark.parametrize(
    "form",
    [
        {"action": "none"},
        {"action": "add"},
        {"action": "add", "service": "1", "link": "page", "quantity": "0"},
        {"action": "add", "service": "1", "link": "page", "quantity": "9" * 19},
        {"action": "add", "service": "1", "link": "page", "quantity": str(2**53 - 1), "runs": "2"},
        {"action": "add", "service": "1", "link": "a\0b", "quantity": "1"},
        {"action": "status"},
        {"action": "status", "orders": "x"},
        {"action": "status", "orders": ",".join(["1"] * 101)},
        {"action": "status", "order": "9" * 30},
        {"action": "refill", "order": "-1"},
        {"action": "refill_status", "refill": "1"},
    ],
)
async def test_what_cannot_be_understood_is_refused(form: dict[str, str], panel: Panel) -> None:
    answer = await panel.http.post(panel.account().url, data={"key": "sandbox", **form})
    assert answer.status_code == 200
    assert "error" in str(answer.json())


@pytest.mark.parametrize("number", ["0", "9" * 30, "x", "-1"])
async def test_a_provider_that_cannot_exist_is_not_found(number: str, panel: Panel) -> None:
    answer = await panel.http.post(f"http://localhost/sandbox/provider/{number}", data={"key": "sandbox"})
    assert answer.status_code == 404


@pytest.mark.parametrize(("environment", "status"), [("development", 200), ("production", 404)])
async def test_production_has_no_sandbox_provider(
    environment: str, status: int, db: str, sms: RecordingSms, tmp_path: Path
) -> None:
    settings = Settings(database_url=db, environment=environment, data_folder=tmp_path)
    shop: Shop = new_shop(settings, sms)
    async with client_of(shop) as client:
        answer = await client.post("/sandbox/provider/4", data={"key": "sandbox", "action": "balance"})
    assert answer.status_code == status


@pytest.mark.processes
def test_an_order_placed_by_rest_at_the_default_server_is_completed_within_seconds(
    live_server: LiveServer, demo_token: str
) -> None:
    with httpx.Client(
        base_url=f"{live_server.url}/api/v1", headers={"Authorization": f"Bearer {demo_token}"}
    ) as app:
        form = {"service_id": 1816, "category_id": 50, "quantity": 10, "link": "https://example.com/p/life"}
        order = app.post("/order", data=form).json()["order"]
        seen: dict[str, None] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and "completed" not in seen:
            shown = app.get(f"/order/{order['id']}").json()
            seen[shown["status"]] = None
            time.sleep(0.2)
        assert list(seen)[-2:] == ["inprogress", "completed"], seen
        assert (shown["remains"], shown["start_counter"] > 0) == ("0", True)
