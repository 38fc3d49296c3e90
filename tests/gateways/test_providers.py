import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from domain.enums import RefillStatus
from domain.order_status import OrderStatus
from gateways.errors import (
    GatewayError,
    GatewayInvalidResponse,
    GatewayRejected,
    GatewayUnavailable,
)
from gateways.providers import HttpProviderApi, ProviderAccount, ProviderApi
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.provider_apis import KEY, LINK, ORDER, SHORT_TIMEOUTS, build_account, connected

HTML = "<html><head><title>502 Bad Gateway</title></head></html>"


@pytest.fixture
async def api() -> AsyncIterator[ProviderApi]:
    async with connected() as api:
        yield api


@pytest.fixture
async def short_timeout_api() -> AsyncIterator[ProviderApi]:
    async with connected(total_timeout=SHORT_TIMEOUTS) as api:
        yield api


@pytest.fixture
def account(server: HttpStubServer) -> ProviderAccount:
    return build_account(f"{server.url}/api/v2")


async def test_a_redirect_is_not_followed(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(307, "{}", {"location": "/elsewhere"})

    with pytest.raises(GatewayInvalidResponse):
        await api.balance(account)

    assert [request.path for request in server.received] == ["/api/v2"]


Call = Callable[[ProviderApi, ProviderAccount], Awaitable[object]]

CALLS: dict[str, Call] = {
    "services": lambda api, account: api.services(account),
    "add": lambda api, account: api.add(account, ORDER),
    "statuses": lambda api, account: api.statuses(account, ["1", "10"]),
    "refill": lambda api, account: api.refill(account, "1"),
    "refill_status": lambda api, account: api.refill_status(account, "5"),
    "cancel": lambda api, account: api.cancel(account, ["9", "2"]),
    "balance": lambda api, account: api.balance(account),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        (CALLS["services"], {"action": "services"}),
        (CALLS["statuses"], {"action": "status", "orders": "1,10"}),
        (lambda api, account: api.statuses(account, ["7"]), {"action": "status", "orders": "7"}),
        (CALLS["refill"], {"action": "refill", "order": "1"}),
        (CALLS["refill_status"], {"action": "refill_status", "refill": "5"}),
        (CALLS["cancel"], {"action": "cancel", "orders": "9,2"}),
        (CALLS["balance"], {"action": "balance"}),
    ],
)
async def test_a_call_sends_the_key_its_action_and_its_fields(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount, call: Call, fields: dict[str, str]
) -> None:
    server.answer(200, '{"error": "No"}')

    with pytest.raises(GatewayRejected):
        await call(api, account)

    assert server.received[0].form == {name: [value] for name, value in ({"key": KEY} | fields).items()}


async def test_each_call_returns_what_the_provider_answers(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(200, '[{"service": 1, "name": "Followers", "rate": "0.90"}]')
    assert [service.id for service in (await api.services(account)).services] == ["1"]
    server.answer(200, '{"1": {"status": "Partial"}, "10": {"error": "Incorrect order ID"}}')
    statuses = await api.statuses(account, ["1", "10"])
    assert statuses.states["1"].status is OrderStatus.PARTIAL
    assert statuses.errors == {"10": "Incorrect order ID"}
    server.answer(200, '{"refill": "5"}')
    assert await api.refill(account, "1") == "5"
    server.answer(200, '{"status": "Completed"}')
    assert (await api.refill_status(account, "5")).status is RefillStatus.COMPLETED
    server.answer(200, '[{"order": 9, "cancel": {"error": "No"}}, {"order": 2, "cancel": 1}]')
    cancellations = await api.cancel(account, ["9", "2"])
    assert cancellations.accepted == {"2"}
    assert cancellations.rejected == {"9": "No"}
    server.answer(200, '{"balance": "100.84292", "currency": "USD"}')
    assert (await api.balance(account)).amount == "100.84292"


@pytest.mark.parametrize("order_ids", [[], [""], ["1", ""], list(map(str, range(1, 102)))])
@pytest.mark.parametrize("ask", [HttpProviderApi.statuses, HttpProviderApi.cancel])
async def test_zero_unsent_or_over_a_hundred_orders_cause_no_status_request(
    server: HttpStubServer,
    api: HttpProviderApi,
    account: ProviderAccount,
    ask: Callable[[HttpProviderApi, ProviderAccount, list[str]], Awaitable[object]],
    order_ids: list[str],
) -> None:
    with pytest.raises(ValueError, match="order"):
        await ask(api, account, order_ids)

    assert server.received == []


async def test_the_status_of_a_hundred_orders_is_one_request(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(200, json.dumps({number: {"status": "Completed"} for number in range(1, 101)}))

    assert len((await api.statuses(account, [str(number) for number in range(1, 101)])).states) == 100


@every_call
async def test_no_failure_shows_a_secret_or_the_answer_in_its_text_or_in_a_log(
    server: HttpStubServer,
    api: ProviderApi,
    short_timeout_api: ProviderApi,
    call: Call,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    account = build_account(f"{server.url}/api/{KEY}?token={KEY}")
    failures: list[type[GatewayError]] = []

    async def fail(api: ProviderApi) -> None:
        with pytest.raises(GatewayError) as raised:
            await call(api, account)
        logging.getLogger("test").error("failed with %r", account, exc_info=raised.value)
        failures.append(raised.type)

    server.answer(400, json.dumps({"error": f"Refused {KEY}"}))
    await fail(api)
    server.answer(200, json.dumps({"order": f"Refused {KEY}"}))
    await fail(api)
    server.answer(502, HTML + f"Refused {KEY}")
    await fail(api)
    server.hang()
    await fail(short_timeout_api)
    server.drop()
    await fail(api)
    await server.close()
    await fail(api)

    assert failures == [
        GatewayRejected,
        GatewayInvalidResponse,
        GatewayInvalidResponse,
        GatewayUnavailable,
        GatewayUnavailable,
        GatewayUnavailable,
    ]
    for secret in (KEY, LINK, "Refused"):
        assert secret not in caplog.text


async def test_a_refusal_repeats_the_provider_s_sentence_without_the_key(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(200, json.dumps({"error": f"The key {KEY} is wrong"}))

    with pytest.raises(GatewayRejected) as raised:
        await api.balance(account)

    assert raised.value.text == "The key … is wrong"


async def test_a_refusal_of_a_call_without_a_key_is_reported_unchanged(
    server: HttpStubServer, api: ProviderApi
) -> None:
    server.answer(200, json.dumps({"error": "No key"}))

    with pytest.raises(GatewayRejected) as raised:
        await api.balance(build_account(server.url, key=""))

    assert raised.value.text == "No key"
