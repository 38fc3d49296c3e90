"""What operations need from outside their arguments."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Settings
from domain.tokens import TokenKeys
from gateways.payments import PaymentGateway
from gateways.sms import SmsOutbox


@dataclass(frozen=True)
class Shop:
    """One installation: its settings, its keys and its gateways.

    `payments` holds every payment gateway that the shop has an account at, by name: payments opened
    before the shop chose another one are still confirmed at their own.
    """

    settings: Settings
    tokens: TokenKeys
    login_code_key: bytes
    sms: SmsOutbox
    payments: Mapping[str, PaymentGateway]

    @property
    def payment_gateway(self) -> PaymentGateway:
        """Where new payments are opened."""
        return self.payments[self.settings.payment_gateway]
