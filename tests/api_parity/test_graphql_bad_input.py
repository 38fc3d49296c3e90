"""Whatever a GraphQL request holds: a clear refusal, never a fault of ours, and nothing stored."""

import json

import httpx
import pytest
from graphql import get_named_type

from models import Category
from resolvers.app_context import AppContext
from tests.api_parity.mutation_arguments import ARGUMENTS, TYPES, is_nullable, request
from tests.api_parity.operations import PROBLEM
from tests.api_parity.order_requests import LINK
from tests.api_parity.scenario import Scenario, create_catalogue, create_scenario, to_global_id
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, RecordingSms, create_user
from tests.fixtures import create_authorization
from tests.rest_compat.test_bad_input import BODIES, DIGITS, REFUSED_TEXTS
from tests.subtest_cases import for_each

MORE_VALUES = {**REFUSED_TEXTS, "null": "null", "a number of 100,000 digits": DIGITS}
ANY_INTEGER = {
    "below zero": "-1",
    "2^53": str(2**53),
    "2^53-1": str(2**53 - 1),
    "2^63": str(2**63),
    "-2^63": str(-(2**63)),
    "2^64": str(2**64),
    "a text": '"5"',
    "a text in Persian": '"۵"',
    "a boolean": "true",
    "beyond any float": "1e999",
    "a float with a fraction": "10.5",
    "an exponent with a fraction": "105e-1",
    "a whole float beyond 2^53": "1e17",
}
# A subscription's delay may be 0. A float without a fraction, such as 5.0 or 1e3, is its whole number.
WHOLE_NUMBERS = {**ANY_INTEGER, "zero": "0"}
VALUES_BY_TYPE = {"Int": ANY_INTEGER, "Count": WHOLE_NUMBERS, "Toman": WHOLE_NUMBERS}
NUMBERS = {
    argument: VALUES_BY_TYPE[name]
    for argument, type_ in TYPES.items()
    if (name := get_named_type(type_).name) in VALUES_BY_TYPE
}
LITERALS = {
    "createOrder": f'input: {{serviceId: "%(service)s", link: "{LINK}", quantity: %(number)s}}',
    "startPayment": "amount: %(number)s",
}


async def refused(client: httpx.AsyncClient, headers: dict[str, str], body: bytes) -> bool:
    """Whether the answer is a refusal that a client can read."""
    answer = await client.post(
        "/graphql", headers={**headers, "Content-Type": "application/json"}, content=body
    )
    assert answer.status_code in (200, 400), (answer.status_code, answer.text)
    read = answer.json()
    if "errors" in read:
        codes = {error["extensions"]["code"] for error in read["errors"]}
        assert codes.isdisjoint({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"}), read
        return True
    return all("code" in result for result in read["data"].values())


async def check_refused(
    values: dict[str, str], argument: str, client: httpx.AsyncClient, scenario: Scenario
) -> None:
    """Each value is refused and nothing is stored; the request without it is accepted."""
    before_operation = ARGUMENTS[argument].before
    if before_operation:
        await before_operation(scenario)
    before = await read_stored_rows()
    for kind, value in values.items():
        assert await refused(client, scenario.headers, request(argument, scenario, value)), kind
    assert await read_stored_rows() == before
    assert not await refused(client, scenario.headers, request(argument, scenario))


def test_every_argument_of_every_mutation_is_listed() -> None:
    assert ARGUMENTS.keys() == TYPES.keys()


@pytest.mark.parametrize("argument", ARGUMENTS)
async def test_a_hostile_value_in_any_argument_is_refused_and_stores_nothing(
    argument: str, client: httpx.AsyncClient, app: AppContext, sms: RecordingSms
) -> None:
    scenario = await create_scenario(app, sms, await create_catalogue())
    values = {
        kind: value for kind, value in MORE_VALUES.items() if value != "null" or not is_nullable(argument)
    }
    await check_refused(values, argument, client, scenario)


@pytest.mark.parametrize("argument", NUMBERS)
async def test_a_number_that_is_not_an_integer_in_range_is_refused_and_stores_nothing(
    argument: str, client: httpx.AsyncClient, app: AppContext, sms: RecordingSms
) -> None:
    scenario = await create_scenario(app, sms, await create_catalogue())
    await check_refused(NUMBERS[argument], argument, client, scenario)


@pytest.mark.parametrize("mutation", LITERALS)
async def test_such_a_number_is_refused_when_the_document_itself_holds_it(
    mutation: str, client: httpx.AsyncClient, app: AppContext, sms: RecordingSms
) -> None:
    scenario = await create_scenario(app, sms, await create_catalogue())
    service = to_global_id("Service", scenario.catalogue.service.id)

    def body(number: str) -> bytes:
        field = LITERALS[mutation] % {"service": service, "number": number}
        query = f"mutation {{ act: {mutation}({field}) {{ __typename {PROBLEM} }} }}"
        return json.dumps({"query": query}).encode()

    before = await read_stored_rows()
    for number in {**WHOLE_NUMBERS, "digits without end": DIGITS}.values():
        assert await refused(client, scenario.headers, body(number)), number[:50]
    assert await read_stored_rows() == before
    assert not await refused(client, scenario.headers, body("5000"))


@for_each("body", BODIES.values())
async def test_a_broken_body_is_answered_400(body: bytes, client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", headers={"Content-Type": "application/json"}, content=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@for_each(
    "request_body",
    [
        {"query": 7},
        {"query": ["{ me { id } }"]},
        {"query": None},
        {"query": "{ me { id } }", "variables": []},
        {"query": "{ me { id } }", "variables": "x"},
        {"query": "{ me { id } }", "operationName": 5},
        {"query": ""},
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "subscription { x }"},
        {"query": "{ me { id } }", "operationName": "other"},
        {"query": "{ services(first: 0) { totalCount } }"},
        {"query": "{ services(first: 101) { totalCount } }"},
        {"query": "{ services(first: 99999999999) { totalCount } }"},
        {"query": '{ services(after: "x") { totalCount } }'},
        {"query": '{ node(id: "x") { id } }'},
        {"query": '{ order(id: "T3JkZXI6MQ") { id } }'},
        {"query": '{ service(id: "T3JkZXI6MQ==") { id } }'},
        {"query": '{ services(after: "\\u0000") { totalCount } }'},
        {"query": "{ topUsers(limit: 11) { amount } }"},
        {"query": '{ topUsers(since: "yesterday") { amount } }'},
        {"query": "{ topUsers(since: 5) { amount } }"},
        {"query": "{ services(where: {price: {gte: 1.5}}) { totalCount } }"},
        {"query": "{ services(where: {price: {gte: 99999999999999999999}}) { totalCount } }"},
        {"query": "{ " + "me { id } " * 2_000 + "}"},
        {"query": "{ " + " ".join(f"a{i}: me {{ id }}" for i in range(1_100)) + " }"},
        {"query": "{ me " + "@include(if: true) " * 50 + "{ id } }"},
    ],
)
async def test_a_request_that_cannot_run_is_refused(
    request_body: dict[str, object], client: httpx.AsyncClient, app: AppContext
) -> None:
    headers = await create_authorization(app, await create_user())
    assert await refused(client, headers, json.dumps(request_body).encode())


async def test_a_fragment_fan_out_is_refused_without_being_written_out(client: httpx.AsyncClient) -> None:
    levels = 40
    fragments = "".join(
        f" fragment f{i} on Service {{ a: category {{ s: __typename }} ...f{i + 1} b: id ...f{i + 1} }}"
        for i in range(levels)
    )
    last = f"fragment f{levels} on Service {{ x: id y: name }}"
    query = f"{{ services {{ edges {{ node {{ ...f0 }} }} }} }}{fragments} {last}"
    assert await refused(client, {}, json.dumps({"query": query}).encode())


async def test_every_try_in_one_document_counts(
    client: httpx.AsyncClient, app: AppContext, sms: RecordingSms
) -> None:
    tries = " ".join(
        f'm{i}: verifyLoginCode(username: "09121112233", code: "{i:06d}") {{ __typename }}' for i in range(15)
    )
    await client.post("/api/v1/login", json={"username": "09121112233"})
    await client.post("/graphql", json={"query": f"mutation {{ {tries} }}"})
    right = sms.sent[-1][1]
    answer = await client.post("/api/v1/login/verify", json={"username": "09121112233", "code": right})
    # Fifteen tries in one request, the most that a document may hold, have used up the code's five.
    assert answer.json()["status"] == 401 or int(right) < 5


async def test_a_body_over_the_limit_is_refused_as_a_graphql_error(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": " " * 300_000})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_impossible_or_inactive_category_is_not_a_node(client: httpx.AsyncClient) -> None:
    hidden = await Category.create(name="hidden", is_active=False, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    for key in (hidden.id, 9_999_999_999):
        query = f'{{ node(id: "{to_global_id("Category", key)}") {{ id }} }}'
        assert (await client.post("/graphql", json={"query": query})).json()["data"] == {"node": None}
