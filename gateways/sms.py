"""The services that send login codes and notices by SMS."""

import logging
from collections.abc import Mapping
from typing import Protocol, TextIO
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from domain.enums import SmsNotice
from gateways.errors import (
    GatewayInvalidResponse,
    GatewayRejected,
)
from gateways.http import JsonResponse, read_json
from gateways.lenient_json import get_member

logger = logging.getLogger("vitrin.sms")

_NOTICES = {
    SmsNotice.MOBILE_CHANGED: "شماره موبایل حساب شما در ویترین به {detail} تغییر کرد",
    SmsNotice.STAFF_SIGNED_IN: "ورود تازه‌ای به پنل مدیریت ویترین از {detail} انجام شد",
}

# Those values of return.status (kavenegar.com/rest.html) that an operator can act on.
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
# Values of `status` in sms.ir's documentation of v1.
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
        """Pass the message to the service; it may be delivered later, or never.

        Raises:
            GatewayError: the service refused the message, or its response was unclear.
        """

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        """The same for a notice; `detail` is the one word that varies in its text, without blanks.

        Raises:
            GatewayError: as `send_login_code`.
            TemplateMissing: the account has no template for it.
        """


class TemplateMissing(Exception):
    """No template is configured for a notice, so this service cannot send it."""


class ConsoleSms:
    """Prints each message as one line, for development: anyone who sees the output can read the code."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Print `SMS to <mobile>: …<code>…`."""
        self._print(mobile, f"کد تایید شما در ویترین {code} است")

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        """Print `SMS to <mobile>: …<detail>…`."""
        self._print(mobile, _NOTICES[notice].format(detail=detail))

    def _print(self, mobile: str, text: str) -> None:
        line = f"SMS to {mobile}: {text}\n"
        # A console without Persian (Windows, LC_ALL=C) must still show the code.
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
        self._stream.flush()


class KavenegarSms:
    """Kavenegar's verify/lookup (kavenegar.com/rest.html).

    `template`, and those of the notices, are names of approved templates whose only variable is %token.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_key: SecretStr,
        template: str,
        base_url: str = "https://api.kavenegar.com",
        *,
        notice_templates: Mapping[SmsNotice, str] | None = None,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._template = template
        self._notice_templates = notice_templates or {}
        self._base_url = base_url.rstrip("/")

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Send `code` as the template's token; refusal codes are those of return.status (418: no credit)."""
        await self._send_template(mobile, self._template, code)

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        """Send `detail` as the token of the notice's template."""
        template = self._notice_templates.get(notice)
        if not template:
            raise TemplateMissing(f"KAVENEGAR_{notice.upper()}_TEMPLATE")
        await self._send_template(mobile, template, detail)

    async def _send_template(self, mobile: str, template: str, token: str) -> None:
        key = quote(self._api_key.get_secret_value(), safe="")
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/{key}/verify/lookup.json",
            form={"receptor": mobile, "template": template, "token": token},
        )
        result = get_member(response.body, "return")
        _check_status(
            response,
            status=get_member(result, "status"),
            accepted=200,
            text=get_member(result, "message"),
            meanings=_KAVENEGAR_CODES,
        )


class SmsIrSms:
    """sms.ir's v1/send/verify; the only parameter of all templates is CODE."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_key: SecretStr,
        template_id: int,
        base_url: str = "https://api.sms.ir",
        *,
        notice_template_ids: Mapping[SmsNotice, int] | None = None,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._template_id = template_id
        self._notice_template_ids = notice_template_ids or {}
        self._base_url = base_url.rstrip("/")

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        """Send `code` as the template's CODE; refusal codes are those of the answer's status."""
        await self._send_template(mobile, self._template_id, code)

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        """Send `detail` as the CODE of the notice's template."""
        template_id = self._notice_template_ids.get(notice)
        if not template_id:
            raise TemplateMissing(f"SMSIR_{notice.upper()}_TEMPLATE_ID")
        await self._send_template(mobile, template_id, detail)

    async def _send_template(self, mobile: str, template_id: int, text: str) -> None:
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/send/verify",
            headers={"X-API-KEY": self._api_key.get_secret_value()},
            json={
                "mobile": mobile,
                "templateId": template_id,
                "parameters": [{"name": "CODE", "value": text}],
            },
        )
        body = response.body
        _check_status(
            response,
            status=get_member(body, "status"),
            accepted=1,
            text=get_member(body, "message"),
            meanings=_SMSIR_CODES,
        )


def _check_status(
    response: JsonResponse, *, status: object, accepted: int, text: object, meanings: Mapping[int, str]
) -> None:
    """Raise unless `status`, a number or text, is `accepted` and the HTTP status is a success."""
    if isinstance(status, str) and status.strip().isdecimal():
        status = int(status)
    # bool is an int, and True equals sms.ir's 1.
    if not isinstance(status, int) or isinstance(status, bool):
        raise GatewayInvalidResponse(f"HTTP {response.http_status} without a status in its JSON")
    if status != accepted:
        raise GatewayRejected(status, text if isinstance(text, str) else "", meaning=meanings.get(status))
    if not 200 <= response.http_status < 300:
        raise GatewayInvalidResponse(f"HTTP {response.http_status} with the status of success, {status}")
