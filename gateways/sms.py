"""Login codes by SMS: the services that send them, and an outbox nobody waits for."""

import asyncio
import contextvars
import logging
import traceback
from datetime import timedelta
from typing import Protocol, TextIO
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from domain import mobiles
from gateways.errors import GatewayAnsweredNonsense, GatewayError, GatewayRefused
from gateways.http import JsonAnswer, read_json
from observation import meters, request_ids

logger = logging.getLogger("vitrin.sms")

# Half of httpx's 100 connections: a hanging SMS service must leave room for payments. 400 messages,
# 50 at a time, fifteen seconds each, are also through before a code of two minutes expires.
MAX_SENDING = 50
MAX_PENDING = 400


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
        _check(answer, status=_member(verdict, "status"), accepted=200, text=_member(verdict, "message"))


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
        _check(answer, status=_member(body, "status"), accepted=1, text=_member(body, "message"))


class SmsOutbox:
    """Sends in the background, in order of asking, each message once: no retry, and nothing is stored.

    A login must take as long for an unknown user as for a known one, so it never waits for the SMS.
    """

    def __init__(
        self, gateway: SmsGateway, *, max_sending: int = MAX_SENDING, max_pending: int = MAX_PENDING
    ) -> None:
        self._gateway = gateway
        self._max_pending = max_pending
        self._turn = asyncio.Semaphore(max_sending)
        # The event loop holds its tasks weakly; this set keeps them from being collected half way.
        self._tasks: set[asyncio.Task[None]] = set()

    def send_login_code_later(self, *, mobile: str, code: str) -> None:
        """Start sending and return at once; call it after the commit that stores the code.

        A failure is logged, as is a message dropped because `max_pending` others wait.
        """
        if len(self._tasks) >= self._max_pending:
            meters.SMS.labels("dropped").inc()
            logger.error("login code for %s dropped: %d are waiting", mobiles.mask(mobile), len(self._tasks))
            return
        # A fresh context: Tortoise keeps a transaction's connection in a contextvar, and a task that
        # inherits it would use that connection after its transaction has ended.
        context = contextvars.Context()
        context.run(request_ids.begin, request_ids.current())
        task = asyncio.create_task(self._send(mobile, code), context=context)
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
        logger.error("%d login codes given up at shutdown", len(late))
        for task in late:
            task.cancel()
        await asyncio.wait(late)

    async def _send(self, mobile: str, code: str) -> None:
        async with self._turn:
            try:
                await self._gateway.send_login_code(mobile=mobile, code=code)
                meters.SMS.labels("sent").inc()
            except GatewayError as error:
                meters.SMS.labels("failed").inc()
                logger.error(
                    "login code for %s not sent: %s: %s", mobiles.mask(mobile), type(error).__name__, error
                )
            except Exception as error:
                meters.SMS.labels("failed").inc()
                # Frames only: the text of an unforeseen error may hold the code.
                logger.error(
                    "login code for %s not sent: %s\n%s",
                    mobiles.mask(mobile),
                    type(error).__name__,
                    "".join(traceback.format_tb(error.__traceback__)),
                )


def _member(value: object, key: str) -> object:
    """`value[key]` of a JSON object; None where there is none."""
    return value.get(key) if isinstance(value, dict) else None


def _check(answer: JsonAnswer, *, status: object, accepted: int, text: object) -> None:
    """Pass only the `accepted` status in an HTTP success."""
    # bool is an int, and True equals sms.ir's 1.
    if not isinstance(status, int) or isinstance(status, bool):
        raise GatewayAnsweredNonsense(f"HTTP {answer.http_status} without a status in its JSON")
    if status != accepted:
        raise GatewayRefused(status, text if isinstance(text, str) else "")
    if not 200 <= answer.http_status < 300:
        raise GatewayAnsweredNonsense(f"HTTP {answer.http_status} with the status of success, {status}")
