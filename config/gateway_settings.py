"""Settings of the SMS and payment gateways."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from config.durations import Duration
from config.numbers import Amount


class SmsGatewayName(StrEnum):
    """Ways to deliver a login code; `console` prints it, for development only."""

    CONSOLE = "console"
    KAVENEGAR = "kavenegar"
    SMSIR = "smsir"


class PaymentGatewayName(StrEnum):
    """Ways to accept payments; `sandbox` is a page of our own that takes no money, for development only."""

    SANDBOX = "sandbox"
    ZARINPAL = "zarinpal"
    ZIBAL = "zibal"


_URLS = ("kavenegar_url", "smsir_url", "zarinpal_url", "zibal_url")
_PAYMENT_ACCOUNTS = {
    PaymentGatewayName.ZARINPAL: "zarinpal_merchant_id",
    PaymentGatewayName.ZIBAL: "zibal_merchant",
}
"""The setting without which a gateway cannot be used."""


class GatewaySettings(BaseSettings):
    """The gateways and the shop's accounts with them."""

    sms_gateway: SmsGatewayName = Field(SmsGatewayName.CONSOLE, description="console, kavenegar or smsir")
    sms_fallback_gateway: SmsGatewayName | None = Field(
        None, description="kavenegar or smsir, used when SMS_GATEWAY fails; empty: none"
    )
    kavenegar_api_key: SecretStr | None = Field(None, description="Kavenegar's API key")
    kavenegar_template: str = Field("vitrin-login", description="Kavenegar's lookup template")
    kavenegar_mobile_changed_template: str | None = Field(
        None,
        description="Kavenegar's lookup template for notifying a replaced mobile number; empty: no SMS",
    )
    kavenegar_staff_signed_in_template: str | None = Field(
        None, description="Kavenegar's lookup template for staff sign-in notifications; empty: no SMS"
    )
    kavenegar_url: str = Field("https://api.kavenegar.com", description="Kavenegar's host")
    smsir_api_key: SecretStr | None = Field(None, description="sms.ir's API key")
    smsir_template_id: int = Field(100_000, description="sms.ir's template id")
    smsir_mobile_changed_template_id: int | None = Field(
        None, description="sms.ir's template id for notifying a replaced mobile number; empty: no SMS"
    )
    smsir_staff_signed_in_template_id: int | None = Field(
        None, description="sms.ir's template id for staff sign-in notifications; empty: no SMS"
    )
    smsir_url: str = Field("https://api.sms.ir", description="sms.ir's host")
    payment_gateway: PaymentGatewayName = Field(
        PaymentGatewayName.SANDBOX, description="sandbox, zarinpal or zibal"
    )
    zarinpal_merchant_id: SecretStr | None = Field(None, description="Zarinpal's merchant id")
    zarinpal_url: str = Field(
        "https://payment.zarinpal.com",
        description="Zarinpal's host; https://sandbox.zarinpal.com for testing",
    )
    zibal_merchant: SecretStr | None = Field(None, description="Zibal's merchant id; zibal for testing")
    zibal_url: str = Field("https://gateway.zibal.ir", description="Zibal's host")
    payment_min: Amount = Field(1_000, description="smallest payment in Toman")
    payment_max: Amount = Field(100_000_000, description="largest payment in Toman")
    payment_lifetime: Duration = Field(
        timedelta(hours=24), description="how long the status of an unpaid payment is checked at the gateway"
    )
    app_url: str = Field("vitrin://wallet", description="link on the payment receipt that returns to the app")

    @field_validator(*_URLS)
    @classmethod
    def _check_host(cls, value: str) -> str:
        scheme, separator, host = value.partition("://")
        if scheme not in ("http", "https") or not separator or not host.strip("/"):
            raise ValueError("must be a URL such as https://api.example")
        return value

    @model_validator(mode="after")
    def _check_sms_gateway_key(self) -> Self:
        keys = {SmsGatewayName.KAVENEGAR: self.kavenegar_api_key, SmsGatewayName.SMSIR: self.smsir_api_key}
        for variable, name in (
            ("SMS_GATEWAY", self.sms_gateway),
            ("SMS_FALLBACK_GATEWAY", self.sms_fallback_gateway),
        ):
            if name in keys and keys[name] is None:
                raise ValueError(f"{variable}={name} requires {name.upper()}_API_KEY")
        if self.sms_fallback_gateway in (self.sms_gateway, SmsGatewayName.CONSOLE):
            raise ValueError("SMS_FALLBACK_GATEWAY must differ from SMS_GATEWAY and must not be console")
        return self

    @model_validator(mode="after")
    def _check_payment_gateway_account(self) -> Self:
        account = _PAYMENT_ACCOUNTS.get(self.payment_gateway)
        if account is not None and getattr(self, account) is None:
            raise ValueError(f"PAYMENT_GATEWAY={self.payment_gateway} requires {account.upper()}")
        return self

    @model_validator(mode="after")
    def _check_payment_range(self) -> Self:
        if self.payment_min > self.payment_max:
            raise ValueError("PAYMENT_MIN must not exceed PAYMENT_MAX")
        return self

    @property
    def takes_sandbox_payments(self) -> bool:
        """Whether payments are simulated by a page of our own."""
        return self.payment_gateway is PaymentGatewayName.SANDBOX

    def find_gateway_faults(self) -> Iterator[str]:
        """Why production refuses these settings: gateways without TLS, or that credit without money."""
        if self.takes_sandbox_payments:
            names = " or ".join(_PAYMENT_ACCOUNTS)
            yield (f"PAYMENT_GATEWAY=sandbox credits wallets without real money: set PAYMENT_GATEWAY={names}")
        for name in _URLS:
            if not getattr(self, name).startswith("https://"):
                yield f"{name.upper()} must begin with https://"
        if self.zarinpal_merchant_id is not None and "sandbox" in self.zarinpal_url.lower():
            yield (
                "ZARINPAL_URL is the sandbox, which credits wallets without real money: set Zarinpal's "
                "production host"
            )
        merchant = self.zibal_merchant
        if merchant is not None and merchant.get_secret_value().strip().lower() == "zibal":
            yield "ZIBAL_MERCHANT=zibal credits wallets without real money: set the shop's own merchant id"
