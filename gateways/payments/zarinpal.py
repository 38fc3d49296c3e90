"""Zarinpal."""

from collections.abc import Mapping
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from config.settings import Settings
from domain.money import Toman
from gateways.errors import GatewayInvalidResponse
from gateways.http import JsonResponse, read_json
from gateways.lenient_json import get_member
from gateways.payments.gateway import CallbackFormat, PaymentPage, Verdict, Verification
from gateways.payments.responses import GatewayResponse, to_card_mask, to_number, to_text, to_token


class ZarinpalPayments:
    """Zarinpal's v4 (zarinpal.com/docs/paymentGateway), in Toman; the sandbox is another `base_url`."""

    name = "zarinpal"
    callback = CallbackFormat(authority="Authority", status="Status", success="OK")

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

    @classmethod
    def from_settings(cls, settings: Settings, client: httpx.AsyncClient) -> Self | None:
        """The gateway, or None without ZARINPAL_MERCHANT_ID."""
        merchant_id = settings.zarinpal_merchant_id
        return cls(client, merchant_id, settings.zarinpal_url) if merchant_id else None

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a payment page with request.json; `authority` identifies it, refusals have its error codes."""
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
            reference=to_token(response.get_member("ref_id")),
            card_mask=to_card_mask(response.get_member("card_pan")),
            code=response.code,
        )

    async def _call(self, operation: str, parameters: Mapping[str, object]) -> GatewayResponse:
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/pg/v4/payment/{operation}.json",
            json={"merchant_id": self._merchant_id.get_secret_value(), **parameters},
        )
        return _read_zarinpal(response)


def _read_zarinpal(response: JsonResponse) -> GatewayResponse:
    """The single code in `data` and `errors`.

    Observed: `data` an object, [] or {}; `errors` [], an object, or a list of objects of which the first
    counts. A response whose two parts have different codes is invalid, as is a part without a code.
    """
    data, errors = get_member(response.body, "data"), get_member(response.body, "errors")
    reported = errors[:1] if isinstance(errors, list) else [errors] if errors else []
    parts = [data, *reported] if data else reported
    codes = {to_number(get_member(part, "code")) for part in parts}
    code = codes.pop() if len(codes) == 1 else None
    if code is None:
        raise GatewayInvalidResponse(f"zarinpal answered HTTP {response.http_status} without one code")
    return GatewayResponse(
        gateway="zarinpal",
        http_status=response.http_status,
        code=code,
        text=to_text(get_member(parts[-1], "message")),
        details=data,
    )
