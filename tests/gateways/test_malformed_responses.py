"""Real providers' responses: after a PHP notice, before a comment, compressed, in other shapes."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator

import pytest

from domain.enums import RefillStatus
from domain.order_status import OrderStatus
from domain.service_types import ServiceType
from gateways import lenient_json, provider_responses
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRateLimited, GatewayRejected
from gateways.http import JsonResponse
from gateways.provider_orders import ProviderOrder
from gateways.providers import ProviderAccount, ProviderApi
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.provider_apis import build_account, connected

ORDER = ProviderOrder(service_id="1", type=ServiceType.DEFAULT, link="page", quantity=100)
NOTICE = "<br />\n<b>Notice</b>: Undefined index: x[8] in {closure}() on line <b>12</b><br />\n"


@pytest.fixture
async def api() -> AsyncIterator[ProviderApi]:
    async with connected() as api:
        yield api


@pytest.fixture
def account(server: HttpStubServer) -> ProviderAccount:
    return build_account(f"{server.url}/api/v2")


def test_json_is_read_despite_other_text_before_and_after_it(subtests: pytest.Subtests) -> None:
    for written in (
        b'\xef\xbb\xbf{"order": 15}',
        NOTICE.encode() + b'{"order": 15}',
        b'\n\n{"order": 15}\n<!-- served in 0.02 s -->',
        b'{"order": 15} // cached',
        b"\xef\xbb\xbf" + NOTICE.encode() + b'{"order": 15}' + NOTICE.encode(),
    ):
        with subtests.test(written=written):
            assert lenient_json.parse(written) == {"order": 15}
    assert lenient_json.parse(NOTICE.encode() + b'[{"service": 1}]') == [{"service": 1}]


def test_a_text_without_exactly_one_json_value_is_none(subtests: pytest.Subtests) -> None:
    for written in (
        b"",
        b"OK",
        b'{"order": 15}{"order": 16}',
        b'{"error": "No"}\n{"order": 15}',
        b'{"order": 15',
        b'<!DOCTYPE html><script>{"order": 15}</script>',
        b"<html><body>502 Bad Gateway</body></html>",
        b'x{"a":' + b"[" * 100_000,
        b'Notice {"order": NaN}',
    ):
        with subtests.test(written=written[:40]), pytest.raises(ValueError):  # noqa: PT011 - orjson's own words
            lenient_json.parse(written)


async def test_compressed_answers_are_read_and_never_grow_beyond_the_bound(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount, subtests: pytest.Subtests
) -> None:
    message = b'{"order": "A-15"}'
    raw = zlib.compressobj(wbits=-15)
    for headers, body in (
        ({"content-encoding": "gzip"}, gzip.compress(message)),
        ({}, gzip.compress(message)),
        ({"content-encoding": "deflate"}, zlib.compress(message)),
        ({"content-encoding": "deflate"}, raw.compress(message) + raw.flush()),
    ):
        with subtests.test(headers=headers):
            server.answer(200, body, headers=headers)
            assert await api.add(account, ORDER) == "A-15"
    server.answer(200, gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"})
    with pytest.raises(GatewayInvalidResponse, match="over"):
        await api.add(account, ORDER)
    server.answer(200, gzip.compress(message)[:-12], headers={"content-encoding": "gzip"})
    with pytest.raises(GatewayError):
        await api.add(account, ORDER)


@pytest.mark.parametrize(
    ("http_status", "body", "message"),
    [
        (200, {"status": "error", "message": "No"}, "No"),
        (200, {"status": "fail", "msg": "No"}, "No"),
        (200, {"success": False, "message": "No"}, "No"),
        (200, {"success": "false"}, "success: false"),
        (200, {"error": True, "message": "No"}, "No"),
        (200, {"error": {"message": "No"}}, "No"),
        (200, {"errors": ["No", "Never"]}, "No; Never"),
        (422, {"message": "The given data was invalid.", "errors": {"link": ["No"]}}, "No"),
        (400, {"message": "No"}, "No"),
    ],
)
def test_an_explicit_failure_without_an_order_is_a_refusal(
    http_status: int, body: object, message: str
) -> None:
    with pytest.raises(GatewayRejected) as refused:
        provider_responses.parse_order_id(JsonResponse(http_status, body))

    assert refused.value.text == message


@pytest.mark.parametrize(
    "body",
    [
        {"status": "error", "message": "No", "order": 15},
        {"success": False, "order_id": 15},
        {"error": True, "data": {"order": 15}},
        {"errors": ["No"], "result": {"id": "A15"}},
        {"error": "No", "orders": [15]},
    ],
)
def test_a_failure_that_names_an_order_is_of_unknown_outcome(body: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        provider_responses.parse_order_id(JsonResponse(200, body))


@pytest.mark.parametrize("message", ["Rate limit exceeded", "Too many requests", "rate_limit_exceeded"])
def test_a_rate_limit_is_not_a_refusal(message: str) -> None:
    with pytest.raises(GatewayRateLimited):
        provider_responses.parse_order_id(JsonResponse(200, {"error": message}))


async def test_http_429_is_a_rate_limit_with_any_body(
    server: HttpStubServer, api: ProviderApi, account: ProviderAccount
) -> None:
    server.answer(429, "<html>slow down</html>")

    with pytest.raises(GatewayRateLimited):
        await api.add(account, ORDER)


@pytest.mark.parametrize(
    ("term", "status"),
    [
        ("Complete", OrderStatus.COMPLETED),
        ("Success", OrderStatus.COMPLETED),
        ("Done", OrderStatus.COMPLETED),
        ("Finished", OrderStatus.COMPLETED),
        ("Partially completed", OrderStatus.PARTIAL),
        ("Refund", OrderStatus.REFUNDED),
        ("Cancel", OrderStatus.CANCELED),
        ("Rejected", OrderStatus.CANCELED),
        ("Error", OrderStatus.CANCELED),
        ("Fail", OrderStatus.CANCELED),
        ("Waiting", OrderStatus.PENDING),
        ("On hold", None),
    ],
)
def test_order_statuses_used_by_panels_are_recognized(term: str, status: OrderStatus | None) -> None:
    entry = {"status": term, "charge": "0.5", "remains": "10"}

    assert provider_responses.status(JsonResponse(200, entry), "7").status is status


@pytest.mark.parametrize(
    ("term", "status"),
    [
        ("Success", RefillStatus.COMPLETED),
        ("tasks.status.completed", RefillStatus.COMPLETED),
        ("Canceled", RefillStatus.REJECTED),
        ("Cancelled", RefillStatus.REJECTED),
        ("Error", RefillStatus.REJECTED),
        ("Fail", RefillStatus.REJECTED),
        ("Awaiting", None),
    ],
)
def test_refill_statuses_used_by_panels_are_recognized(term: str, status: RefillStatus | None) -> None:
    assert provider_responses.parse_refill(JsonResponse(200, {"status": term})).status is status


def test_a_failed_status_request_is_not_a_failed_order() -> None:
    body = {"status": "fail", "message": "Order not found"}

    with pytest.raises(GatewayRejected, match="refused"):
        provider_responses.status(JsonResponse(200, body), "7")
    both = provider_responses.parse_statuses(
        JsonResponse(200, {"7": body, "8": {"status": "Done"}}), ["7", "8"]
    )
    assert list(both.states) == ["8"]
    assert both.errors == {"7": "Order not found"}


@pytest.mark.parametrize(
    "body", [{"cancel": 1}, {"success": True}, {"success": "Cancelled"}, {"status": "success"}]
)
def test_a_cancellation_accepted_in_any_of_several_shapes_raises_nothing(body: object) -> None:
    provider_responses.parse_cancellation(JsonResponse(200, body), "7")


@pytest.mark.parametrize(
    "body", [{"error": "No"}, {"success": False, "message": "No"}, {"cancel": {"error": "No"}}]
)
def test_one_cancellation_is_refused_in_several_shapes(body: object) -> None:
    with pytest.raises(GatewayRejected):
        provider_responses.parse_cancellation(JsonResponse(200, body), "7")


def test_numbers_of_absurd_size_are_ignored() -> None:
    body = json.loads('{"status": "Pending", "remains": 1e400, "start_count": "1e999999999", "charge": NaN}')
    state = provider_responses.status(JsonResponse(200, body), "7")

    assert (state.remains, state.start_count, state.charge) == (None, None, None)
