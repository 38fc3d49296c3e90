"""The sandbox provider, called by the shop like any provider, and seen through users' orders."""

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
from domain.enums import RefillStatus
from domain.order_details import DripFeed, OrderContent, Subscription
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from gateways.errors import GatewayInvalidResponse, GatewayRejected
from gateways.provider_addresses import ProviderClient
from gateways.provider_orders import ProviderOrder
from gateways.provider_results import ProviderOrderState
from gateways.providers import HttpProviderApi, ProviderAccount
from gateways.sandbox.order_store import SandboxOrders
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app
from tests.fixtures import create_client
from tests.live_servers import LiveServer
from web.sandbox import provider_api

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
class SandboxProvider:
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

    async def observe_states(
        self, link: str, *, seconds: int = 12
    ) -> list[tuple[OrderStatus | None, int | None]]:
        """Status and remains, once a second, without repetition of the same status."""
        number = await self.add(link)
        seen: dict[OrderStatus | None, int | None] = {}
        for _ in range(seconds):
            state = await self.state(number)
            seen[state.status] = state.remains
            self.clock.wait(1)
        return list(seen.items())


@pytest.fixture
async def sandbox_provider(tmp_path: Path) -> AsyncIterator[SandboxProvider]:
    clock = Clock()
    routes = provider_api.routes(SandboxOrders(tmp_path / "orders.sqlite3", clock=clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes))) as client:
        yield SandboxProvider(clock, client, HttpProviderApi(ProviderClient(client)))


async def test_an_order_is_completed_within_ten_seconds(sandbox_provider: SandboxProvider) -> None:
    assert await sandbox_provider.observe_states("https://example.com/p/1", seconds=10) == [
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
@pytest.mark.parametrize("spelling", ["https://example.com/sandbox/{}", "sandbox_{}", "web.sandbox.{}"])
async def test_a_link_selects_an_outcome(
    spelling: str, mark: str, last: tuple[OrderStatus, int], sandbox_provider: SandboxProvider
) -> None:
    assert (await sandbox_provider.observe_states(spelling.format(mark), seconds=100))[-1] == last


async def test_remains_fall_while_the_start_count_stays(sandbox_provider: SandboxProvider) -> None:
    number = await sandbox_provider.add("https://example.com/p/1")
    states = []
    for _ in range(10):
        states.append(await sandbox_provider.state(number))
        sandbox_provider.clock.wait(1)
    remains = [state.remains for state in states]
    assert remains == sorted(remains, key=lambda left: -(left or 0))
    assert len(set(remains)) > 4
    assert len({state.start_count for state in states}) == 1
    assert (states[0].start_count or 0) > 0


async def test_a_link_can_have_its_order_refused(sandbox_provider: SandboxProvider) -> None:
    with pytest.raises(GatewayRejected, match="refused") as refusal:
        await sandbox_provider.add("https://example.com/sandbox/refused")
    assert refusal.value.text == "Orders of this link are refused"


async def test_a_link_can_have_its_answer_lost_though_the_order_is_taken(
    sandbox_provider: SandboxProvider,
) -> None:
    before = await sandbox_provider.add("page")
    with pytest.raises(GatewayInvalidResponse):
        await sandbox_provider.add("https://example.com/sandbox/unreadable")
    assert (await sandbox_provider.state(str(int(before) + 1))).status is OrderStatus.PENDING


async def test_a_drip_feed_is_delivered_run_by_run(sandbox_provider: SandboxProvider) -> None:
    order = ProviderOrder(
        service_id="1",
        type=ServiceType.DEFAULT,
        link="page",
        quantity=30,
        content=OrderContent(drip_feed=DripFeed(runs=5, interval=10)),
    )
    number = await sandbox_provider.api.add(sandbox_provider.account(), order)
    seen = []
    for _ in range(10):
        state = await sandbox_provider.state(number)
        seen.append((state.runs, state.remains))
        sandbox_provider.clock.wait(1)
    assert seen[:4] == [(0, 150)] * 4
    assert seen[4:9] == [(1, 120), (2, 90), (3, 60), (4, 30), (5, 0)]
    assert (await sandbox_provider.state(number)).status is OrderStatus.COMPLETED


@pytest.mark.parametrize(
    ("username", "term", "posts"),
    [
        ("someone", SubscriptionStatus.COMPLETED, 5),
        ("sandbox_partial", SubscriptionStatus.EXPIRED, 3),
        ("sandbox_canceled", SubscriptionStatus.CANCELED, 0),
        ("sandbox_slow", SubscriptionStatus.ACTIVE, 2),
    ],
)
async def test_a_subscription_reports_its_posts(
    username: str, term: SubscriptionStatus, posts: int, sandbox_provider: SandboxProvider
) -> None:
    requested = Subscription(posts=5, min=10, max=20, delay=0, expiry=date(2030, 1, 1))
    order = ProviderOrder(
        service_id="11",
        type=ServiceType.SUBSCRIPTIONS,
        link="",
        quantity=100,
        content=OrderContent(username=username, subscription=requested),
    )
    number = await sandbox_provider.api.add(sandbox_provider.account(), order)
    assert (await sandbox_provider.state(number)).subscription_status is SubscriptionStatus.ACTIVE
    sandbox_provider.clock.wait(60)
    state = await sandbox_provider.state(number)
    assert (state.subscription_status, state.posts, state.remains) == (term, posts, (5 - posts) * 20)


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
    fields: dict[str, str], units: int, sandbox_provider: SandboxProvider
) -> None:
    form = {"key": "sandbox", "action": "add", "service": "5", "link": "page", **fields}
    number = (await sandbox_provider.http.post(sandbox_provider.account().url, data=form)).json()["order"]
    assert (await sandbox_provider.state(str(number))).remains == units


@pytest.mark.parametrize(
    ("link", "at", "status", "remains"),
    [
        ("page", 2, OrderStatus.CANCELED, 100),
        ("page", 5, OrderStatus.PARTIAL, 60),
        ("sandbox_slow", 60, OrderStatus.PARTIAL, 50),
    ],
)
async def test_a_canceled_order_keeps_what_was_delivered(
    link: str, at: int, status: OrderStatus, remains: int, sandbox_provider: SandboxProvider
) -> None:
    number = await sandbox_provider.add(link)
    sandbox_provider.clock.wait(at)
    assert (await sandbox_provider.api.cancel(sandbox_provider.account(), [number])).accepted == {number}
    sandbox_provider.clock.wait(30)
    state = await sandbox_provider.state(number)
    assert (state.status, state.remains) == (status, remains)


async def test_finished_and_unknown_orders_cannot_be_canceled(sandbox_provider: SandboxProvider) -> None:
    number = await sandbox_provider.add("page")
    sandbox_provider.clock.wait(9)
    answer = await sandbox_provider.api.cancel(sandbox_provider.account(), [number, "77"])
    assert answer.accepted == frozenset()
    assert answer.rejected.keys() == {number, "77"}


@pytest.mark.parametrize(
    ("link", "last"), [("page", RefillStatus.COMPLETED), ("sandbox/refill-rejected", RefillStatus.REJECTED)]
)
async def test_a_refill_takes_seconds_and_ends_as_selected_by_the_link(
    link: str, last: RefillStatus, sandbox_provider: SandboxProvider
) -> None:
    number = await sandbox_provider.add(link)
    with pytest.raises(GatewayRejected):
        await sandbox_provider.api.refill(sandbox_provider.account(), number)
    sandbox_provider.clock.wait(9)
    refill = await sandbox_provider.api.refill(sandbox_provider.account(), number)
    seen = []
    for _ in range(7):
        seen.append((await sandbox_provider.api.refill_status(sandbox_provider.account(), refill)).status)
        sandbox_provider.clock.wait(1)
    assert list(dict.fromkeys(seen)) == [RefillStatus.PENDING, RefillStatus.INPROGRESS, last]


async def test_a_hundred_orders_and_refills_are_reported_in_one_answer(
    sandbox_provider: SandboxProvider,
) -> None:
    numbers = [await sandbox_provider.add(f"page{index}") for index in range(99)]
    states = await sandbox_provider.api.statuses(sandbox_provider.account(), [*numbers, "5"])
    assert list(states.states) == numbers
    assert states.errors == {"5": "Incorrect order ID"}
    sandbox_provider.clock.wait(9)
    form = {"key": "sandbox", "action": "refill", "orders": f"{numbers[0]},5"}
    refills = (await sandbox_provider.http.post(sandbox_provider.account().url, data=form)).json()
    assert refills == [
        {"order": int(numbers[0]), "refill": refills[0]["refill"]},
        {"order": 5, "refill": {"error": "Refill is not available"}},
    ]
    form = {"key": "sandbox", "action": "refill_status", "refills": f"{refills[0]['refill']},5"}
    assert (await sandbox_provider.http.post(sandbox_provider.account().url, data=form)).json() == [
        {"refill": refills[0]["refill"], "status": "Pending"},
        {"refill": 5, "status": {"error": "Refill not found"}},
    ]


async def test_services_of_every_type_and_the_balance_are_reported(sandbox_provider: SandboxProvider) -> None:
    catalogue = await sandbox_provider.api.services(sandbox_provider.account())
    assert {service.type for service in catalogue.services} == set(ServiceType)
    assert catalogue.skipped == 0
    assert (await sandbox_provider.api.balance(sandbox_provider.account())).currency == "IRT"


async def test_providers_know_only_their_own_orders(sandbox_provider: SandboxProvider) -> None:
    number = await sandbox_provider.add("page")
    elsewhere = await sandbox_provider.api.statuses(sandbox_provider.account(5), [number])
    assert elsewhere.errors == {number: "Incorrect order ID"}


async def test_numbers_do_not_come_again_after_the_file_is_removed(
    sandbox_provider: SandboxProvider, tmp_path: Path
) -> None:
    first = await sandbox_provider.add("page")
    (tmp_path / "orders.sqlite3").unlink()
    sandbox_provider.clock.wait(1)
    assert await sandbox_provider.add("page") > first


async def test_a_wrong_key_is_refused(sandbox_provider: SandboxProvider) -> None:
    with pytest.raises(GatewayRejected) as refusal:
        await sandbox_provider.api.balance(sandbox_provider.account(key="other"))
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
async def test_malformed_requests_are_refused(
    form: dict[str, str], sandbox_provider: SandboxProvider
) -> None:
    answer = await sandbox_provider.http.post(sandbox_provider.account().url, data={"key": "sandbox", **form})
    assert answer.status_code == 200
    assert "error" in str(answer.json())


@pytest.mark.parametrize("number", ["0", "9" * 30, "x", "-1"])
async def test_a_provider_that_cannot_exist_is_not_found(
    number: str, sandbox_provider: SandboxProvider
) -> None:
    answer = await sandbox_provider.http.post(
        f"http://localhost/sandbox/provider/{number}", data={"key": "sandbox"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(("environment", "status"), [("development", 200), ("production", 404)])
async def test_production_has_no_sandbox_provider(
    environment: str, status: int, db: str, sms: RecordingSms, tmp_path: Path
) -> None:
    settings = Settings(database_url=db, environment=environment, data_folder=tmp_path)
    app: AppContext = build_app(settings, sms)
    async with create_client(app) as client:
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
