"""SMS services: their requests and responses."""

import io
import json
import logging
import re
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from domain.enums import SmsNotice
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from gateways.sms import ConsoleSms, KavenegarSms, SmsGateway, SmsIrSms, TemplateMissing
from tests.gateways.http_stub_server import HttpStubServer

MOBILE = "09011235566"
CODE = "483920"
KEY = "4B6576656E65-secret"

KAVENEGAR_SENT = json.dumps(
    {
        "return": {"status": 200, "message": "تایید شد"},
        "entries": [
            {
                "messageid": 8792343,
                "message": "کد تایید شما: 483920",
                "status": 5,
                "statustext": "ارسال به مخابرات",
                "sender": "10004346",
                "receptor": MOBILE,
                "date": 1356619709,
                "cost": 120,
            }
        ],
    }
)
NO_CREDIT = "اعتبار حساب شما کافی نیست"
KAVENEGAR_NO_CREDIT = json.dumps({"return": {"status": 418, "message": NO_CREDIT}, "entries": None})
SMS_IR_SENT = json.dumps({"status": 1, "message": "موفق", "data": {"messageId": 89545112, "cost": 1.0}})
SMS_IR_BAD_KEY = json.dumps({"status": 10, "message": "کلید وب سرویس نامعتبر است", "data": None})
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"


def create_kavenegar(client: httpx.AsyncClient, url: str) -> SmsGateway:
    return KavenegarSms(client, SecretStr(KEY), "vitrin-login", base_url=url)


def create_sms_ir(client: httpx.AsyncClient, url: str) -> SmsGateway:
    return SmsIrSms(client, SecretStr(KEY), 123456, base_url=url)


either_service = pytest.mark.parametrize("connect", [create_kavenegar, create_sms_ir])
Connect = Callable[[httpx.AsyncClient, str], SmsGateway]


async def test_console_prints_one_line_with_the_code() -> None:
    stream = io.StringIO()

    await ConsoleSms(stream).send_login_code(mobile=MOBILE, code=CODE)

    assert re.fullmatch(r"SMS to 09011235566: .* 483920 .*\n", stream.getvalue())


async def test_console_without_persian_still_shows_the_code_at_once() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii")

    await ConsoleSms(stream).send_login_code(mobile=MOBILE, code=CODE)

    assert re.fullmatch(rb"SMS to 09011235566: .* 483920 .*\n", written.getvalue())


async def test_kavenegar_gets_a_lookup_request_with_the_template(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, KAVENEGAR_SENT)

    await create_kavenegar(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    [request] = server.received
    assert (request.method, request.path) == ("POST", f"/v1/{KEY}/verify/lookup.json")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {"receptor": [MOBILE], "template": ["vitrin-login"], "token": [CODE]}


async def test_kavenegar_key_with_url_characters_stays_one_part_of_the_path(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, KAVENEGAR_SENT)
    gateway = KavenegarSms(client, SecretStr("a/b?c#d\n"), "login", base_url=f"{server.url}/")

    await gateway.send_login_code(mobile=MOBILE, code=CODE)

    assert server.received[0].path == "/v1/a%2Fb%3Fc%23d%0A/verify/lookup.json"


@pytest.mark.parametrize("http_status", [200, 418])
async def test_kavenegar_without_credit_is_a_refusal_whatever_the_http_status(
    server: HttpStubServer, client: httpx.AsyncClient, http_status: int
) -> None:
    server.answer(http_status, KAVENEGAR_NO_CREDIT)

    with pytest.raises(GatewayRejected) as raised:
        await create_kavenegar(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    assert (raised.value.code, raised.value.text) == (418, NO_CREDIT)


async def test_sms_ir_gets_a_verify_request_with_the_template(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, SMS_IR_SENT)

    await create_sms_ir(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    [request] = server.received
    assert (request.method, request.path) == ("POST", "/v1/send/verify")
    assert request.headers["x-api-key"] == KEY
    assert request.headers["content-type"] == request.headers["accept"] == "application/json"
    assert request.json == {
        "mobile": MOBILE,
        "templateId": 123456,
        "parameters": [{"name": "CODE", "value": CODE}],
    }


@pytest.mark.parametrize("http_status", [200, 401])
async def test_sms_ir_with_a_wrong_key_is_a_refusal_whatever_the_http_status(
    server: HttpStubServer, client: httpx.AsyncClient, http_status: int
) -> None:
    server.answer(http_status, SMS_IR_BAD_KEY)

    with pytest.raises(GatewayRejected) as raised:
        await create_sms_ir(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    assert (raised.value.code, raised.value.text) == (10, "کلید وب سرویس نامعتبر است")


@either_service
@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        "200",
        '"ok"',
        "{}",
        '{"return": null}',
        '{"return": []}',
        '{"return": {"message": "تایید شد"}}',
        '{"return": {"status": true}, "status": true}',
        '{"return": {"status": 200.0}, "status": 1.0}',
        HTML,
    ],
)
async def test_a_response_without_a_readable_status_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, body: str
) -> None:
    server.answer(200, body)

    with pytest.raises(GatewayInvalidResponse):
        await connect(client, server.url).send_login_code(mobile=MOBILE, code=CODE)


@pytest.mark.parametrize(
    ("connect", "sent"), [(create_kavenegar, KAVENEGAR_SENT), (create_sms_ir, SMS_IR_SENT)]
)
async def test_success_with_a_failed_http_status_is_invalid(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect, sent: str
) -> None:
    server.answer(500, sent)

    with pytest.raises(GatewayInvalidResponse):
        await connect(client, server.url).send_login_code(mobile=MOBILE, code=CODE)


@either_service
async def test_no_failure_shows_the_key_or_the_code_in_its_text_or_in_a_log(
    server: HttpStubServer,
    client: httpx.AsyncClient,
    short_timeout_client: httpx.AsyncClient,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway = connect(client, server.url)
    echo = json.dumps(
        {"return": {"status": 431, "message": KEY + CODE}, "status": 104, "message": KEY + CODE}
    )
    failures: list[type[GatewayError]] = []

    async def fail(gateway: SmsGateway) -> None:
        with pytest.raises(GatewayError) as raised:
            await gateway.send_login_code(mobile=MOBILE, code=CODE)
        logging.getLogger("test").error("failed", exc_info=raised.value)
        failures.append(raised.type)

    server.answer(400, echo)
    await fail(gateway)
    server.answer(502, HTML + KEY + CODE)
    await fail(gateway)
    server.answer(200, "x" * 2_000_000)
    await fail(gateway)
    server.hang()
    await fail(connect(short_timeout_client, server.url))
    server.drop()
    await fail(gateway)
    await server.close()
    await fail(gateway)

    assert failures == [
        GatewayRejected,
        GatewayInvalidResponse,
        GatewayInvalidResponse,
        GatewayUnavailable,
        GatewayUnavailable,
        GatewayUnavailable,
    ]
    assert KEY not in caplog.text
    assert CODE not in caplog.text


async def test_a_notice_is_sent_by_its_own_template(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    notice = SmsNotice.MOBILE_CHANGED
    by_kavenegar = KavenegarSms(
        client, SecretStr(KEY), "login", base_url=server.url, notice_templates={notice: "changed"}
    )
    by_sms_ir = SmsIrSms(client, SecretStr(KEY), 1, base_url=server.url, notice_template_ids={notice: 77})

    server.answer(200, KAVENEGAR_SENT)
    await by_kavenegar.send_notice(mobile=MOBILE, notice=notice, detail="0912****000")
    server.answer(200, SMS_IR_SENT)
    await by_sms_ir.send_notice(mobile=MOBILE, notice=notice, detail="0912****000")

    first, second = server.received
    assert first.form == {"receptor": [MOBILE], "template": ["changed"], "token": ["0912****000"]}
    assert second.json == {
        "mobile": MOBILE,
        "templateId": 77,
        "parameters": [{"name": "CODE", "value": "0912****000"}],
    }


@either_service
async def test_a_notice_without_a_template_is_not_sent(
    server: HttpStubServer, client: httpx.AsyncClient, connect: Connect
) -> None:
    with pytest.raises(TemplateMissing, match="MOBILE_CHANGED_TEMPLATE"):
        await connect(client, server.url).send_notice(
            mobile=MOBILE, notice=SmsNotice.MOBILE_CHANGED, detail="0912****000"
        )

    assert server.received == []


async def test_console_prints_notices() -> None:
    stream = io.StringIO()
    for notice in SmsNotice:
        await ConsoleSms(stream).send_notice(mobile=MOBILE, notice=notice, detail="192.0.2.7")

    assert re.fullmatch(r"(SMS to 09011235566: .* 192.0.2.7 .*\n){2}", stream.getvalue())
