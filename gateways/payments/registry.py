"""The payment gateways that a shop may have an account with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.settings import Settings
from gateways import http
from gateways.payments.gateway import InstallableGateway, PaymentGateway
from gateways.payments.zarinpal import ZarinpalPayments
from gateways.payments.zibal import ZibalPayments
from gateways.sandbox.payments import SandboxPayments

GATEWAYS: tuple[type[InstallableGateway], ...] = (ZarinpalPayments, ZibalPayments, SandboxPayments)


@dataclass(frozen=True, kw_only=True)
class PayerReturn:
    """What the payer's browser returns with. `gateways` are the names of those that use these parameters."""

    gateways: tuple[str, ...]
    authority: str
    is_canceled: bool


def build_gateways(settings: Settings) -> Iterator[PaymentGateway]:
    """Every gateway for which the settings hold an account."""
    client = http.create_client(
        connect_timeout=settings.gateway_connect_timeout, total_timeout=settings.gateway_total_timeout
    )
    for kind in GATEWAYS:
        if gateway := kind.from_settings(settings, client):
            yield gateway


def parse_callback(params: Mapping[str, str]) -> PayerReturn | None:
    """The payer's return in the parameters of a callback; None if they are of no gateway."""
    for callback in (kind.callback for kind in GATEWAYS):
        if authority := params.get(callback.authority):
            return PayerReturn(
                gateways=tuple(kind.name for kind in GATEWAYS if kind.callback == callback),
                authority=authority,
                is_canceled=params.get(callback.status) != callback.success,
            )
    return None
