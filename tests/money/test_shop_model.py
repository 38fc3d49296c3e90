"""Random sequences through both APIs, against a model of the shop in plain Python."""

import asyncio
import math
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import database
from config.settings import Settings
from domain.enums import LedgerKind
from models import LedgerEntry, Order, Payment, Service, User, UserGift
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.api_parity.scenario import to_global_id
from tests.append_only import allow_row_changes
from tests.fakes import FakePayments, RecordingSms, build_app, create_user
from tests.fixtures import create_authorization, create_client
from tests.resolvers.factories import create_gift, create_service
from tests.search_depth import DEPTH

pytestmark = pytest.mark.both_databases

DISCOUNT, MIN, MAX = 7, 10, 5_000
PRICES = (333, 1_000, 99_999)
APIS = st.sampled_from(["rest", "graphql"])
# Mostly what is accepted: a walk on which nothing happens shows nothing.
KEYS = st.sampled_from([None, None, None, None, "first key", "second key"])
RARELY = st.sampled_from([False, False, False, True])
QUANTITIES = st.one_of(
    st.integers(MIN, 200), st.integers(MIN, MAX), st.sampled_from([-1, 0, MIN - 1, MIN, MAX, MAX + 1])
)
CREATE_ORDER = """
mutation ($input: CreateOrderInput!, $key: String) {
  act: createOrder(input: $input, idempotencyKey: $key) {
    ... on Order { id charge quantity } ... on Problem { code }
  }
}
"""
START_PAYMENT = "mutation ($amount: Toman!) { act: startPayment(amount: $amount) { ... on Payment { url } } }"
CLAIM = "mutation { act: claimFreeCredit { ... on LedgerEntry { amount } ... on Problem { code } } }"
SPIN = "mutation { act: spinWheel { ... on UserGift { id quantity } ... on Problem { code } } }"
USE = """
mutation ($id: ID!) {
  act: useGift(id: $id, link: "https://example.com/gift") {
    ... on Order { charge quantity } ... on Problem { code }
  }
}
"""


@dataclass
class ModelShop:
    """What the shop should do to one user, without any database."""

    balance: int = 0
    entries: list[int] = field(default_factory=list)
    orders: int = 0
    answers: dict[str, tuple[object, object]] = field(default_factory=dict)
    had_credit: bool = False
    has_spun: bool = False
    gifts: list[int] = field(default_factory=list)

    def move(self, amount: int) -> None:
        self.balance += amount
        self.entries.append(amount)

    def order(self, price: int, quantity: int) -> int | None:
        """The charge; None where the order is refused."""
        charge = math.ceil(Fraction(price * quantity * (100 - DISCOUNT), 100_000))
        if not MIN <= quantity <= MAX or charge > self.balance:
            return None
        self.orders += 1
        self.move(-charge)
        return charge


class Installation:
    """The application in this process, called through its APIs."""

    def __init__(self, runner: asyncio.Runner, url: str) -> None:
        self._runner = runner
        self._stack = AsyncExitStack()
        self.bank = FakePayments()
        self._url = url

    def run(self, operation: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await operation

        return self._runner.run(wait())

    async def open(self) -> None:
        await self._stack.enter_async_context(database.open_connections(self._url))
        settings = Settings(database_url=self._url, rate_limit="1000000/minute")
        self.app: AppContext = build_app(settings, RecordingSms(), self.bank)
        self.client = await self._stack.enter_async_context(create_client(self.app))
        self.services = [
            await create_service(price=price, min_quantity=MIN, max_quantity=MAX) for price in PRICES
        ]
        self.gift = await create_gift(self.services[0])

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    with asyncio.Runner() as runner:
        installed = Installation(runner, database_url)
        runner.run(installed.open())
        yield installed
        runner.run(installed.close())


class BothApis(RuleBasedStateMachine):
    """A random sequence of one user's steps; after each the shop equals the model."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.model = ModelShop()
        self.run = self.installation.run
        self.user: User = self.run(self._new_user())
        self.headers: dict[str, str] = self.run(create_authorization(self.installation.app, self.user))

    async def _new_user(self) -> User:
        user = await create_user()
        await User.filter(id=user.id).update(custom_rate=DISCOUNT)
        return user

    def rest(self, method: str, path: str, body: dict[str, object], key: str | None = None) -> httpx.Response:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        client = self.installation.client
        answer: httpx.Response = self.run(
            client.request(method, f"/api/v1/{path}", json=body, headers=headers)
        )
        assert answer.status_code < 500
        return answer

    def graphql(self, document: str, **variables: object) -> dict[str, Any]:
        body = {"query": document, "variables": variables}
        answer: httpx.Response = self.run(
            self.installation.client.post("/graphql", json=body, headers=self.headers)
        )
        assert "errors" not in answer.json()
        acted: dict[str, Any] = answer.json()["data"]["act"]
        return acted

    @initialize(amount=st.integers(1_000, 200_000), api=APIS)
    def pay_and_order_first(self, amount: int, api: str) -> None:
        self.pay(amount=amount, api=api, callbacks=1, less=False)
        self.order(number=0, quantity=MIN, api=api, key=None)

    @rule(amount=st.integers(1_000, 200_000), api=APIS, callbacks=st.integers(0, 3), less=RARELY)
    def pay(self, amount: int, api: str, callbacks: int, less: bool) -> None:
        if api == "rest":
            url = self.rest("POST", "user/payment", {"amount": amount}).headers["location"]
        else:
            url = self.graphql(START_PAYMENT, amount=amount)["url"]
        authority = url.rpartition("/")[2]
        self.installation.bank.pay(authority, amount - 1 if less else amount)  # type: ignore[arg-type]  # Toman
        for _ in range(callbacks):
            self.rest("GET", f"user/payment/verify?Authority={authority}&Status=OK", {})
        if callbacks and not less:
            self.model.move(amount)

    @rule(number=st.integers(0, len(PRICES) - 1), quantity=QUANTITIES, api=APIS, key=KEYS)
    def order(self, number: int, quantity: int, api: str, key: str | None) -> None:
        answer = self._order(self.installation.services[number], quantity, api, key)
        request = (number, quantity)
        if key in self.model.answers:
            first_request, first_answer = self.model.answers[key]
            assert answer == (first_answer if request == first_request else "reused")
            return
        expected = self.model.order(PRICES[number], quantity)
        assert answer == ("refused" if expected is None else expected)
        if key is not None and quantity > 0:
            self.model.answers[key] = (request, answer)

    def _order(self, service: Service, quantity: int, api: str, key: str | None) -> int | str:
        """The charge, or why not."""
        link = "https://example.com/p/1"
        if api == "graphql":
            request = {"serviceId": to_global_id("Service", service.id), "quantity": quantity, "link": link}
            result = self.graphql(CREATE_ORDER, input=request, key=key)
            if "code" in result:
                return "reused" if result["code"] == "IDEMPOTENCY_KEY_REUSED" else "refused"
            return int(result["charge"])
        body = {
            "service_id": service.id,
            "category_id": service.category_id,
            "quantity": quantity,
            "link": link,
        }
        answer = self.rest("POST", "order", body, key)
        if answer.status_code == 422:
            return "reused"
        return int(answer.json()["order"]["charge"]) if answer.json()["status"] == 201 else "refused"

    @rule(api=APIS)
    def claim_free_credit(self, api: str) -> None:
        if api == "rest":
            amount = self.rest("GET", "user/freecredit", {}).json().get("amount")
        else:
            amount = self.graphql(CLAIM).get("amount")
        assert (amount is None) == self.model.had_credit
        if amount is not None:
            self.model.had_credit = True
            self.model.move(amount)

    @rule(api=APIS)
    def spin_the_wheel(self, api: str) -> None:
        if api == "rest":
            won = self.rest("GET", "user/wof", {}).json().get("user_gift")
        else:
            won = self.graphql(SPIN)
            won = None if "code" in won else won
        assert (won is None) == self.model.has_spun
        if won is not None:
            self.model.has_spun = True
            self.model.gifts.append(won["quantity"])

    @rule(api=APIS)
    def use_a_gift(self, api: str) -> None:
        if api == "rest":
            body = {"gift_id": self.installation.gift.id, "link": "https://example.com/gift"}
            order = self.rest("POST", "user/gifts", body).json().get("order")
        else:
            order = self.run(self._use_by_graphql())
        if not self.model.gifts:
            assert order is None
            return
        assert (order["charge"], order["quantity"]) == (0, self.model.gifts.pop(0))
        self.model.orders += 1

    async def _use_by_graphql(self) -> dict[str, Any] | None:
        won = await UserGift.filter(user_id=self.user.id, is_used=False).order_by("id").first()
        body = {"query": USE, "variables": {"id": to_global_id("UserGift", won.id if won else 0)}}
        answer = await self.installation.client.post("/graphql", json=body, headers=self.headers)
        used: dict[str, Any] = answer.json()["data"]["act"]
        return None if "code" in used else used

    @rule()
    def let_two_days_pass(self) -> None:
        granted, won = self.run(self._move_turns_back())
        limits = self.installation.app.settings
        self.model.had_credit = granted >= limits.free_credits_per_month
        self.model.has_spun = won >= limits.wheel_gifts_per_month

    async def _move_turns_back(self) -> tuple[int, int]:
        """Put the user's last turns into the past; answers how many credits and gifts there were."""
        past = await database.now() - timedelta(days=2)
        await User.filter(id=self.user.id).update(wheel_spun_at=None)
        await User.filter(id=self.user.id, free_credit_at__isnull=False).update(free_credit_at=past)
        granted = await LedgerEntry.filter(user_id=self.user.id, kind=LedgerKind.FREE_CREDIT)
        async with allow_row_changes():
            for entry in granted:
                await LedgerEntry.filter(id=entry.id).update(
                    cause=f"free_credit:{self.user.id}:{entry.id}", created_at=past
                )
        return len(granted), await UserGift.filter(user_id=self.user.id).count()

    @invariant()
    def the_shop_matches_the_model(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        await self.user.refresh_from_db()
        entries = await LedgerEntry.filter(user_id=self.user.id).order_by("id")
        assert self.user.balance == self.model.balance
        assert [entry.amount for entry in entries] == self.model.entries
        assert await Order.filter(user_id=self.user.id).count() == self.model.orders

    def teardown(self) -> None:
        assert self.run(audit_ledger()) == []


@pytest.mark.random_search
def test_the_shop_matches_the_model_through_both_apis(installation: Installation) -> None:
    machine = type("BothDoorsHere", (BothApis,), {"installation": installation})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8 * DEPTH,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
    walked = installation.run(Order.all().count()), installation.run(Payment.all().count())
    assert min(walked) > 5
