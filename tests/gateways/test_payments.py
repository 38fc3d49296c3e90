"""What holds for every payment gateway."""

import json
import logging

import httpx
import pytest

from gateways.errors import GatewayAnsweredNonsense, GatewayError, GatewayRefused, GatewayUnavailable
from gateways.payments import PaymentGateway, PaymentPage, Verdict
from tests.gateways.payment_gateways import (
    HTML,
    MERCHANT,
    ODD_VALUES,
    ZARINPAL_OPENED,
    ZARINPAL_PAID,
    ZIBAL_OPENED,
    ZIBAL_PAID,
    Connect,
    either_gateway,
    either_says,
    open_and_verify_failures,
    open_page,
    verify,
    zarinpal,
    zibal,
)
from tests.gateways.provider_server import ProviderServer

ODD_TEXTS = ["", "..", "/etc", "A B", "A\r\nLocation: x", "A\u0000", "A\u00a0", "اعتبار", "A" * 65]


@pytest.mark.parametrize(("connect", "name"), [(zarinpal, "zarinpal"), (zibal, "zibal")])
async def test_a_gateway_has_the_name_stored_with_its_payments(
    client: httpx.AsyncClient, connect: Connect, name: str
) -> None:
    assert connect(client, "http://127.0.0.1").name == name


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


@pytest.mark.parametrize(
    ("connect", "code"), [(zarinpal, 101), (zarinpal, -50), (zarinpal, -51), (zibal, 201), (zibal, 202)]
)
async def test_a_verdict_in_place_of_a_page_is_a_refusal(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, code: int
) -> None:
    server.answer(200, either_says({**ZARINPAL_OPENED, "code": code}, {**ZIBAL_OPENED, "result": code}))

    with pytest.raises(GatewayRefused):
        await open_page(connect(client, server.url))


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
