import json
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import date

import httpx
import pytest

from domain.order_details import DripFeed, OrderContent, Subscription
from domain.service_types import ServiceType
from gateways.errors import GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from gateways.provider_addresses import ForbiddenAddress, ProviderClient
from gateways.provider_orders import ProviderOrder
from gateways.providers import HttpProviderApi, ProviderAccount, ProviderApi
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.provider_apis import KEY, LINK, ORDER, SHORT_TIMEOUTS, build_account, connected
from tests.subtest_cases import for_each

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


def build_order(type: ServiceType) -> ProviderOrder:  # noqa: A002 - the field's name
    """An order that has everything, of which each type takes its own."""
    return ProviderOrder(
        service_id="101",
        type=type,
        link=LINK,
        quantity=1_000,
        content=OrderContent(
            subscription=Subscription(posts=4, min=100, max=200, delay=30, expiry=date(2027, 3, 9)),
            comments="عالی\nsecond, line",
            usernames="ali\nsara",
            username="owner",
            hashtags="one\ntwo",
            hashtag="one",
            media="https://instagram.com/p/media",
        ),
    )


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        (ServiceType.DEFAULT, {"link": LINK, "quantity": "1000"}),
        (ServiceType.PACKAGE, {"link": LINK}),
        (ServiceType.CUSTOM_COMMENTS, {"link": LINK, "comments": "عالی\nsecond, line"}),
        (ServiceType.CUSTOM_COMMENTS_PACKAGE, {"link": LINK, "comments": "عالی\nsecond, line"}),
        (
            ServiceType.MENTIONS_WITH_HASHTAGS,
            {"link": LINK, "quantity": "1000", "usernames": "ali\nsara", "hashtags": "one\ntwo"},
        ),
        (ServiceType.MENTIONS_CUSTOM_LIST, {"link": LINK, "usernames": "ali\nsara"}),
        (ServiceType.MENTIONS_HASHTAG, {"link": LINK, "quantity": "1000", "hashtag": "one"}),
        (ServiceType.MENTIONS_USER_FOLLOWERS, {"link": LINK, "quantity": "1000", "username": "owner"}),
        (
            ServiceType.MENTIONS_MEDIA_LIKERS,
            {"link": LINK, "quantity": "1000", "media": "https://instagram.com/p/media"},
        ),
        (ServiceType.COMMENT_LIKES, {"link": LINK, "quantity": "1000", "username": "owner"}),
        (
            ServiceType.SUBSCRIPTIONS,
            {
                "username": "owner",
                "min": "100",
                "max": "200",
                "posts": "4",
                "delay": "30",
                "expiry": "09/03/2027",
            },
        ),
    ],
)
async def test_add_sends_exactly_the_fields_of_the_type(
    server: HttpStubServer,
    api: ProviderApi,
    account: ProviderAccount,
    type: ServiceType,  # noqa: A002 - the field's name
    fields: dict[str, str],
) -> None:
    server.answer(200, '{"order": 23501}')

    assert await api.add(account, build_order(type)) == "23501"

    [request] = server.received
    assert (request.method, request.path) == ("POST", "/api/v2")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    expected = {"key": KEY, "action": "add", "service": "101", **fields}
    assert request.form == {name: [value] for name, value in expected.items()}


async def test_add_sends_the_runs_of_a_drip_feed(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(200, '{"order": 1}')
    content = OrderContent(drip_feed=DripFeed(runs=10, interval=60))
    await api.add(
        account,
        ProviderOrder(service_id="101", type=ServiceType.DEFAULT, link=LINK, quantity=50, content=content),
    )

    form = server.received[0].form
    assert (form["quantity"], form["runs"], form["interval"]) == (["50"], ["10"], ["60"])


async def test_add_sends_no_expiry_for_a_subscription_without_one(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(200, '{"order": 1}')
    endless = Subscription(posts=4, min=100, max=200, delay=0)
    await api.add(
        account,
        ProviderOrder(
            service_id="101",
            type=ServiceType.SUBSCRIPTIONS,
            link="",
            quantity=0,
            content=OrderContent(username="owner", subscription=endless),
        ),
    )

    assert "expiry" not in server.received[0].form


@pytest.mark.parametrize("type", sorted(set(ServiceType) - {ServiceType.DEFAULT, ServiceType.PACKAGE}))
async def test_add_sends_nothing_for_an_order_that_lacks_what_its_type_needs(
    server: HttpStubServer,
    api: ProviderApi,
    account: ProviderAccount,
    type: ServiceType,  # noqa: A002 - the field's name
) -> None:
    with pytest.raises(ValueError, match=f"an order of type {type} without"):
        await api.add(account, ProviderOrder(service_id="1", type=type, link=LINK, quantity=10))

    assert server.received == []


@pytest.mark.parametrize("http_status", [200, 201])
@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"order": 23501}, 23_501),
        ({"order": "23501"}, 23_501),
        ({"status": "success", "order": 151}, 151),
        ({"status": "Pending", "order": "151", "charge": 0.5, "currency": "USD"}, 151),
        ({"order": 2**63 - 1}, 2**63 - 1),
        ({"order": 1, "error": None}, 1),
        ({"order": 1, "error": ""}, 1),
        ({"order": 1, "error": False}, 1),
    ],
)
async def test_add_is_accepted_with_a_positive_order_number(
    server: HttpStubServer,
    api: ProviderApi,
    account: ProviderAccount,
    http_status: int,
    body: object,
    number: int | str,
) -> None:
    server.answer(http_status, json.dumps(body))

    assert await api.add(account, ORDER) == str(number)


@pytest.mark.parametrize("http_status", [200, 201, 400, 401, 403, 404, 422])
@pytest.mark.parametrize(
    "body",
    [
        {"error": "Not enough funds"},
        {"error": "Not enough funds", "order": None},
        {"error": "Not enough funds", "order": 0},
        {"error": "Not enough funds", "status": "error", "code": 7},
    ],
)
async def test_add_is_refused_with_a_textual_error_and_no_order(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount, http_status: int, body: object
) -> None:
    server.answer(http_status, json.dumps(body))

    with pytest.raises(GatewayRejected) as raised:
        await api.add(account, ORDER)

    assert (raised.value.code, raised.value.text) == (http_status, "Not enough funds")


@pytest.mark.parametrize(
    ("http_status", "body"),
    [
        pytest.param(200, HTML, id="an HTML page"),
        pytest.param(200, "", id="an empty body"),
        pytest.param(200, '{"order": 15', id="half an object"),
        pytest.param(200, '"' + "x" * 2_000_000 + '"', id="two megabytes"),
        pytest.param(200, "null", id="null"),
        pytest.param(200, "[]", id="a list"),
        pytest.param(200, '[{"order": 15}]', id="an order in a list"),
        pytest.param(200, "15", id="a bare number"),
        pytest.param(200, "{}", id="an empty object"),
        pytest.param(200, '{"status": "success"}', id="success without an order"),
        pytest.param(200, '{"order": null}', id="null for an order"),
        pytest.param(200, '{"order": 0}', id="order 0"),
        pytest.param(200, '{"order": -15}', id="a negative order"),
        pytest.param(200, '{"order": 15.0}', id="a float"),
        pytest.param(200, '{"order": true}', id="true"),
        pytest.param(200, '{"order": {"id": 15}}', id="an order in an object"),
        pytest.param(200, '{"order": "error"}', id="a word without a digit"),
        pytest.param(200, '{"order": "15 16"}', id="two numbers"),
        pytest.param(200, '{"order": "15,16"}', id="a list of numbers"),
        pytest.param(200, '{"order": 99999999999999999999999}', id="more than 64 bits"),
        pytest.param(200, '{"order_id": 15}', id="another name"),
        pytest.param(200, '{"order": 15, "error": "No"}', id="an order and an error"),
        pytest.param(200, '{"order": 15, "error": true}', id="an order and an error without text"),
        pytest.param(200, '{"order_id": 15, "error": "No"}', id="another name and an error"),
        pytest.param(200, '{"order": 15, "status": "error"}', id="an order and a failure"),
        pytest.param(200, '{"order": 15, "status": "Fail"}', id="an order and a fail"),
        pytest.param(200, '{"error": ""}', id="an empty error"),
        pytest.param(204, "", id="no content"),
        pytest.param(302, '{"order": 15}', id="a redirect with an order"),
        pytest.param(302, '{"error": "No"}', id="a redirect with an error"),
        pytest.param(400, '{"order": 15}', id="400 with an order"),
        pytest.param(403, HTML, id="403 with HTML"),
        pytest.param(429, '{"order": 15, "error": "No"}', id="429 with an order and an error"),
        pytest.param(500, '{"order": 15}', id="500 with an order"),
        pytest.param(500, '{"error": "No"}', id="500 with an error"),
        pytest.param(502, HTML, id="502 with HTML"),
        pytest.param(503, '{"error": "No"}', id="503 with an error"),
        pytest.param(504, "", id="504 with nothing"),
    ],
)
async def test_every_other_answer_to_add_has_an_unknown_outcome(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount, http_status: int, body: str
) -> None:
    server.answer(http_status, body)

    with pytest.raises(GatewayInvalidResponse):
        await api.add(account, ORDER)

    assert len(server.received) == 1


@pytest.mark.parametrize("misbehave", [HttpStubServer.hang, HttpStubServer.drip, HttpStubServer.drop])
async def test_add_has_an_unknown_outcome_without_a_response(
    server: HttpStubServer,
    short_timeout_api: ProviderApi,
    account: ProviderAccount,
    misbehave: Callable[[HttpStubServer], None],
) -> None:
    misbehave(server)

    with pytest.raises(GatewayUnavailable) as raised:
        await short_timeout_api.add(account, ORDER)

    assert raised.value.request_sent
    assert len(server.received) == 1


async def test_add_has_an_unknown_outcome_when_tls_fails_after_its_handshake(
    account: ProviderAccount,
) -> None:
    class AlertOnRead(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise ssl.SSLError(1, "tlsv13 alert certificate required")

    async with httpx.AsyncClient(transport=AlertOnRead()) as client:
        with pytest.raises(GatewayUnavailable) as raised:
            await HttpProviderApi(ProviderClient(client)).add(account, ORDER)

    assert raised.value.request_sent


async def test_add_was_certainly_not_sent_when_the_connection_is_refused(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    await server.close()

    with pytest.raises(GatewayUnavailable) as raised:
        await api.add(account, ORDER)

    assert not raised.value.request_sent


@for_each(
    "url",
    [
        "",
        "panel.example/api/v2",
        "//panel.example/api/v2",
        "ftp://panel.example/",
        "file:///etc/passwd",
        "http://",
        "http:///api",
        "http://user@127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:-1/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1\n/",
        "http://[::1/",
        "http://\ud800/",
        "http://panel.example/\ud800",
        f"http://panel.example/{'x' * 70_000}",
    ],
)
async def test_add_was_certainly_not_sent_to_a_url_that_is_none(api: ProviderApi, url: str) -> None:
    with pytest.raises(ForbiddenAddress) as raised:
        await api.add(build_account(url), ORDER)

    assert not raised.value.request_sent
    assert str(raised.value) == (
        "the provider's URL is not an http(s) URL of a host alone, request was not sent"
    )
