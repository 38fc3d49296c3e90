"""What operations need from outside their arguments."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from auth.tokens import TokenKeys
from config.settings import Settings
from database.change_hub import Hub
from gateways.payments import PaymentGateway
from gateways.providers import ProviderAccount, ProviderApi
from gateways.sms_outbox import SmsOutbox
from models import Provider
from resolvers.runtime_settings import RuntimeSettings

SANDBOX_PROVIDER_PATH = "/sandbox/provider"


@dataclass(frozen=True)
class AppContext:
    """One installation: its settings, its keys and its gateways.

    `payments` holds every payment gateway that the shop has an account at, by name: payments opened
    before the shop chose another one are still confirmed at their own. `worker_name` tells this process
    from all others that work on the same orders. `hub` tells what changes while somebody looks. `settings`
    are the environment's; `get_settings` knows what staff changed since. Once `stopping` is set, what
    runs is finished and nothing new is begun.
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
        """The settings with what staff changed, at most two seconds ago in another process."""
        return await self.runtime_settings.apply_to(self.settings)

    @property
    def payment_gateway(self) -> PaymentGateway:
        """Where new payments are opened."""
        return self.payments[self.settings.payment_gateway]

    def get_provider_api(self, provider: Provider) -> ProviderApi:
        """How to speak to `provider`; only the sandbox is on this machine."""
        return self.sandbox_providers if provider.is_sandbox else self.providers

    def get_provider_account(self, provider: Provider) -> ProviderAccount:
        """Where `provider` is, and the shop's key there."""
        url = provider.url
        if provider.is_sandbox:
            url = f"{self.settings.effective_public_url}{SANDBOX_PROVIDER_PATH}/{provider.id}"
        return ProviderAccount(url=url, api_key=SecretStr(provider.api_key))
