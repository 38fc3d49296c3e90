"""The gateways under test, how they are called, and what they answer."""

import json
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from domain.money import Toman
from gateways.errors import GatewayError
from gateways.payments.gateway import PaymentGateway, PaymentPage, Verification
from gateways.payments.zarinpal import ZarinpalPayments
from gateways.payments.zibal import ZibalPayments
from tests.gateways.http_stub_server import HttpStubServer

MERCHANT = "1344b5d4-0048-11e8-94db-005056a205be"
MOBILE = "09011235566"
CALLBACK = "https://vitrin.example/api/v1/user/payment/verify"
AMOUNT = Toman(15_000)
AUTHORITY = "A00000000000000000000000000217885159"
TRACK_ID = "1533727744287"
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"
ZARINPAL_OPENED: dict[str, object] = {
    "code": 100,
    "message": "Success",
    "authority": AUTHORITY,
    "fee_type": "Merchant",
    "fee": 100,
}
ZARINPAL_PAID: dict[str, object] = {
    "code": 100,
    "message": "Verified",
    "card_hash": "1EBE3EBEBE35C7EC0F8D6EE4F2F859107A87822CA179BC9528767EA7B5489B69",
    "card_pan": "502229******5995",
    "ref_id": 201,
    "fee_type": "Merchant",
    "fee": 0,
}
ZIBAL_OPENED: dict[str, object] = {"result": 100, "message": "success", "trackId": int(TRACK_ID)}
ZIBAL_PAID: dict[str, object] = {
    "result": 100,
    "message": "success",
    "status": 1,
    "amount": 150_000,
    "refNumber": 8812345678,
    "cardNumber": "62741****44",
    "paidAt": "2018-03-25T23:43:01.053000",
    "orderId": "7",
    "description": "شارژ کیف پول",
}
Connect = Callable[[httpx.AsyncClient, str], PaymentGateway]


def create_zarinpal(client: httpx.AsyncClient, url: str) -> PaymentGateway:
    return ZarinpalPayments(client, SecretStr(MERCHANT), base_url=url)


def create_zibal(client: httpx.AsyncClient, url: str) -> PaymentGateway:
    return ZibalPayments(client, SecretStr(MERCHANT), base_url=url)


either_gateway = pytest.mark.parametrize("connect", [create_zarinpal, create_zibal])


async def open_page(gateway: PaymentGateway, *, mobile: str | None = MOBILE) -> PaymentPage:
    return await gateway.open(
        payment_id=7, amount=AMOUNT, callback_url=CALLBACK, description="شارژ کیف پول", mobile=mobile
    )


async def verify(gateway: PaymentGateway) -> Verification:
    return await gateway.verify(authority=AUTHORITY, amount=AMOUNT)


async def open_and_verify_failures(gateway: PaymentGateway) -> list[GatewayError]:
    failures: list[GatewayError] = []
    for call in (open_page, verify):
        with pytest.raises(GatewayError) as raised:
            await call(gateway)
        failures.append(raised.value)
    return failures


def zarinpal_response(data: object, errors: object = ()) -> str:
    return json.dumps({"data": data, "errors": errors})


def zarinpal_error(code: object, message: str = "no") -> str:
    return zarinpal_response([], {"code": code, "message": message, "validations": []})


def gateway_response(data: dict[str, object], answer: dict[str, object]) -> str:
    """The `data` of Zarinpal's response, and Zibal's whole response."""
    return json.dumps({"data": data, "errors": [], **answer})


def zibal_response(answer: dict[str, object], **changed: object) -> str:
    """`answer` with some members changed; None takes one away."""
    members = {**answer, **changed}
    return json.dumps({key: value for key, value in members.items() if value is not None})


def zibal_verified_before(client: httpx.AsyncClient, server: HttpStubServer, *, inquiry: str) -> None:
    """Have verify answer 201 and nothing else, and the question after it `inquiry`."""
    answers = {
        "/v1/verify": json.dumps({"result": 201, "message": "previously verified"}),
        "/v1/inquiry": inquiry,
    }

    async def answer_by_path(request: httpx.Request) -> None:
        server.answer(200, answers[request.url.path])

    client.event_hooks = {"request": [answer_by_path]}


ODD_VALUES: list[object] = [None, True, -5, 1.5, 10**30, [], {}, [AUTHORITY]]
