import asyncio
import contextvars
import io
import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from gateways.errors import (
    GatewayAnsweredNonsense,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
)
from gateways.sms import ConsoleSms, KavenegarSms, SmsGateway, SmsIrSms, SmsOutbox
from tests.gateways.provider_server import ProviderServer

MOBILE = "09011235566"
CODE = "483920"
KEY = "4B6576656E65-secret"
A_MINUTE = timedelta(minutes=1)

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


def kavenegar(client: httpx.AsyncClient, url: str) -> SmsGateway:
    return KavenegarSms(client, SecretStr(KEY), "vitrin-login", base_url=url)


def sms_ir(client: httpx.AsyncClient, url: str) -> SmsGateway:
    return SmsIrSms(client, SecretStr(KEY), 123456, base_url=url)


either_service = pytest.mark.parametrize("connect", [kavenegar, sms_ir])
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


async def test_kavenegar_is_asked_for_a_lookup_with_the_template(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, KAVENEGAR_SENT)

    await kavenegar(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    [request] = server.received
    assert (request.method, request.path) == ("POST", f"/v1/{KEY}/verify/lookup.json")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {"receptor": [MOBILE], "template": ["vitrin-login"], "token": [CODE]}


async def test_kavenegar_key_with_url_characters_stays_one_part_of_the_path(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, KAVENEGAR_SENT)
    gateway = KavenegarSms(client, SecretStr("a/b?c#d\n"), "login", base_url=f"{server.url}/")

    await gateway.send_login_code(mobile=MOBILE, code=CODE)

    assert server.received[0].path == "/v1/a%2Fb%3Fc%23d%0A/verify/lookup.json"


@pytest.mark.parametrize("http_status", [200, 418])
async def test_kavenegar_without_credit_is_a_refusal_whatever_the_http_status(
    server: ProviderServer, client: httpx.AsyncClient, http_status: int
) -> None:
    server.answer(http_status, KAVENEGAR_NO_CREDIT)

    with pytest.raises(GatewayRefused) as raised:
        await kavenegar(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

    assert (raised.value.code, raised.value.text) == (418, NO_CREDIT)


async def test_sms_ir_is_asked_to_verify_with_the_template(
    server: ProviderServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, SMS_IR_SENT)

    await sms_ir(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

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
    server: ProviderServer, client: httpx.AsyncClient, http_status: int
) -> None:
    server.answer(http_status, SMS_IR_BAD_KEY)

    with pytest.raises(GatewayRefused) as raised:
        await sms_ir(client, server.url).send_login_code(mobile=MOBILE, code=CODE)

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
        '{"return": {"status": "200"}, "status": "1"}',
        '{"return": {"status": true}, "status": true}',
        '{"return": {"status": 200.0}, "status": 1.0}',
        HTML,
    ],
)
async def test_an_answer_without_a_readable_status_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, body: str
) -> None:
    server.answer(200, body)

    with pytest.raises(GatewayAnsweredNonsense):
        await connect(client, server.url).send_login_code(mobile=MOBILE, code=CODE)


@pytest.mark.parametrize(("connect", "sent"), [(kavenegar, KAVENEGAR_SENT), (sms_ir, SMS_IR_SENT)])
async def test_success_inside_an_http_failure_is_nonsense(
    server: ProviderServer, client: httpx.AsyncClient, connect: Connect, sent: str
) -> None:
    server.answer(500, sent)

    with pytest.raises(GatewayAnsweredNonsense):
        await connect(client, server.url).send_login_code(mobile=MOBILE, code=CODE)


@either_service
async def test_no_failure_shows_the_key_or_the_code_in_its_text_or_in_a_log(
    server: ProviderServer,
    client: httpx.AsyncClient,
    hasty_client: httpx.AsyncClient,
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
    await fail(connect(hasty_client, server.url))
    server.drop()
    await fail(gateway)
    await server.close()
    await fail(gateway)

    assert failures == [
        GatewayRefused,
        GatewayAnsweredNonsense,
        GatewayAnsweredNonsense,
        GatewayUnavailable,
        GatewayUnavailable,
        GatewayUnavailable,
    ]
    assert KEY not in caplog.text
    assert CODE not in caplog.text


AMBIENT: contextvars.ContextVar[str] = contextvars.ContextVar("AMBIENT", default="none")


class RememberingSms:
    """Keeps what it sent; holds each message until `open` is set, and raises `fail_with` if there is one."""

    def __init__(self, *, fail_with: Exception | None = None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.ambient: list[str] = []
        self.busy = 0
        self.busiest = 0
        self.open = asyncio.Event()
        self._fail_with = fail_with

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        self.ambient.append(AMBIENT.get())
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(0)  # Lets others in, as any network call does.
            await self.open.wait()
        finally:
            self.busy -= 1
        if self._fail_with:
            raise self._fail_with
        self.sent.append((mobile, code))


async def test_outbox_returns_before_sending_and_drain_waits_for_it() -> None:
    sms = RememberingSms()
    outbox = SmsOutbox(sms)

    outbox.send_login_code_later(mobile=MOBILE, code=CODE)
    assert sms.sent == []
    sms.open.set()
    await outbox.drain(A_MINUTE)

    assert sms.sent == [(MOBILE, CODE)]


async def test_draining_an_idle_outbox_sends_nothing() -> None:
    sms = RememberingSms()
    await SmsOutbox(sms).drain(A_MINUTE)
    assert sms.sent == []


async def test_drain_gives_up_messages_that_are_late(caplog: pytest.LogCaptureFixture) -> None:
    sms = RememberingSms()
    outbox = SmsOutbox(sms, max_sending=1)
    outbox.send_login_code_later(mobile=MOBILE, code=CODE)
    outbox.send_login_code_later(mobile=MOBILE, code=CODE)

    await outbox.drain(timedelta(seconds=0.01))

    assert (sms.sent, sms.busy) == ([], 0)
    assert [record.getMessage() for record in caplog.records] == ["2 login codes given up at shutdown"]


@pytest.mark.parametrize(
    "failure",
    [
        GatewayRefused(431, f"bad token {CODE} for {MOBILE}"),
        GatewayUnavailable("127.0.0.1 unavailable (ReadTimeout)", request_sent=True),
        ValueError(f"a bug that shows {CODE}"),
    ],
)
async def test_outbox_logs_a_failure_without_the_code_or_the_whole_number(
    caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    caplog.set_level(logging.DEBUG)
    sms = RememberingSms(fail_with=failure)
    sms.open.set()
    outbox = SmsOutbox(sms)

    outbox.send_login_code_later(mobile=MOBILE, code=CODE)
    await outbox.drain(A_MINUTE)

    [record] = [record for record in caplog.records if record.name == "vitrin.sms"]
    assert record.levelno == logging.ERROR
    assert f"0901****566 not sent: {type(failure).__name__}" in record.getMessage()
    assert CODE not in caplog.text
    assert MOBILE not in caplog.text


async def test_a_failed_message_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    sms = RememberingSms(fail_with=RuntimeError())
    sms.open.set()
    outbox = SmsOutbox(sms, max_sending=1)

    for _ in range(3):
        outbox.send_login_code_later(mobile=MOBILE, code=CODE)
    await outbox.drain(A_MINUTE)

    assert len(caplog.records) == 3


async def test_outbox_sends_outside_the_context_of_its_caller() -> None:
    sms = RememberingSms()
    sms.open.set()
    outbox = SmsOutbox(sms)
    AMBIENT.set("a transaction's connection")

    outbox.send_login_code_later(mobile=MOBILE, code=CODE)
    await outbox.drain(A_MINUTE)

    assert sms.ambient == ["none"]


async def test_outbox_sends_only_so_many_at_once_and_in_order() -> None:
    sms = RememberingSms()
    outbox = SmsOutbox(sms, max_sending=2)
    for number in range(5):
        outbox.send_login_code_later(mobile=MOBILE, code=f"00000{number}")

    sms.open.set()
    await outbox.drain(A_MINUTE)

    assert sms.busiest == 2
    assert sms.sent == [(MOBILE, f"00000{number}") for number in range(5)]


async def test_outbox_drops_and_logs_a_message_over_its_bound(caplog: pytest.LogCaptureFixture) -> None:
    sms = RememberingSms()
    outbox = SmsOutbox(sms, max_pending=2)
    for number in range(3):
        outbox.send_login_code_later(mobile=MOBILE, code=f"00000{number}")

    sms.open.set()
    await outbox.drain(A_MINUTE)

    assert sms.sent == [(MOBILE, "000000"), (MOBILE, "000001")]
    assert [record.getMessage() for record in caplog.records] == [
        "login code for 0901****566 dropped: 2 are waiting"
    ]


async def test_outbox_takes_messages_again_once_earlier_ones_are_through() -> None:
    sms = RememberingSms()
    sms.open.set()
    outbox = SmsOutbox(sms, max_pending=1)

    for number in range(3):
        outbox.send_login_code_later(mobile=MOBILE, code=f"00000{number}")
        await outbox.drain(A_MINUTE)

    assert len(sms.sent) == 3
