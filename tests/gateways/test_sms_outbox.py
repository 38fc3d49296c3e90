"""Messages are sent in the background, with limits on concurrency and number."""

import asyncio
import contextvars
import logging
from datetime import timedelta

import pytest

from domain.enums import SmsDelivery, SmsNotice
from gateways.errors import GatewayRejected, GatewayUnavailable
from gateways.sms_outbox import SmsOutbox

MOBILE = "09011235566"
CODE = "483920"
A_MINUTE = timedelta(minutes=1)
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

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        await self.send_login_code(mobile=mobile, code=detail)


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
    assert [record.getMessage() for record in caplog.records] == ["sms cancelled by shutdown: count=2"]


@pytest.mark.parametrize(
    "failure",
    [
        GatewayRejected(431, f"bad token {CODE} for {MOBILE}"),
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
    assert f"sms not sent: login code for 0901****566 error={type(failure).__name__}" in record.getMessage()
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
        "sms dropped, queue full: kind=login code mobile=0901****566 waiting=2"
    ]


async def test_outbox_accepts_messages_again_once_earlier_ones_are_sent() -> None:
    sms = RememberingSms()
    sms.open.set()
    outbox = SmsOutbox(sms, max_pending=1)

    for number in range(3):
        outbox.send_login_code_later(mobile=MOBILE, code=f"00000{number}")
        await outbox.drain(A_MINUTE)

    assert len(sms.sent) == 3


class ScriptedSms:
    """Raises the given failures in turn, then sends."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent_codes = 0
        self.sent: list[tuple[str, str]] = []

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        self.sent_codes += 1
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((mobile, code))

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        await self.send_login_code(mobile=mobile, code=detail)


REFUSED = GatewayRejected(418, "no credit")
NOT_SENT = GatewayUnavailable("refused to connect", request_sent=False)
TIMED_OUT = GatewayUnavailable("timed out", request_sent=True)


async def deliver(*gateways: ScriptedSms) -> list[SmsDelivery]:
    """What is reported of one message through these gateways."""
    reported: list[SmsDelivery] = []

    async def report(delivery: SmsDelivery) -> None:
        reported.append(delivery)

    outbox = SmsOutbox(*gateways)
    outbox.send_login_code_later(mobile=MOBILE, code=CODE, report=report)
    await outbox.drain(A_MINUTE)
    return reported


async def test_a_message_is_reported_as_sent_refused_or_unknown_once(subtests: pytest.Subtests) -> None:
    cases: list[tuple[str, list[ScriptedSms], SmsDelivery, list[int]]] = [
        ("sent", [ScriptedSms()], SmsDelivery.SENT, [1]),
        ("refused", [ScriptedSms(REFUSED)], SmsDelivery.REFUSED, [1]),
        ("not sent twice", [ScriptedSms(NOT_SENT, NOT_SENT)], SmsDelivery.REFUSED, [2]),
        ("not sent, then sent", [ScriptedSms(NOT_SENT)], SmsDelivery.SENT, [2]),
        ("timed out", [ScriptedSms(TIMED_OUT)], SmsDelivery.UNKNOWN, [1]),
        ("a bug", [ScriptedSms(ValueError("x"))], SmsDelivery.UNKNOWN, [1]),
        ("fallback after a refusal", [ScriptedSms(REFUSED), ScriptedSms()], SmsDelivery.SENT, [1, 1]),
        ("fallback after a time-out", [ScriptedSms(TIMED_OUT), ScriptedSms()], SmsDelivery.SENT, [1, 1]),
        ("both refuse", [ScriptedSms(REFUSED), ScriptedSms(REFUSED)], SmsDelivery.REFUSED, [1, 1]),
        ("one is unknown", [ScriptedSms(TIMED_OUT), ScriptedSms(REFUSED)], SmsDelivery.UNKNOWN, [1, 1]),
    ]
    for name, gateways, delivery, requested in cases:
        with subtests.test(name):
            assert await deliver(*gateways) == [delivery]
            assert [gateway.sent_codes for gateway in gateways] == requested
