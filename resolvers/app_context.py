"""Dependencies of the operations besides their arguments."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from auth.tokens import TokenKeys
from config.settings import Settings
from database.change_hub import Hub
from gateways.payments.gateway import PaymentGateway
from gateways.providers import ProviderAccount, ProviderApi
from gateways.sms_outbox import SmsOutbox
from models import Provider
from resolvers.runtime_settings import RuntimeSettings

SANDBOX_PROVIDER_PATH = "/sandbox/provider"


@dataclass(frozen=True)
class AppContext:
    """One installation: its settings, keys and gateways.

    `payments` maps names to all payment gateways that the shop has an account with, so that payments opened
    before the shop switched gateways can still be confirmed. `worker_name` identifies this process among the
    workers. `hub` publishes changes to subscribers. `settings` come from the environment; `get_settings` adds
    the changes made by staff. Once `stopping` is set, running work is finished and none is started.
    """

    settings: Settings
    tokens: TokenKeys
    login_code_key: bytes
    sms: SmsOutbox
    payments: Mapping[str, PaymentGateway]
    providers: ProviderApi
    sandbox_providers: ProviderApi
    worker_name: str
    hub: Hub = field(default_factory=Hub)
    runtime_settings: RuntimeSettings = field(default_factory=RuntimeSettings)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def get_settings(self) -> Settings:
        """The settings with staff's overrides; those made in another process appear within two seconds."""
        return await self.runtime_settings.apply_to(self.settings)

    @property
    def payment_gateway(self) -> PaymentGateway:
        """The gateway that opens new payments."""
        return self.payments[self.settings.payment_gateway]

    def get_provider_api(self, provider: Provider) -> ProviderApi:
        """The API client for `provider`; the sandbox is the only one in this process."""
        return self.sandbox_providers if provider.is_sandbox else self.providers

    def get_provider_account(self, provider: Provider) -> ProviderAccount:
        """The address of `provider` and the shop's key for it."""
        url = provider.url
        if provider.is_sandbox:
            url = f"{self.settings.effective_public_url}{SANDBOX_PROVIDER_PATH}/{provider.id}"
        return ProviderAccount(url=url, api_key=SecretStr(provider.api_key))
