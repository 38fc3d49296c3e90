"""The client of providers and what it is given, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import SecretStr

from domain.service_types import ServiceType
from gateways.provider_addresses import ProviderClient, Resolve, create_provider_client, resolve_host
from gateways.provider_orders import ProviderOrder
from gateways.providers import HttpProviderApi, ProviderAccount

# No healthy test comes near it.
HALF_A_MINUTE = timedelta(seconds=30)
SHORT_TIMEOUTS = timedelta(seconds=0.2)

KEY = "9f8e7d-secret"
LINK = "https://instagram.com/p/Cx?a=1&b=ب"
ORDER = ProviderOrder(service_id="101", type=ServiceType.DEFAULT, link=LINK, quantity=1_000)


def build_account(url: str, key: str = KEY) -> ProviderAccount:
    return ProviderAccount(url=url, api_key=SecretStr(key))


@asynccontextmanager
async def connected(
    *,
    connect_timeout: timedelta = HALF_A_MINUTE,
    total_timeout: timedelta = HALF_A_MINUTE,
    allow_private: bool = True,
    resolve: Resolve = resolve_host,
) -> AsyncIterator[HttpProviderApi]:
    async with create_provider_client(
        connect_timeout=connect_timeout,
        total_timeout=total_timeout,
        allow_private=allow_private,
        resolve=resolve,
    ) as client:
        yield HttpProviderApi(ProviderClient(client))
