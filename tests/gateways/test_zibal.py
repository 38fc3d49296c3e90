"""Zibal: its requests and responses."""

import json

import httpx
import pytest

from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected
from gateways.payments.gateway import PaymentPage, Verdict, Verification
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.payment_gateways import (
    AMOUNT,
    CALLBACK,
    HTML,
    MERCHANT,
    MOBILE,
    TRACK_ID,
    ZIBAL_OPENED,
    ZIBAL_PAID,
    create_zibal,
    open_and_verify_failures,
    open_page,
    verify,
    zibal_response,
    zibal_verified_before,
)


async def test_zibal_gets_amounts_in_rial(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    server.answer(200, zibal_response(ZIBAL_OPENED))

    page = await open_page(create_zibal(client, server.url))

    assert page == PaymentPage(authority=TRACK_ID, url=f"{server.url}/start/{TRACK_ID}")
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/v1/request")
    assert request.headers["content-type"] == request.headers["accept"] == "application/json"
    assert request.json == {
        "merchant": MERCHANT,
        "amount": 150_000,
        "callbackUrl": CALLBACK,
        "description": "شارژ کیف پول",
        "orderId": "7",
        "mobile": MOBILE,
    }


async def test_zibal_verifies_the_track_id(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID))

    verification = await create_zibal(client, server.url).verify(authority=TRACK_ID, amount=AMOUNT)

    assert verification == Verification(
        verdict=Verdict.PAID, reference="8812345678", card_mask="62741****44", code=100
    )
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/v1/verify")
    assert request.json == {"merchant": MERCHANT, "trackId": TRACK_ID}


@pytest.mark.parametrize("result", [True, 100.0, "100.0", "۱۰۰", "", [], {}, [100], "9" * 5_000])
async def test_a_zibal_response_without_a_readable_result_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, result: object
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, result=result, trackId=TRACK_ID))

    failures = await open_and_verify_failures(create_zibal(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayInvalidResponse}


@pytest.mark.parametrize("result", [100, "201"])
@pytest.mark.parametrize(
    ("amount", "verdict"),
    [
        (150_000, Verdict.PAID),
        ("150000", Verdict.PAID),
        (15_000, Verdict.AMOUNT_DIFFERS),
        (1_500_000, Verdict.AMOUNT_DIFFERS),
        (149_999, Verdict.AMOUNT_DIFFERS),
        (150_001, Verdict.AMOUNT_DIFFERS),
        (-150_000, Verdict.AMOUNT_DIFFERS),
        (0, Verdict.AMOUNT_DIFFERS),
    ],
)
async def test_zibal_payment_counts_only_with_our_amount_in_rial(
    server: HttpStubServer, client: httpx.AsyncClient, result: object, amount: object, verdict: Verdict
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, result=result, amount=amount))

    verification = await verify(create_zibal(client, server.url))

    assert (verification.verdict, verification.code) == (verdict, int(str(result)))
    assert verification.reference == "8812345678"
    assert len(server.received) == 1


@pytest.mark.parametrize("amount", [True, 150_000.0, "150000.0", "150,000", "۱۵۰۰۰۰", "", [], {}, 10**30])
async def test_a_zibal_payment_with_an_unreadable_amount_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, amount: object
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, amount=amount))

    with pytest.raises(GatewayInvalidResponse):
        await verify(create_zibal(client, server.url))


@pytest.mark.parametrize("status", [15, 16, 18, "18"])
async def test_zibal_refunded_payment_is_unpaid(
    server: HttpStubServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, result=201, status=status))

    assert (await verify(create_zibal(client, server.url))).verdict == Verdict.UNPAID


@pytest.mark.parametrize("status", [1, 2, "1", None])
async def test_zibal_payment_held_or_without_a_status_is_paid(
    server: HttpStubServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, status=status))

    assert (await verify(create_zibal(client, server.url))).verdict == Verdict.PAID


@pytest.mark.parametrize("status", [-2, -1, 0, 3, 7, True, "paid", []])
async def test_a_zibal_success_contradicted_by_its_status_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_response(ZIBAL_PAID, status=status))

    with pytest.raises(GatewayInvalidResponse):
        await verify(create_zibal(client, server.url))


@pytest.mark.parametrize("result", [202, "202"])
@pytest.mark.parametrize("http_status", [200, 400])
async def test_zibal_unpaid_payment_is_unpaid(
    server: HttpStubServer, client: httpx.AsyncClient, http_status: int, result: object
) -> None:
    server.answer(http_status, json.dumps({"result": result, "message": "not paid", "status": -1}))

    assert await verify(create_zibal(client, server.url)) == Verification(verdict=Verdict.UNPAID, code=202)


@pytest.mark.parametrize("result", [102, 103, 104, 105, 106, 113, 203, 0, -1])
async def test_zibal_results_of_anything_else_are_refusals(
    server: HttpStubServer, client: httpx.AsyncClient, result: int
) -> None:
    server.answer(400, json.dumps({"result": result, "message": "merchant not found"}))

    failures = await open_and_verify_failures(create_zibal(client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayRejected, {"code": result, "text": "merchant not found"})
    ] * 2


@pytest.mark.parametrize(
    ("inquiry", "expected"),
    [
        (
            zibal_response(ZIBAL_PAID),
            Verification(verdict=Verdict.PAID, reference="8812345678", card_mask="62741****44", code=201),
        ),
        (
            zibal_response(ZIBAL_PAID, amount=15_000, refNumber=None, cardNumber=None),
            Verification(verdict=Verdict.AMOUNT_DIFFERS, code=201),
        ),
        (
            zibal_response(ZIBAL_PAID, status=15, refNumber=None, cardNumber=None),
            Verification(verdict=Verdict.UNPAID, code=201),
        ),
    ],
)
async def test_zibal_success_without_an_amount_is_decided_by_its_inquiry(
    server: HttpStubServer, client: httpx.AsyncClient, inquiry: str, expected: Verification
) -> None:
    zibal_verified_before(client, server, inquiry=inquiry)

    verification = await create_zibal(client, server.url).verify(authority=TRACK_ID, amount=AMOUNT)

    assert verification == expected
    _, requested = server.received
    assert (requested.method, requested.path) == ("POST", "/v1/inquiry")
    assert requested.json == {"merchant": MERCHANT, "trackId": TRACK_ID}


@pytest.mark.parametrize(
    ("inquiry", "failure"),
    [
        (json.dumps({"result": 102, "message": "merchant not found"}), GatewayRejected),
        (json.dumps({"result": 203, "message": "invalid trackId"}), GatewayRejected),
        (zibal_response(ZIBAL_PAID, amount=None), GatewayInvalidResponse),
        (zibal_response(ZIBAL_PAID, status=-1), GatewayInvalidResponse),
        (HTML, GatewayInvalidResponse),
    ],
)
async def test_zibal_success_without_an_amount_stays_open_while_its_inquiry_fails(
    server: HttpStubServer, client: httpx.AsyncClient, inquiry: str, failure: type[GatewayError]
) -> None:
    zibal_verified_before(client, server, inquiry=inquiry)

    with pytest.raises(failure):
        await verify(create_zibal(client, server.url))
