"""Zibal."""

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
from gateways.payments.responses import (
    RIALS_PER_TOMAN,
    GatewayResponse,
    to_card_mask,
    to_number,
    to_text,
    to_token,
)


class ZibalPayments:
    """Zibal's v1 (help.zibal.ir/IPG/API), in Rial; the merchant "zibal" is its sandbox."""

    name = "zibal"
    callback = CallbackFormat(authority="trackId", status="success", success="1")

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

    @classmethod
    def from_settings(cls, settings: Settings, client: httpx.AsyncClient) -> Self | None:
        """The gateway, or None without ZIBAL_MERCHANT."""
        return cls(client, settings.zibal_merchant, settings.zibal_url) if settings.zibal_merchant else None

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a payment page with v1/request, identified by its trackId; a refusal's code is `result`."""
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
            reference=to_token(payment.get_member("refNumber")),
            card_mask=to_card_mask(payment.get_member("cardNumber")),
            code=response.code,
        )

    async def _fetch_with_amount(self, response: GatewayResponse, authority: str) -> GatewayResponse:
        """The response about the payment: `response`, or that of v1/inquiry if it has no amount."""
        # A repeated verify may return only its result. Verify takes no amount, so the one in the response is
        # our only check of it; and a refunded payment must not be credited.
        if response.get_member("amount") is not None:
            return response
        inquiry = await self._call("inquiry", {"trackId": authority})
        inquiry.check_code(100)
        return inquiry

    def _determine_verdict(self, payment: GatewayResponse, amount: Toman) -> Verdict:
        status = payment.get_member("status")
        if to_number(status) in self._REFUNDED:
            return Verdict.UNPAID
        if status is not None and to_number(status) not in self._RECEIVED:
            raise GatewayInvalidResponse(f"{self.name} called a payment paid, with another status")
        paid_rials = to_number(payment.get_member("amount"))
        if paid_rials is None:
            raise GatewayInvalidResponse(f"{self.name} called a payment paid, without a readable amount")
        return Verdict.PAID if paid_rials == amount * RIALS_PER_TOMAN else Verdict.AMOUNT_DIFFERS

    async def _call(self, operation: str, parameters: Mapping[str, object]) -> GatewayResponse:
        response = await read_json(
            self._client,
            "POST",
            f"{self._base_url}/v1/{operation}",
            json={"merchant": self._merchant.get_secret_value(), **parameters},
        )
        return _read_zibal(response)


def _read_zibal(response: JsonResponse) -> GatewayResponse:
    code = to_number(get_member(response.body, "result"))
    if code is None:
        raise GatewayInvalidResponse(f"zibal answered HTTP {response.http_status} without a result")
    return GatewayResponse(
        gateway="zibal",
        http_status=response.http_status,
        code=code,
        text=to_text(get_member(response.body, "message")),
        details=response.body,
    )
