"""Login codes by SMS: the services that send them, and an outbox nobody waits for."""

import asyncio
import contextvars
import logging
import traceback
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Protocol, TextIO
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from domain import mobiles
from domain.states import SmsDelivery
from gateways.errors import (
    GatewayAnsweredNonsense,
    GatewayBusy,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
)
from gateways.http import JsonAnswer, read_json
from observation import meters, request_ids

logger = logging.getLogger("vitrin.sms")

# Half of httpx's 100 connections: a hanging SMS service must leave room for payments. 400 messages,
# 50 at a time, fifteen seconds each, are also through before a code of two minutes expires.
MAX_SENDING = 50
MAX_PENDING = 400

DeliveryReport = Callable[[SmsDelivery], Coroutine[None, None, None]]

# return.status of kavenegar.com/rest.html, those that an operator can act on.
_KAVENEGAR_CODES = {
    401: "the account is disabled",
    403: "the API key is wrong",
    407: "the API key's network restriction excludes this server",
    411: "the number cannot receive messages",
    418: "the account has no credit left",
    424: "the template does not exist or is not approved",
    426: "the template needs a paid plan",
    431: "the code does not fit the template",
    432: "the template lacks the parameter %token",
    451: "too many requests to one number",
    501: "a test account only sends to its owner",
}
# `status` of sms.ir's documentation of v1.
_SMSIR_CODES = {
    10: "the API key is wrong",
    11: "the API key is disabled",
    12: "the API key is restricted to other addresses",
    13: "the account is disabled",
    14: "the account is suspended",
    20: "too many requests",
    102: "the account has no credit left",
    104: "the number is not valid",
    113: "the template does not exist",
    114: "the code is too long for the template",
    115: "the number is on the operator's black list",
}


class SmsGateway(Protocol):
    """Sends text messages. `mobile` is 09xxxxxxxxx and `code` is ASCII digits."""

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Hand the message to the service; it may reach the phone later, or never.

        Raises:
            GatewayError: the service did not take it, or did not say that it did.
        """


class ConsoleSms:
    """Prints each message as one line, for development: the code is readable by whoever reads the output."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Print `SMS to <mobile>: …<code>…`."""
        line = f"SMS to {mobile}: کد تایید شما در ویترین {code} است\n"
        # A console without Persian (Windows, LC_ALL=C) must still show the code.
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
        self._stream.flush()


class KavenegarSms:
    """Kavenegar's verify/lookup (kavenegar.com/rest.html).

    `template` is the name of an approved template whose one variable is %token.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_key: SecretStr,
        template: str,
        base_url: str = "https://api.kavenegar.com",
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._template = template
        self._base_url = base_url.rstrip("/")

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Send `code` as the template's token; refusal codes are those of return.status (418: no credit)."""
        key = quote(self._api_key.get_secret_value(), safe="")
        answer = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/{key}/verify/lookup.json",
            form={"receptor": mobile, "template": self._template, "token": code},
        )
        verdict = _member(answer.body, "return")
        _check(
            answer,
            status=_member(verdict, "status"),
            accepted=200,
            text=_member(verdict, "message"),
            meanings=_KAVENEGAR_CODES,
        )


class SmsIrSms:
    """sms.ir's v1/send/verify; the template's one parameter is named CODE."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_key: SecretStr,
        template_id: int,
        base_url: str = "https://api.sms.ir",
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._template_id = template_id
        self._base_url = base_url.rstrip("/")

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Send `code` as the template's CODE; refusal codes are those of the answer's status."""
        answer = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/send/verify",
            headers={"X-API-KEY": self._api_key.get_secret_value()},
            json={
                "mobile": mobile,
                "templateId": self._template_id,
                "parameters": [{"name": "CODE", "value": code}],
            },
        )
        body = answer.body
        _check(
            answer,
            status=_member(body, "status"),
            accepted=1,
            text=_member(body, "message"),
            meanings=_SMSIR_CODES,
        )


class SmsOutbox:
    """Sends in the background, in order of asking, and stores nothing.

    A login must take as long for an unknown user as for a known one, so it never waits for the SMS. A message
    that `gateway` does not take goes to `fallback`, where there is one. Where certainly nothing was sent, the
    same gateway is tried once more.
    """

    def __init__(
        self,
        gateway: SmsGateway,
        fallback: SmsGateway | None = None,
        *,
        max_sending: int = MAX_SENDING,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._gateways = (gateway,) if fallback is None else (gateway, fallback)
        self._max_pending = max_pending
        self._turn = asyncio.Semaphore(max_sending)
        # The event loop holds its tasks weakly; this set keeps them from being collected half way.
        self._tasks: set[asyncio.Task[None]] = set()

    def send_login_code_later(self, *, mobile: str, code: str, report: DeliveryReport | None = None) -> None:
        """Start sending and return at once; call it after the commit that stores the code.

        `report` is called with what became of the message, outside any transaction of the caller's. A failure
        is logged, as is a message dropped because `max_pending` others wait.
        """
        is_dropped = len(self._tasks) >= self._max_pending
        if is_dropped:
            meters.SMS.labels("dropped").inc()
            logger.error("login code for %s dropped: %d are waiting", mobiles.mask(mobile), len(self._tasks))
            if report is None:
                return
        # A fresh context: Tortoise keeps a transaction's connection in a contextvar, and a task that
        # inherits it would use that connection after its transaction has ended.
        context = contextvars.Context()
        context.run(request_ids.begin, request_ids.current())
        work = report(SmsDelivery.REFUSED) if is_dropped and report else self._send(mobile, code, report)
        task = asyncio.create_task(_logged(work), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, within: timedelta) -> None:
        """Wait for the messages under way, then give up those that are late.

        For shutdown, when no request runs any more: messages started meanwhile are not waited for.
        """
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within.total_seconds())
        if not late:
            return
        meters.SMS.labels("given up").inc(len(late))
        logger.error("%d login codes given up at shutdown", len(late))
        for task in late:
            task.cancel()
        await asyncio.wait(late)

    async def _send(self, mobile: str, code: str, report: DeliveryReport | None) -> None:
        async with self._turn:
            delivery = await self._deliver(mobile, code)
        meters.SMS.labels("sent" if delivery is SmsDelivery.SENT else "failed").inc()
        if report is not None:
            await report(delivery)

    async def _deliver(self, mobile: str, code: str) -> SmsDelivery:
        outcomes = []
        for gateway in self._gateways:
            outcome = await _try_gateway(gateway, mobile, code)
            if outcome is SmsDelivery.SENT:
                return outcome
            outcomes.append(outcome)
        return SmsDelivery.UNKNOWN if SmsDelivery.UNKNOWN in outcomes else SmsDelivery.REFUSED


async def _try_gateway(gateway: SmsGateway, mobile: str, code: str) -> SmsDelivery:
    for is_last_try in (False, True):
        try:
            await gateway.send_login_code(mobile=mobile, code=code)
            return SmsDelivery.SENT
        except GatewayError as error:
            name = type(error).__name__
            logger.error("login code for %s not sent: %s: %s", mobiles.mask(mobile), name, error)
            if isinstance(error, GatewayRefused | GatewayBusy):
                return SmsDelivery.REFUSED
            if not isinstance(error, GatewayUnavailable) or error.request_sent:
                return SmsDelivery.UNKNOWN
            if is_last_try:
                return SmsDelivery.REFUSED
        except Exception as error:
            # Frames only: the text of an unforeseen error may hold the code.
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.error(
                "login code for %s not sent: %s\n%s", mobiles.mask(mobile), type(error).__name__, frames
            )
            return SmsDelivery.UNKNOWN
    raise AssertionError("unreachable: the last try returns")


async def _logged(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("the delivery of a login code was not recorded")


def _member(value: object, key: str) -> object:
    """`value[key]` of a JSON object; None where there is none."""
    return value.get(key) if isinstance(value, dict) else None


def _check(
    answer: JsonAnswer, *, status: object, accepted: int, text: object, meanings: Mapping[int, str]
) -> None:
    """Pass only the `accepted` status, a number or its text, in an HTTP success."""
    if isinstance(status, str) and status.strip().isdecimal():
        status = int(status)
    # bool is an int, and True equals sms.ir's 1.
    if not isinstance(status, int) or isinstance(status, bool):
        raise GatewayAnsweredNonsense(f"HTTP {answer.http_status} without a status in its JSON")
    if status != accepted:
        raise GatewayRefused(status, text if isinstance(text, str) else "", meaning=meanings.get(status))
    if not 200 <= answer.http_status < 300:
        raise GatewayAnsweredNonsense(f"HTTP {answer.http_status} with the status of success, {status}")
