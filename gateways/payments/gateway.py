"""The interface of Iranian payment gateways: a payment page, and verification by the gateway.

Nothing is signed and there are no server-to-server callbacks: the payer's browser returns with the authority,
so only `verify` proves that money was paid.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

import httpx

from config.settings import Settings
from domain.money import Toman


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


@dataclass(frozen=True, kw_only=True)
class CallbackFormat:
    """The parameters with which a gateway returns the payer's browser.

    `authority` and `status` are their names; the status `success` says that the payer did not cancel.
    """

    authority: str
    status: str
    success: str


class InstallableGateway(PaymentGateway, Protocol):
    """A class of gateways that the registry lists."""

    callback: CallbackFormat

    @classmethod
    def from_settings(cls, settings: Settings, client: httpx.AsyncClient) -> Self | None:
        """The gateway, or None if the settings hold no account with it."""
