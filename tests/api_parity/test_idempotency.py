"""Idempotency keys from a client's view: the stored result is returned by every API."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from domain.order_status import OrderStatus
from models import Category, Order, Payment, Service, User
from resolvers import api_keys
from resolvers.app_context import AppContext
from tests.api_parity.money_operations import TOO_LONG, win
from tests.api_parity.order_requests import LINK, PLAIN, SOUND, Fields, OrderRequest
from tests.api_parity.scenario import Scenario, create_catalogue, create_scenario, to_global_id
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, RecordingSms
from tests.resolvers.money_steps import get_balance

# Empty, invisible only, too long, or with an invisible character inside.
MALFORMED = ["", "  ", TOO_LONG, "\u200b", "a\u200bb", "\u3164", "a\tb", "a\u00a0b", "\ufeffkey", "a\x7fb"]
KEY = "8d2c5b2e-5f3b-4a55-9a5e-3f0f6f4a7c11"
PROBLEM = "... on Problem { code } ... on InvalidInput { field }"
ORDER = (
    "id status link quantity charge refunded startCount remains createdAt updatedAt "
    "comments usernames username hashtags hashtag media dripFeed { runs interval quantity } "
    "subscription { posts min max delay expiry status }"
)
PAYMENT = "id amount status url gateway reference cardMask createdAt creditedAt"
ENTRY = "id kind amount balanceAfter createdAt"
WON = "id quantity used link createdAt expiresAt gift { id service { id } }"


def mutation(arguments: str, call: str, success: str, fields: str) -> str:
    return (
        f"mutation ({arguments}$key: String) "
        f"{{ act: {call} {{ __typename ... on {success} {{ {fields} }} {PROBLEM} }} }}"
    )


CREATE_ORDER = mutation(
    "$input: CreateOrderInput!, ", "createOrder(input: $input, idempotencyKey: $key)", "Order", ORDER
)
START_PAYMENT = mutation(
    "$amount: Toman!, ", "startPayment(amount: $amount, idempotencyKey: $key)", "Payment", PAYMENT
)
CLAIM = mutation("", "claimFreeCredit(idempotencyKey: $key)", "LedgerEntry", ENTRY)
SPIN = mutation("", "spinWheel(idempotencyKey: $key)", "UserGift", WON)
USE_GIFT = mutation(
    "$id: ID!, $link: String!, ", "useGift(id: $id, link: $link, idempotencyKey: $key)", "Order", ORDER
)


@pytest.fixture
async def scenario(app: AppContext, sms: RecordingSms) -> Scenario:
    scenario = await create_scenario(app, sms, await create_catalogue())
    await win(scenario)
    return scenario


class Client:
    """The actor's client for both APIs."""

    def __init__(self, client: httpx.AsyncClient, scenario: Scenario) -> None:
        self._client = client
        self._scenario = scenario

    async def query(self, document: str, variables: Fields, key: str | None = KEY) -> dict[str, Any]:
        """The result of a mutation."""
        request = {"query": document, "variables": {**variables, "key": key}}
        answer = (await self._client.post("/graphql", headers=self._scenario.headers, json=request)).json()
        assert "errors" not in answer, answer
        operation: dict[str, Any] = answer["data"]["act"]
        return operation

    async def post(self, path: str, body: Fields, *keys: bytes) -> httpx.Response:
        """The response of a REST route, with KEY by default."""
        signed_in = [(name.encode(), value.encode()) for name, value in self._scenario.headers.items()]
        headers = [*signed_in, *((b"Idempotency-Key", key) for key in keys or (KEY.encode(),))]
        return await self._client.post(f"/api/v1/{path}", headers=headers, json=body)

    async def add(self, scenario: Scenario, reseller_key: str, key: bytes) -> Any:
        """The reseller API's response to `add` with the plain order."""
        body = PLAIN.for_rest(scenario, {})
        form = {
            "key": reseller_key,
            "action": "add",
            "service": str(body["service_id"]),
            "link": body["link"],
        }
        headers = [(b"Idempotency-Key", key)]
        answer = await self._client.post(
            "/api/v2", headers=headers, data={**form, "quantity": body["quantity"]}
        )
        return answer.json()


@pytest.fixture
def api(client: httpx.AsyncClient, scenario: Scenario) -> Client:
    return Client(client, scenario)


MUTATIONS: dict[str, tuple[str, Callable[[Scenario], Fields]]] = {
    "createOrder": (CREATE_ORDER, lambda scenario: PLAIN.for_graphql(scenario, {})),
    "startPayment": (START_PAYMENT, lambda _: {"amount": 25_000}),
    "claimFreeCredit": (CLAIM, lambda _: {}),
    "spinWheel": (SPIN, lambda _: {}),
    "useGift": (USE_GIFT, lambda scenario: {"id": to_global_id("UserGift", scenario.won_id), "link": LINK}),
}
ROUTES: dict[str, Callable[[Scenario], Fields]] = {
    "order": lambda scenario: PLAIN.for_rest(scenario, {}),
    "user/payment": lambda _: {"amount": 25_000},
    "user/gifts": lambda scenario: {"gift_id": scenario.catalogue.gift.id, "link": LINK},
}
EVERY_ROUTE = pytest.mark.parametrize("path", ROUTES)
EVERY_MUTATION = pytest.mark.parametrize("name", MUTATIONS)


@EVERY_MUTATION
async def test_a_mutation_repeated_with_its_key_returns_its_first_result_and_changes_nothing(
    name: str, api: Client, scenario: Scenario
) -> None:
    document, variables = MUTATIONS[name]

    first = await api.query(document, variables(scenario))
    before = await read_stored_rows()
    again = await api.query(document, variables(scenario))

    assert "code" not in first
    assert again == first
    assert await read_stored_rows() == before


@EVERY_MUTATION
async def test_the_key_of_one_mutation_is_refused_for_another(
    name: str, api: Client, scenario: Scenario
) -> None:
    document, variables = MUTATIONS[name]
    other, others = MUTATIONS["startPayment" if name != "startPayment" else "createOrder"]
    await api.query(other, others(scenario))
    before = await read_stored_rows()

    refused = await api.query(document, variables(scenario))

    assert (refused["__typename"], refused["code"]) == ("IdempotencyKeyReused", "IDEMPOTENCY_KEY_REUSED")
    assert await read_stored_rows() == before


async def test_a_malformed_key_is_invalid_input_of_its_argument(
    api: Client, scenario: Scenario, subtests: pytest.Subtests
) -> None:
    before = await read_stored_rows()

    for name, (document, variables) in MUTATIONS.items():
        for key in MALFORMED:
            with subtests.test(name, key=ascii(key)):
                refused = await api.query(document, variables(scenario), key)
                assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "idempotencyKey")
    assert await read_stored_rows() == before


async def test_a_malformed_key_is_an_http_400_of_rest_and_an_error_of_the_reseller_api(
    api: Client, scenario: Scenario, subtests: pytest.Subtests
) -> None:
    reseller_key = await api_keys.rotate_api_key(scenario.user)
    before = await read_stored_rows()
    keys = [*(key.encode() for key in MALFORMED), b"\xff\x80", "کلید".encode()[:-1]]

    for key in keys:
        for path, body in ROUTES.items():
            with subtests.test(path, key=key):
                refused = await api.post(path, body(scenario), key)
                assert (refused.status_code, refused.json()["status"]) == (400, 400)
        with subtests.test("api/v2", key=key):
            answer = await api.add(scenario, reseller_key, key)
            assert answer == {"error": "Incorrect Idempotency-Key"}
    assert await read_stored_rows() == before


async def test_two_keys_on_one_request_are_a_400(api: Client, scenario: Scenario) -> None:
    refused = await api.post("order", PLAIN.for_rest(scenario, {}), b"one", b"other")

    assert refused.status_code == 400
    assert await get_balance(scenario.user) == 10_000


@EVERY_ROUTE
async def test_rest_repeats_its_first_response_verbatim(path: str, api: Client, scenario: Scenario) -> None:
    first = await api.post(path, ROUTES[path](scenario))
    await Order.all().update(status=OrderStatus.COMPLETED, remains=3)
    await Service.all().update(is_active=False)
    before = await read_stored_rows()

    again = await api.post(path, ROUTES[path](scenario))

    assert first.json()["status"] in (201, 302)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("location") == first.headers.get("location")
    assert await read_stored_rows() == before


@EVERY_ROUTE
async def test_a_key_that_was_used_for_something_else_is_an_http_422(
    path: str, api: Client, scenario: Scenario
) -> None:
    await api.post("user/payment", {"amount": 25_001})
    before = await read_stored_rows()

    refused = await api.post(path, ROUTES[path](scenario))

    assert (refused.status_code, refused.json()["status"]) == (422, 422)
    assert await read_stored_rows() == before


KEYS = ["کلید-۱", "سفارش\u0640۲", "ключ", "鍵" * 255, "🔑", "'\"%_\\", "k" * 255, "e\u0301"]


@pytest.mark.both_databases
async def test_a_key_of_any_script_is_one_key_by_rest_graphql_and_the_reseller_api(
    api: Client, scenario: Scenario, subtests: pytest.Subtests
) -> None:
    reseller_key = await api_keys.rotate_api_key(scenario.user)

    for number, key in enumerate(KEYS, 1):
        with subtests.test(key=ascii(key[:8])):
            by_rest = (await api.post("order", PLAIN.for_rest(scenario, {}), key.encode())).json()
            by_graphql = await api.query(CREATE_ORDER, PLAIN.for_graphql(scenario, {}), key)
            by_reseller = await api.add(scenario, reseller_key, key.encode())
            blanks = await api.post("order", PLAIN.for_rest(scenario, {}), f"  {key} ".encode())

            assert by_rest["status"] == 201
            assert by_graphql["id"] == to_global_id("Order", by_rest["order"]["id"])
            assert by_reseller == {"order": by_rest["order"]["id"]}
            assert blanks.json() == by_rest
            assert await get_balance(scenario.user) == 10_000 - 100 * number


async def test_the_key_of_an_order_in_a_wrong_category_is_refused_for_the_right_one(
    api: Client, scenario: Scenario
) -> None:
    wrong = await Category.create(name="Other", created_at=TIMESTAMP, updated_at=TIMESTAMP)
    body = PLAIN.for_rest(scenario, {})
    first = await api.post("order", {**body, "category_id": wrong.id})

    refused = await api.post("order", body)
    by_graphql = await api.query(CREATE_ORDER, PLAIN.for_graphql(scenario, {}))

    assert first.json()["status"] == 400
    assert refused.status_code == 422
    assert by_graphql["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await get_balance(scenario.user) == 10_000


async def test_a_null_key_is_none(api: Client, scenario: Scenario) -> None:
    variables = PLAIN.for_graphql(scenario, {})

    first, second = (
        await api.query(CREATE_ORDER, variables, None),
        await api.query(CREATE_ORDER, variables, None),
    )

    assert first["id"] != second["id"]


async def test_a_stored_problem_is_returned_with_its_numbers(api: Client, scenario: Scenario) -> None:
    document = mutation(
        "$input: CreateOrderInput!, ",
        "createOrder(input: $input, idempotencyKey: $key)",
        "InsufficientBalance",
        "message balance charge",
    )
    variables = PLAIN.for_graphql(scenario, {"quantity": 50_000})
    first = await api.query(document, variables)
    await User.filter(id=scenario.user.id).update(balance=1_000_000)

    assert (first["balance"], first["charge"]) == (10_000, 50_000)
    assert await api.query(document, variables) == first


@pytest.mark.parametrize("order_request", SOUND.values(), ids=SOUND.keys())
@pytest.mark.parametrize("first", ["rest", "graphql"])
async def test_the_same_key_and_order_through_both_apis_is_one_order(
    first: str, order_request: OrderRequest, api: Client, scenario: Scenario
) -> None:
    await order_request.put_on_sale(scenario)
    before = await Order.all().count()

    async def by_rest() -> str:
        body = (await api.post("order", order_request.for_rest(scenario, {}))).json()
        assert body["status"] == 201, body
        return to_global_id("Order", body["order"]["id"])

    async def by_graphql() -> str:
        answer = await api.query(CREATE_ORDER, order_request.for_graphql(scenario, {}))
        assert answer["__typename"] == "Order", answer
        return str(answer["id"])

    ways = (by_rest, by_graphql) if first == "rest" else (by_graphql, by_rest)
    assert await ways[0]() == await ways[1]()
    assert await Order.all().count() == before + 1


async def test_an_order_repeated_through_the_other_api_is_charged_once(
    api: Client, scenario: Scenario
) -> None:
    await api.post("order", PLAIN.for_rest(scenario, {}))
    balance = await get_balance(scenario.user)
    before = await read_stored_rows()

    await api.query(CREATE_ORDER, PLAIN.for_graphql(scenario, {}))
    await api.post("order", PLAIN.for_rest(scenario, {}))

    assert balance == 10_000 - 100
    assert await read_stored_rows() == before


async def test_another_order_with_the_key_is_refused_by_the_other_api(
    api: Client, scenario: Scenario
) -> None:
    await api.query(CREATE_ORDER, PLAIN.for_graphql(scenario, {}))
    before = await read_stored_rows()

    refused = await api.post("order", PLAIN.for_rest(scenario, {"quantity": 101}))

    assert (refused.status_code, refused.json()["status"]) == (422, 422)
    assert await read_stored_rows() == before


async def test_the_same_key_and_payment_through_both_apis_is_one_payment(api: Client) -> None:
    started = await api.post("user/payment", {"amount": 25_000})
    again = await api.query(START_PAYMENT, {"amount": 25_000})

    assert again["url"] == started.headers["location"]
    assert await Payment.all().count() == 1


async def test_users_with_the_same_key_have_each_their_own_order(
    client: httpx.AsyncClient, app: AppContext, sms: RecordingSms, scenario: Scenario
) -> None:
    other = await create_scenario(app, sms, scenario.catalogue)

    mine, theirs = [
        await Client(client, each).query(CREATE_ORDER, PLAIN.for_graphql(each, {}))
        for each in (scenario, other)
    ]

    assert mine["id"] != theirs["id"]
    assert await get_balance(scenario.user) == await get_balance(other.user) == 10_000 - 100
