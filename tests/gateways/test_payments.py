import json
import logging
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from domain.money import Toman
from gateways.errors import (
    GatewayAnsweredNonsense,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
)
from gateways.payments import (
    PaymentGateway,
    PaymentPage,
    Verdict,
    Verification,
    ZarinpalPayments,
    ZibalPayments,
)
from tests.gateways.provider_server import ProviderServer

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


def zarinpal(client: httpx.AsyncClient, url: str) -> PaymentGateway:
    return ZarinpalPayments(client, SecretStr(MERCHANT), base_url=url)


def zibal(client: httpx.AsyncClient, url: str) -> PaymentGateway:
    return ZibalPayments(client, SecretStr(MERCHANT), base_url=url)


either_gateway = pytest.mark.parametrize("connect", [zarinpal, zibal])


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


def zarinpal_says(data: object, errors: object = ()) -> str:
    return json.dumps({"data": data, "errors": errors})


def zarinpal_error(code: object, message: str = "no") -> str:
    return zarinpal_says([], {"code": code, "message": message, "validations": []})


def either_says(data: dict[str, object], answer: dict[str, object]) -> str:
    """What Zarinpal reads as its `data` and Zibal as its own answer."""
    return json.dumps({"data": data, "errors": [], **answer})


def zibal_says(answer: dict[str, object], **changed: object) -> str:
    """`answer` with some members changed; None takes one away."""
    members = {**answer, **changed}
    return json.dumps({key: value for key, value in members.items() if value is not None})


def zibal_verified_before(client: httpx.AsyncClient, server: ProviderServer, *, inquiry: str) -> None:
    """Have verify answer 201 and nothing else, and the question after it `inquiry`."""
    answers = {
        "/v1/verify": json.dumps({"result": 201, "message": "previously verified"}),
        "/v1/inquiry": inquiry,
    }

    async def answer_by_path(request: httpx.Request) -> None:
        server.answer(200, answers[request.url.path])

    client.event_hooks = {"request": [answer_by_path]}


@pytest.mark.parametrize(("connect", "name"), [(zarinpal, "zarinpal"), (zibal, "zibal")])
async def test_a_gateway_has_the_name_stored_with_its_payments(
    client: httpx.AsyncClient, connect: Connect, name: str
) -> None:
    assert connect(client, "http://127.0.0.1").name == name


async def test_zarinpal_is_asked_for_a_page_in_toman_and_strings(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, zarinpal_says(ZARINPAL_OPENED))

    page = await open_page(zarinpal(client, server.url))

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


async def test_zibal_is_asked_for_a_page_in_rial(server: ProviderServer, client: httpx.AsyncClient) -> None:
    server.answer(200, zibal_says(ZIBAL_OPENED))

    page = await open_page(zibal(client, server.url))

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


@either_gateway
@pytest.mark.parametrize("mobile", [None, ""])
async def test_an_absent_mobile_is_not_sent(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, mobile: str | None
) -> None:
    server.answer(200, either_says(ZARINPAL_OPENED, ZIBAL_OPENED))

    await open_page(connect(client, server.url), mobile=mobile)

    [request] = server.received
    assert b"mobile" not in request.body
    assert b'"7"' in request.body


@either_gateway
async def test_a_base_url_that_ends_in_a_slash_asks_and_answers_the_same_addresses(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect
) -> None:
    server.answer(200, either_says(ZARINPAL_OPENED, ZIBAL_OPENED))

    page = await open_page(connect(client, f"{server.url}/"))

    assert "//" not in server.received[0].path
    assert "//" not in page.url.removeprefix("http://")


async def test_zarinpal_is_asked_to_verify_the_amount_of_our_record(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, zarinpal_says(ZARINPAL_PAID))

    verification = await verify(zarinpal(client, server.url))

    assert verification == Verification(
        verdict=Verdict.PAID, reference="201", card_mask="502229******5995", code=100
    )
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/pg/v4/payment/verify.json")
    assert request.json == {"merchant_id": MERCHANT, "authority": AUTHORITY, "amount": 15_000}


async def test_zibal_is_asked_to_verify_the_track_id(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID))

    verification = await zibal(client, server.url).verify(authority=TRACK_ID, amount=AMOUNT)

    assert verification == Verification(
        verdict=Verdict.PAID, reference="8812345678", card_mask="62741****44", code=100
    )
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/v1/verify")
    assert request.json == {"merchant": MERCHANT, "trackId": TRACK_ID}


@pytest.mark.parametrize("code", [100, "100"])
@pytest.mark.parametrize("errors", [[], {}, None])
async def test_zarinpal_success_is_read_in_each_of_its_spellings(
    server: ProviderServer, client: httpx.AsyncClient, code: object, errors: object
) -> None:
    server.answer(200, zarinpal_says({**ZARINPAL_OPENED, "code": code}, errors))

    page = await open_page(zarinpal(client, server.url))

    assert page.authority == AUTHORITY


@pytest.mark.parametrize("http_status", [200, 422])
@pytest.mark.parametrize(
    "body",
    [
        zarinpal_says([], {"code": -9, "message": "validation error", "validations": [{"amount": "low"}]}),
        zarinpal_says([], {"code": "-9", "message": "validation error", "validations": []}),
        zarinpal_says([], [{"code": -9, "message": "validation error"}]),
        zarinpal_says([], [{"code": -9, "message": "validation error"}, {"code": -12, "message": "slow"}]),
        zarinpal_says({}, {"code": -9, "message": "validation error"}),
        zarinpal_says(None, {"code": -9, "message": "validation error"}),
        zarinpal_says({"code": -9, "message": "validation error"}),
        zarinpal_says({"code": -9}, {"code": -9, "message": "validation error"}),
        json.dumps({"errors": {"code": -9, "message": "validation error"}}),
    ],
)
async def test_zarinpal_refusal_is_read_in_each_of_its_shapes(
    server: ProviderServer, client: httpx.AsyncClient, body: str, http_status: int
) -> None:
    server.answer(http_status, body)

    failures = await open_and_verify_failures(zarinpal(client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayRefused, {"code": -9, "text": "validation error"})
    ] * 2


@pytest.mark.parametrize("http_status", [200, 422])
@pytest.mark.parametrize(
    ("code", "verdict"),
    [(-50, Verdict.AMOUNT_DIFFERS), (-51, Verdict.UNPAID), (-55, Verdict.UNPAID), ("-51", Verdict.UNPAID)],
)
async def test_zarinpal_codes_of_the_payment_itself_are_verdicts(
    server: ProviderServer, client: httpx.AsyncClient, code: object, verdict: Verdict, http_status: int
) -> None:
    server.answer(http_status, zarinpal_error(code))

    verification = await verify(zarinpal(client, server.url))

    assert verification == Verification(verdict=verdict, code=int(str(code)))


@pytest.mark.parametrize("code", [-9, -10, -11, -12, -13, -15, -16, -17, -18, -52, -53, -54, -61, -999, 0])
async def test_zarinpal_codes_of_anything_else_leave_the_payment_open(
    server: ProviderServer, client: httpx.AsyncClient, code: int
) -> None:
    server.answer(200, zarinpal_error(code))

    with pytest.raises(GatewayRefused) as raised:
        await verify(zarinpal(client, server.url))

    assert raised.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        zarinpal_says({**ZARINPAL_PAID, "code": 101}),
        zarinpal_says({**ZARINPAL_PAID, "code": "101", "ref_id": "201"}),
    ],
)
async def test_zarinpal_payment_verified_before_is_still_paid(
    server: ProviderServer, client: httpx.AsyncClient, body: str
) -> None:
    server.answer(200, body)

    assert await verify(zarinpal(client, server.url)) == Verification(
        verdict=Verdict.PAID, reference="201", card_mask="502229******5995", code=101
    )


@pytest.mark.parametrize(
    "body",
    [
        zarinpal_says([], []),
        zarinpal_says({}, {}),
        zarinpal_says([ZARINPAL_PAID]),
        zarinpal_says({**ZARINPAL_PAID, "code": None}),
        zarinpal_says({**ZARINPAL_PAID, "code": True}),
        zarinpal_says({**ZARINPAL_PAID, "code": 100.0}),
        zarinpal_says({**ZARINPAL_PAID, "code": "100.0"}),
        zarinpal_says({**ZARINPAL_PAID, "code": "۱۰۰"}),
        zarinpal_says({**ZARINPAL_PAID, "code": " 100"}),
        zarinpal_says({**ZARINPAL_PAID, "code": "9" * 5_000}),
        zarinpal_says(ZARINPAL_PAID, {"code": -51, "message": "not paid"}),
        zarinpal_says(ZARINPAL_PAID, {"message": "no code"}),
        zarinpal_says(ZARINPAL_PAID, ["no object"]),
        zarinpal_says(ZARINPAL_PAID, "no list"),
        zarinpal_says(ZARINPAL_PAID, [{}]),
        json.dumps(ZARINPAL_PAID),
    ],
)
async def test_zarinpal_answer_without_one_code_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, body: str
) -> None:
    server.answer(200, body)

    failures = await open_and_verify_failures(zarinpal(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayAnsweredNonsense}


@pytest.mark.parametrize("result", [True, 100.0, "100.0", "۱۰۰", "", [], {}, [100], "9" * 5_000])
async def test_zibal_answer_without_a_readable_result_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, result: object
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, result=result, trackId=TRACK_ID))

    failures = await open_and_verify_failures(zibal(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayAnsweredNonsense}


@either_gateway
@pytest.mark.parametrize("body", ["", "[]", "null", "100", '"ok"', "{}", HTML])
async def test_an_answer_of_no_known_shape_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, body: str
) -> None:
    server.answer(502, body)

    failures = await open_and_verify_failures(connect(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayAnsweredNonsense}


@either_gateway
@pytest.mark.parametrize("http_status", [302, 500])
async def test_success_inside_an_http_failure_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, http_status: int
) -> None:
    body = either_says({**ZARINPAL_OPENED, **ZARINPAL_PAID}, {**ZIBAL_OPENED, **ZIBAL_PAID})
    server.answer(http_status, body)

    failures = await open_and_verify_failures(connect(client, server.url))

    assert {type(failure) for failure in failures} == {GatewayAnsweredNonsense}


ODD_VALUES: list[object] = [None, True, -5, 1.5, 10**30, [], {}, [AUTHORITY]]
ODD_TEXTS = ["", "..", "/etc", "A B", "A\r\nLocation: x", "A\u0000", "A\u00a0", "اعتبار", "A" * 65]


@either_gateway
@pytest.mark.parametrize("token", [*ODD_VALUES, *ODD_TEXTS])
async def test_a_page_with_an_odd_authority_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, token: object
) -> None:
    body = either_says({**ZARINPAL_OPENED, "authority": token}, {**ZIBAL_OPENED, "trackId": token})
    server.answer(200, body)

    with pytest.raises(GatewayAnsweredNonsense):
        await open_page(connect(client, server.url))


@pytest.mark.parametrize(
    ("connect", "prefix"), [(zarinpal, "/pg/StartPay/"), (zibal, "/start/")], ids=["zarinpal", "zibal"]
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
    server: ProviderServer,
    client: httpx.AsyncClient,
    connect: Connect,
    prefix: str,
    token: object,
    authority: str,
    quoted: str,
) -> None:
    body = either_says({**ZARINPAL_OPENED, "authority": token}, {**ZIBAL_OPENED, "trackId": token})
    server.answer(200, body)

    page = await open_page(connect(client, server.url))

    assert page == PaymentPage(authority=authority, url=f"{server.url}{prefix}{quoted}")


@either_gateway
@pytest.mark.parametrize(
    ("told", "reference"),
    [("R-12/3", "R-12/3"), (2**63, str(2**63)), (None, None), (1.5, None), ("A B", None), ("9" * 65, None)],
)
async def test_a_payment_is_paid_whatever_its_receipt_number(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, told: object, reference: str | None
) -> None:
    server.answer(200, either_says({**ZARINPAL_PAID, "ref_id": told}, {**ZIBAL_PAID, "refNumber": told}))

    verification = await verify(connect(client, server.url))

    assert (verification.verdict, verification.reference) == (Verdict.PAID, reference)


@either_gateway
@pytest.mark.parametrize(
    ("told", "card_mask"),
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
async def test_a_card_is_kept_only_if_it_is_masked(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, told: object, card_mask: str | None
) -> None:
    body = either_says({**ZARINPAL_PAID, "card_pan": told}, {**ZIBAL_PAID, "cardNumber": told})
    server.answer(200, body)

    verification = await verify(connect(client, server.url))

    assert (verification.verdict, verification.card_mask) == (Verdict.PAID, card_mask)


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
    server: ProviderServer, client: httpx.AsyncClient, result: object, amount: object, verdict: Verdict
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, result=result, amount=amount))

    verification = await verify(zibal(client, server.url))

    assert (verification.verdict, verification.code) == (verdict, int(str(result)))
    assert verification.reference == "8812345678"
    assert len(server.received) == 1


@pytest.mark.parametrize("amount", [True, 150_000.0, "150000.0", "150,000", "۱۵۰۰۰۰", "", [], {}, 10**30])
async def test_zibal_payment_with_an_unreadable_amount_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, amount: object
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, amount=amount))

    with pytest.raises(GatewayAnsweredNonsense):
        await verify(zibal(client, server.url))


@pytest.mark.parametrize("status", [15, 16, 18, "18"])
async def test_zibal_payment_given_back_is_unpaid(
    server: ProviderServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, result=201, status=status))

    assert (await verify(zibal(client, server.url))).verdict == Verdict.UNPAID


@pytest.mark.parametrize("status", [1, 2, "1", None])
async def test_zibal_payment_held_or_of_untold_status_is_paid(
    server: ProviderServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, status=status))

    assert (await verify(zibal(client, server.url))).verdict == Verdict.PAID


@pytest.mark.parametrize("status", [-2, -1, 0, 3, 7, True, "paid", []])
async def test_zibal_success_that_its_own_status_denies_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, status: object
) -> None:
    server.answer(200, zibal_says(ZIBAL_PAID, status=status))

    with pytest.raises(GatewayAnsweredNonsense):
        await verify(zibal(client, server.url))


@pytest.mark.parametrize("result", [202, "202"])
@pytest.mark.parametrize("http_status", [200, 400])
async def test_zibal_payment_not_made_is_unpaid(
    server: ProviderServer, client: httpx.AsyncClient, http_status: int, result: object
) -> None:
    server.answer(http_status, json.dumps({"result": result, "message": "not paid", "status": -1}))

    assert await verify(zibal(client, server.url)) == Verification(verdict=Verdict.UNPAID, code=202)


@pytest.mark.parametrize("result", [102, 103, 104, 105, 106, 113, 203, 0, -1])
async def test_zibal_results_of_anything_else_are_refusals(
    server: ProviderServer, client: httpx.AsyncClient, result: int
) -> None:
    server.answer(400, json.dumps({"result": result, "message": "merchant not found"}))

    failures = await open_and_verify_failures(zibal(client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayRefused, {"code": result, "text": "merchant not found"})
    ] * 2


@pytest.mark.parametrize(
    ("connect", "code"), [(zarinpal, 101), (zarinpal, -50), (zarinpal, -51), (zibal, 201), (zibal, 202)]
)
async def test_a_verdict_in_place_of_a_page_is_a_refusal(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, code: int
) -> None:
    server.answer(200, either_says({**ZARINPAL_OPENED, "code": code}, {**ZIBAL_OPENED, "result": code}))

    with pytest.raises(GatewayRefused):
        await open_page(connect(client, server.url))


@pytest.mark.parametrize(
    ("inquiry", "expected"),
    [
        (
            zibal_says(ZIBAL_PAID),
            Verification(verdict=Verdict.PAID, reference="8812345678", card_mask="62741****44", code=201),
        ),
        (
            zibal_says(ZIBAL_PAID, amount=15_000, refNumber=None, cardNumber=None),
            Verification(verdict=Verdict.AMOUNT_DIFFERS, code=201),
        ),
        (
            zibal_says(ZIBAL_PAID, status=15, refNumber=None, cardNumber=None),
            Verification(verdict=Verdict.UNPAID, code=201),
        ),
    ],
)
async def test_zibal_success_without_an_amount_is_decided_by_its_inquiry(
    server: ProviderServer, client: httpx.AsyncClient, inquiry: str, expected: Verification
) -> None:
    zibal_verified_before(client, server, inquiry=inquiry)

    verification = await zibal(client, server.url).verify(authority=TRACK_ID, amount=AMOUNT)

    assert verification == expected
    _, asked = server.received
    assert (asked.method, asked.path) == ("POST", "/v1/inquiry")
    assert asked.json == {"merchant": MERCHANT, "trackId": TRACK_ID}


@pytest.mark.parametrize(
    ("inquiry", "failure"),
    [
        (json.dumps({"result": 102, "message": "merchant not found"}), GatewayRefused),
        (json.dumps({"result": 203, "message": "invalid trackId"}), GatewayRefused),
        (zibal_says(ZIBAL_PAID, amount=None), GatewayAnsweredNonsense),
        (zibal_says(ZIBAL_PAID, status=-1), GatewayAnsweredNonsense),
        (HTML, GatewayAnsweredNonsense),
    ],
)
async def test_zibal_success_without_an_amount_stays_open_while_its_inquiry_fails(
    server: ProviderServer, client: httpx.AsyncClient, inquiry: str, failure: type[GatewayError]
) -> None:
    zibal_verified_before(client, server, inquiry=inquiry)

    with pytest.raises(failure):
        await verify(zibal(client, server.url))


@either_gateway
async def test_a_hanging_gateway_is_unavailable(
    server: ProviderServer, hasty_client: httpx.AsyncClient, connect: Connect
) -> None:
    server.hang()

    failures = await open_and_verify_failures(connect(hasty_client, server.url))

    assert [(type(failure), vars(failure)) for failure in failures] == [
        (GatewayUnavailable, {"request_sent": True})
    ] * 2


@either_gateway
async def test_no_failure_shows_the_merchant_in_its_text_or_in_a_log(
    server: ProviderServer,
    client: httpx.AsyncClient,
    hasty_client: httpx.AsyncClient,
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
    await fail(connect(hasty_client, server.url))
    server.drop()
    await fail(gateway)
    await server.close()
    await fail(gateway)

    for failure in failures:
        logging.getLogger("test").error("failed", exc_info=failure)
    assert {type(failure) for failure in failures} == {
        GatewayRefused,
        GatewayAnsweredNonsense,
        GatewayUnavailable,
    }
    assert MERCHANT not in caplog.text
    assert MERCHANT not in repr(vars(gateway))
