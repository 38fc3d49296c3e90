"""Tests for every payment gateway."""

import json
import logging

import httpx
import pytest

from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from gateways.payments.gateway import PaymentGateway, PaymentPage, Verdict
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.payment_gateways import (
    HTML,
    MERCHANT,
    ODD_VALUES,
    ZARINPAL_OPENED,
    ZARINPAL_PAID,
    ZIBAL_OPENED,
    ZIBAL_PAID,
    Connect,
    create_zarinpal,
    create_zibal,
    either_gateway,
    gateway_response,
    open_and_verify_failures,
    open_page,
    verify,
)

ODD_TEXTS = ["", "..", "/etc", "A B", "A\r\nLocation: x", "A\u0000", "A\u00a0", "اعتبار", "A" * 65]


@pytest.mark.parametrize(("connect", "name"), [(create_zarinpal, "zarinpal"), (create_zibal, "zibal")])
async def test_a_gateway_has_the_name_stored_with_its_payments(
    client: httpx.AsyncClient, connect: Connect, name: str
) -> None:
    assert connect(client, "http://127.0.0.1").name == name


@either_gateway
@pytest.mark.parametrize("mobile", [None, ""])
async def test_an_absent_mobile_is_not_sent(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, mobile: str | None
) -> None:
    server.answer(200, gateway_response(ZARINPAL_OPENED, ZIBAL_OPENED))

    await open_page(connect(client, server.url), mobile=mobile)

    [request] = server.received
    assert b"mobile" not in request.body
    assert b'"7"' in request.body


@either_gateway
async def test_a_trailing_slash_of_the_base_url_changes_no_address(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect
) -> None:
    server.answer(200, gateway_response(ZARINPAL_OPENED, ZIBAL_OPENED))

    page = await open_page(connect(client, f"{server.url}/"))

    assert "//" not in server.received[0].path
    assert "//" not in page.url.removeprefix("http://")


@either_gateway
@pytest.mark.parametrize("body", ["", "[]", "null", "100", '"ok"', "{}", HTML])
async def test_a_response_of_unknown_shape_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, body: str
) -> None:
    server.answer(502, body)

    failures = await open_and_verify_failures(connect(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayInvalidResponse}


@either_gateway
@pytest.mark.parametrize("http_status", [302, 500])
async def test_success_with_a_failed_http_status_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, http_status: int
) -> None:
    body = gateway_response({**ZARINPAL_OPENED, **ZARINPAL_PAID}, {**ZIBAL_OPENED, **ZIBAL_PAID})
    server.answer(http_status, body)

    failures = await open_and_verify_failures(connect(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayInvalidResponse}


@either_gateway
@pytest.mark.parametrize("token", [*ODD_VALUES, *ODD_TEXTS])
async def test_a_malformed_authority_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, token: object
) -> None:
    body = gateway_response({**ZARINPAL_OPENED, "authority": token}, {**ZIBAL_OPENED, "trackId": token})
    server.answer(200, body)

    with pytest.raises(GatewayInvalidResponse):
        await open_page(connect(client, server.url))


@pytest.mark.parametrize(
    ("connect", "prefix"),
    [(create_zarinpal, "/pg/StartPay/"), (create_zibal, "/start/")],
    ids=["zarinpal", "zibal"],
)
@pytest.mark.parametrize(
    ("token", "authority", "quoted"),
    [
        ("A" * 64, "A" * 64, "A" * 64),
        (1533727744287, "1533727744287", "1533727744287"),
        ("S/../b?c#d%2F", "S/../b?c#d%2F", "S%2F..%2Fb%3Fc%23d%252F"),
        ("A<script>&'\"", "A<script>&'\"", "A%3Cscript%3E%26%27%22"),
    ],
)
async def test_an_authority_stays_one_part_of_the_pages_path(
    server: HttpStubServer,
    client: httpx.AsyncClient,
    connect: Connect,
    prefix: str,
    token: object,
    authority: str,
    quoted: str,
) -> None:
    body = gateway_response({**ZARINPAL_OPENED, "authority": token}, {**ZIBAL_OPENED, "trackId": token})
    server.answer(200, body)

    page = await open_page(connect(client, server.url))

    assert page == PaymentPage(authority=authority, url=f"{server.url}{prefix}{quoted}")


@either_gateway
@pytest.mark.parametrize(
    ("reported", "reference"),
    [("R-12/3", "R-12/3"), (2**63, str(2**63)), (None, None), (1.5, None), ("A B", None), ("9" * 65, None)],
)
async def test_a_payment_is_paid_whatever_its_receipt_number(
    server: HttpStubServer,
    client: httpx.AsyncClient,
    connect: Connect,
    reported: object,
    reference: str | None,
) -> None:
    server.answer(
        200, gateway_response({**ZARINPAL_PAID, "ref_id": reported}, {**ZIBAL_PAID, "refNumber": reported})
    )

    verification = await verify(connect(client, server.url))

    assert (verification.verdict, verification.reference) == (Verdict.PAID, reference)


@either_gateway
@pytest.mark.parametrize(
    ("reported", "card_mask"),
    [
        ("6037-99**-****-1234", "6037-99**-****-1234"),
        ("603799XXXXXX1234", "603799XXXXXX1234"),
        ("6037991234561234", None),
        (6037991234561234, None),
        ("6037 9912 3456 1234", None),
        ("6" + "*" * 32, None),
        ("<b>****1234</b>", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
async def test_a_card_number_is_stored_only_if_masked(
    server: HttpStubServer,
    client: httpx.AsyncClient,
    connect: Connect,
    reported: object,
    card_mask: str | None,
) -> None:
    body = gateway_response({**ZARINPAL_PAID, "card_pan": reported}, {**ZIBAL_PAID, "cardNumber": reported})
    server.answer(200, body)

    verification = await verify(connect(client, server.url))

    assert (verification.verdict, verification.card_mask) == (Verdict.PAID, card_mask)


@pytest.mark.parametrize(
    ("connect", "code"),
    [
        (create_zarinpal, 101),
        (create_zarinpal, -50),
        (create_zarinpal, -51),
        (create_zibal, 201),
        (create_zibal, 202),
    ],
)
async def test_a_verdict_in_place_of_a_page_is_a_refusal(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, code: int
) -> None:
    server.answer(200, gateway_response({**ZARINPAL_OPENED, "code": code}, {**ZIBAL_OPENED, "result": code}))

    with pytest.raises(GatewayRejected):
        await open_page(connect(client, server.url))


@either_gateway
async def test_a_hanging_gateway_is_unavailable(
    server: HttpStubServer, short_timeout_client: httpx.AsyncClient, connect: Connect
) -> None:
    server.hang()

    failures = await open_and_verify_failures(connect(short_timeout_client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayUnavailable, {"request_sent": True})
    ] * 2


@either_gateway
async def test_no_failure_shows_the_merchant_in_its_text_or_in_a_log(
    server: HttpStubServer,
    client: httpx.AsyncClient,
    short_timeout_client: httpx.AsyncClient,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway = connect(client, server.url)
    failures: list[GatewayError] = []

    async def fail(gateway: PaymentGateway) -> None:
        failures.extend(await open_and_verify_failures(gateway))

    server.answer(400, json.dumps({"errors": {"code": -9, "message": MERCHANT}, "result": 102}))
    await fail(gateway)
    server.answer(200, json.dumps({"data": {"code": MERCHANT}, "result": MERCHANT}))
    await fail(gateway)
    server.answer(200, json.dumps({"data": {"code": 100, "authority": f"{MERCHANT} {MERCHANT}"}})[:-1])
    await fail(gateway)
    server.answer(502, HTML + MERCHANT)
    await fail(gateway)
    server.hang()
    await fail(connect(short_timeout_client, server.url))
    server.drop()
    await fail(gateway)
    await server.close()
    await fail(gateway)

    for failure in failures:
        logging.getLogger("test").error("failed", exc_info=failure)
    assert {type(failure) for failure in failures} == {
        GatewayRejected,
        GatewayInvalidResponse,
        GatewayUnavailable,
    }
    assert MERCHANT not in caplog.text
    assert MERCHANT not in repr(vars(gateway))
