"""Zarinpal: its requests and responses."""

import json

import httpx
import pytest

from gateways.errors import GatewayInvalidResponse, GatewayRejected
from gateways.payments.gateway import PaymentPage, Verdict, Verification
from tests.gateways.http_stub_server import HttpStubServer
from tests.gateways.payment_gateways import (
    AUTHORITY,
    CALLBACK,
    MERCHANT,
    MOBILE,
    ZARINPAL_OPENED,
    ZARINPAL_PAID,
    create_zarinpal,
    open_and_verify_failures,
    open_page,
    verify,
    zarinpal_error,
    zarinpal_response,
)


async def test_zarinpal_gets_amounts_in_toman_and_as_strings(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, zarinpal_response(ZARINPAL_OPENED))

    page = await open_page(create_zarinpal(client, server.url))

    assert page == PaymentPage(authority=AUTHORITY, url=f"{server.url}/pg/StartPay/{AUTHORITY}")
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/pg/v4/payment/request.json")
    assert request.headers["content-type"] == request.headers["accept"] == "application/json"
    assert request.json == {
        "merchant_id": MERCHANT,
        "amount": 15_000,
        "currency": "IRT",
        "callback_url": CALLBACK,
        "description": "شارژ کیف پول",
        "metadata": {"order_id": "7", "mobile": MOBILE},
    }


async def test_zarinpal_verifies_the_amount_of_our_record(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, zarinpal_response(ZARINPAL_PAID))

    verification = await verify(create_zarinpal(client, server.url))

    assert verification == Verification(
        verdict=Verdict.PAID, reference="201", card_mask="502229******5995", code=100
    )
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/pg/v4/payment/verify.json")
    assert request.json == {"merchant_id": MERCHANT, "authority": AUTHORITY, "amount": 15_000}


@pytest.mark.parametrize("code", [100, "100"])
@pytest.mark.parametrize("errors", [[], {}, None])
async def test_zarinpal_success_is_read_in_each_of_its_spellings(
    server: HttpStubServer, client: httpx.AsyncClient, code: object, errors: object
) -> None:
    server.answer(200, zarinpal_response({**ZARINPAL_OPENED, "code": code}, errors))

    page = await open_page(create_zarinpal(client, server.url))

    assert page.authority == AUTHORITY


@pytest.mark.parametrize("http_status", [200, 422])
@pytest.mark.parametrize(
    "body",
    [
        zarinpal_response(
            [], {"code": -9, "message": "validation error", "validations": [{"amount": "low"}]}
        ),
        zarinpal_response([], {"code": "-9", "message": "validation error", "validations": []}),
        zarinpal_response([], [{"code": -9, "message": "validation error"}]),
        zarinpal_response(
            [], [{"code": -9, "message": "validation error"}, {"code": -12, "message": "slow"}]
        ),
        zarinpal_response({}, {"code": -9, "message": "validation error"}),
        zarinpal_response(None, {"code": -9, "message": "validation error"}),
        zarinpal_response({"code": -9, "message": "validation error"}),
        zarinpal_response({"code": -9}, {"code": -9, "message": "validation error"}),
        json.dumps({"errors": {"code": -9, "message": "validation error"}}),
    ],
)
async def test_zarinpal_refusal_is_read_in_each_of_its_shapes(
    server: HttpStubServer, client: httpx.AsyncClient, body: str, http_status: int
) -> None:
    server.answer(http_status, body)

    failures = await open_and_verify_failures(create_zarinpal(client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayRejected, {"code": -9, "text": "validation error"})
    ] * 2


@pytest.mark.parametrize("http_status", [200, 422])
@pytest.mark.parametrize(
    ("code", "verdict"),
    [(-50, Verdict.AMOUNT_DIFFERS), (-51, Verdict.UNPAID), (-55, Verdict.UNPAID), ("-51", Verdict.UNPAID)],
)
async def test_zarinpal_codes_of_the_payment_itself_are_verdicts(
    server: HttpStubServer, client: httpx.AsyncClient, code: object, verdict: Verdict, http_status: int
) -> None:
    server.answer(http_status, zarinpal_error(code))

    verification = await verify(create_zarinpal(client, server.url))

    assert verification == Verification(verdict=verdict, code=int(str(code)))


@pytest.mark.parametrize("code", [-9, -10, -11, -12, -13, -15, -16, -17, -18, -52, -53, -54, -61, -999, 0])
async def test_other_zarinpal_codes_leave_the_payment_open(
    server: HttpStubServer, client: httpx.AsyncClient, code: int
) -> None:
    server.answer(200, zarinpal_error(code))

    with pytest.raises(GatewayRejected) as raised:
        await verify(create_zarinpal(client, server.url))

    assert raised.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        zarinpal_response({**ZARINPAL_PAID, "code": 101}),
        zarinpal_response({**ZARINPAL_PAID, "code": "101", "ref_id": "201"}),
    ],
)
async def test_zarinpal_payment_verified_before_is_still_paid(
    server: HttpStubServer, client: httpx.AsyncClient, body: str
) -> None:
    server.answer(200, body)

    assert await verify(create_zarinpal(client, server.url)) == Verification(
        verdict=Verdict.PAID, reference="201", card_mask="502229******5995", code=101
    )


@pytest.mark.parametrize(
    "body",
    [
        zarinpal_response([], []),
        zarinpal_response({}, {}),
        zarinpal_response([ZARINPAL_PAID]),
        zarinpal_response({**ZARINPAL_PAID, "code": None}),
        zarinpal_response({**ZARINPAL_PAID, "code": True}),
        zarinpal_response({**ZARINPAL_PAID, "code": 100.0}),
        zarinpal_response({**ZARINPAL_PAID, "code": "100.0"}),
        zarinpal_response({**ZARINPAL_PAID, "code": "۱۰۰"}),
        zarinpal_response({**ZARINPAL_PAID, "code": " 100"}),
        zarinpal_response({**ZARINPAL_PAID, "code": "9" * 5_000}),
        zarinpal_response(ZARINPAL_PAID, {"code": -51, "message": "not paid"}),
        zarinpal_response(ZARINPAL_PAID, {"message": "no code"}),
        zarinpal_response(ZARINPAL_PAID, ["no object"]),
        zarinpal_response(ZARINPAL_PAID, "no list"),
        zarinpal_response(ZARINPAL_PAID, [{}]),
        json.dumps(ZARINPAL_PAID),
    ],
)
async def test_a_zarinpal_response_without_a_code_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, body: str
) -> None:
    server.answer(200, body)

    failures = await open_and_verify_failures(create_zarinpal(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayInvalidResponse}
