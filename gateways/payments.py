"""Iranian payment gateways: a payment page, and verification by the gateway.

Nothing is signed and there are no server-to-server callbacks: the payer's browser returns with the authority,
so only `verify` tells whether money was paid.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from domain.money import Toman
from gateways.errors import GatewayInvalidResponse, GatewayRejected
from gateways.http import JsonResponse, read_json

RIALS_PER_TOMAN = 10

# A letter or digit first: quoting leaves ".." unchanged, and a browser would leave the page's path.
_TOKEN = re.compile(r"[A-Za-z0-9][!-~]{0,63}")
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_CARD = re.compile(r"[0-9*xX -]{1,32}")

# PCI DSS permits showing the first eight and the last four digits of a card number.
_MAX_CARD_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """The page to redirect the payer to. `authority` is the gateway's token, up to 64 characters."""

    authority: str
    url: str


class Verdict(StrEnum):
    """The gateway's verdict on a payment.

    `unpaid` is not final: it is also returned while the payer is still at the bank.
    """

    PAID = "paid"
    UNPAID = "unpaid"
    AMOUNT_DIFFERS = "amount_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verdict with its details.

    `reference` is the gateway's receipt number, at most 64 characters; `card_mask` is at most 32; `code` is
    the gateway's own result. An unreadable receipt number or card is None: the payment is valid without.
    """

    verdict: Verdict
    reference: str | None = None
    card_mask: str | None = None
    code: int | None = None


class PaymentGateway(Protocol):
    """Accepts payments into the wallet. `name` is stored with each: zarinpal, zibal or sandbox."""

    name: str

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a payment page for `amount`; the payer's browser returns to `callback_url`.

        `description` is 1 to 500 characters, `mobile` is 09xxxxxxxxx.

        Raises:
            GatewayError: there is no page; no money can have moved.
        """

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        """Ask whether `amount`, from our own record, was paid, and accept the money if it was.

        May be repeated: a payment verified before is still paid.

        Raises:
            GatewayError: the gateway gave no verdict; leave the payment pending and retry later.
        """


class ZarinpalPayments:
    """Zarinpal's v4 (zarinpal.com/docs/paymentGateway), in Toman; the sandbox is another `base_url`."""

    name = "zarinpal"

    # Its errorList: -51 "session is not active paid try", -55 "payment request not found".
    _UNPAID = frozenset({-51, -55})
    _AMOUNT_DIFFERS = -50

    def __init__(
        self,
        client: httpx.AsyncClient,
        merchant_id: SecretStr,
        base_url: str = "https://payment.zarinpal.com",
    ) -> None:
        self._client = client
        self._merchant_id = merchant_id
        self._base_url = base_url.rstrip("/")

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a page for request.json's authority; refusal codes are those of its errorList."""
        # Zarinpal rejects metadata that are not strings, or are empty, with -9.
        metadata = {"order_id": str(payment_id), **({"mobile": mobile} if mobile else {})}
        response = await self._call(
            "request",
            {
                "amount": amount,
                "currency": "IRT",
                "callback_url": callback_url,
                "description": description,
                "metadata": metadata,
            },
        )
        response.check_code(100)
        authority = response.require_token("authority")
        return PaymentPage(
            authority=authority, url=f"{self._base_url}/pg/StartPay/{quote(authority, safe='')}"
        )

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        """Read verify.json: 100 is paid, 101 was verified before, -50 was paid with another amount.

        Only the codes about the payment itself, -51 and -55, make it unpaid. All others are refusals that
        leave it open. They concern the merchant (-10, -11, -15 to -17), the request (-9), a temporary
        condition (-12 too many attempts, -52 unexpected), an authority of another merchant (-53) or an
        invalid one (-54); as Zarinpal issued it to us, the last two mean that our settings changed since.
        """
        response = await self._call("verify", {"authority": authority, "amount": amount})
        if response.code in self._UNPAID:
            return Verification(verdict=Verdict.UNPAID, code=response.code)
        if response.code == self._AMOUNT_DIFFERS:
            return Verification(verdict=Verdict.AMOUNT_DIFFERS, code=response.code)
        response.check_code(100, 101)
        return Verification(
            verdict=Verdict.PAID,
            reference=_to_token(response.get_member("ref_id")),
            card_mask=_to_card_mask(response.get_member("card_pan")),
            code=response.code,
        )

    async def _call(self, operation: str, parameters: Mapping[str, object]) -> "_GatewayResponse":
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/pg/v4/payment/{operation}.json",
            json={"merchant_id": self._merchant_id.get_secret_value(), **parameters},
        )
        return _read_zarinpal(response)


class ZibalPayments:
    """Zibal's v1 (help.zibal.ir/IPG/API), in Rial; the merchant "zibal" is its sandbox."""

    name = "zibal"

    _UNPAID = 202

    # Zibal's statuses of a payment: 1 verified and 2 not yet; 15 refunded, 16 being refunded, 18 reversed.
    _RECEIVED = frozenset({1, 2})
    _REFUNDED = frozenset({15, 16, 18})

    def __init__(
        self, client: httpx.AsyncClient, merchant: SecretStr, base_url: str = "https://gateway.zibal.ir"
    ) -> None:
        self._client = client
        self._merchant = merchant
        self._base_url = base_url.rstrip("/")

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a page for v1/request's trackId; refusal codes are those of its result."""
        response = await self._call(
            "request",
            {
                "amount": amount * RIALS_PER_TOMAN,
                "callbackUrl": callback_url,
                "description": description,
                "orderId": str(payment_id),
                **({"mobile": mobile} if mobile else {}),
            },
        )
        response.check_code(100)
        track_id = response.require_token("trackId")
        return PaymentPage(authority=track_id, url=f"{self._base_url}/start/{quote(track_id, safe='')}")

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        """Read v1/verify: 100 is paid, 201 was verified before, 202 is not paid.

        A payment that Zibal has since refunded or reversed is unpaid. All other results are refusals that
        leave the payment open: they concern the merchant (102 to 104), or an unknown trackId (203), which
        means that our settings changed since it was issued.
        """
        response = await self._call("verify", {"trackId": authority})
        if response.code == self._UNPAID:
            return Verification(verdict=Verdict.UNPAID, code=response.code)
        response.check_code(100, 201)
        payment = await self._fetch_with_amount(response, authority)
        return Verification(
            verdict=self._determine_verdict(payment, amount),
            reference=_to_token(payment.get_member("refNumber")),
            card_mask=_to_card_mask(payment.get_member("cardNumber")),
            code=response.code,
        )

    async def _fetch_with_amount(self, response: "_GatewayResponse", authority: str) -> "_GatewayResponse":
        """The response about the payment: `response`, or that of v1/inquiry if it has no amount."""
        # A repeated verify may return only its result. Verify takes no amount, so the one in the response is
        # our only check of it; and a refunded payment must not be credited.
        if response.get_member("amount") is not None:
            return response
        inquiry = await self._call("inquiry", {"trackId": authority})
        inquiry.check_code(100)
        return inquiry

    def _determine_verdict(self, payment: "_GatewayResponse", amount: Toman) -> Verdict:
        status = payment.get_member("status")
        if _to_number(status) in self._REFUNDED:
            return Verdict.UNPAID
        if status is not None and _to_number(status) not in self._RECEIVED:
            raise GatewayInvalidResponse(f"{self.name} called a payment paid, with another status")
        paid_rials = _to_number(payment.get_member("amount"))
        if paid_rials is None:
            raise GatewayInvalidResponse(f"{self.name} called a payment paid, without a readable amount")
        return Verdict.PAID if paid_rials == amount * RIALS_PER_TOMAN else Verdict.AMOUNT_DIFFERS

    async def _call(self, operation: str, parameters: Mapping[str, object]) -> "_GatewayResponse":
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/{operation}",
            json={"merchant": self._merchant.get_secret_value(), **parameters},
        )
        return _read_zibal(response)


@dataclass(frozen=True, slots=True, kw_only=True)
class _GatewayResponse:
    """A gateway's result code and message, and the object with the rest of the response."""

    gateway: str
    http_status: int
    code: int
    text: str
    details: object

    def get_member(self, key: str) -> object:
        return _get_member(self.details, key)

    def require_token(self, key: str) -> str:
        token = _to_token(self.get_member(key))
        if token is None:
            raise GatewayInvalidResponse(f"{self.gateway} answered success without a readable {key}")
        return token

    def check_code(self, *accepted: int) -> None:
        """Raise unless the code is one of `accepted` and the HTTP status is a success."""
        if self.code not in accepted:
            raise GatewayRejected(self.code, self.text)
        if not 200 <= self.http_status < 300:
            raise GatewayInvalidResponse(
                f"{self.gateway} answered HTTP {self.http_status} with the code of success, {self.code}"
            )


def _read_zarinpal(response: JsonResponse) -> _GatewayResponse:
    """The single code in `data` and `errors`.

    Observed: `data` an object, [] or {}; `errors` [], an object, or a list of objects of which the first
    counts. A response whose two parts have different codes is invalid, as is a part without a code.
    """
    data, errors = _get_member(response.body, "data"), _get_member(response.body, "errors")
    reported = errors[:1] if isinstance(errors, list) else [errors] if errors else []
    parts = [data, *reported] if data else reported
    codes = {_to_number(_get_member(part, "code")) for part in parts}
    code = codes.pop() if len(codes) == 1 else None
    if code is None:
        raise GatewayInvalidResponse(f"zarinpal answered HTTP {response.http_status} without one code")
    return _GatewayResponse(
        gateway="zarinpal",
        http_status=response.http_status,
        code=code,
        text=_to_text(_get_member(parts[-1], "message")),
        details=data,
    )


def _read_zibal(response: JsonResponse) -> _GatewayResponse:
    code = _to_number(_get_member(response.body, "result"))
    if code is None:
        raise GatewayInvalidResponse(f"zibal answered HTTP {response.http_status} without a result")
    return _GatewayResponse(
        gateway="zibal",
        http_status=response.http_status,
        code=code,
        text=_to_text(_get_member(response.body, "message")),
        details=response.body,
    )


def _get_member(value: object, key: str) -> object:
    """`value[key]` of a JSON object, or None."""
    return value.get(key) if isinstance(value, dict) else None


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _to_number(value: object) -> int | None:
    """An integer, or one written as a string; None for anything else, including true and 100.0."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _to_token(value: object) -> str | None:
    """A string or integer of 1 to 64 visible ASCII characters, a letter or digit first."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _to_text(value)
    return text if _TOKEN.fullmatch(text) else None


def _to_card_mask(value: object) -> str | None:
    """A card number as masked by the gateway; None for an unmasked one."""
    text = _to_text(value)
    digits = sum(character.isdigit() for character in text)
    return text if _CARD.fullmatch(text) and digits <= _MAX_CARD_DIGITS else None
