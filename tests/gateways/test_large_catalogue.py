"""Catalogues as large as real panels have them."""

import json

import httpx
import pytest
from pydantic import SecretStr

from gateways.errors import GatewayInvalidResponse
from gateways.http import MAX_RESPONSE_BYTES
from gateways.provider_addresses import ProviderClient
from gateways.providers import MAX_CATALOGUE_BYTES, HttpProviderApi, ProviderAccount
from tests.gateways.http_stub_server import HttpStubServer


def build_catalogue(services: int) -> str:
    row = {"name": "Followers", "type": "Default", "rate": "0.9", "min": "1", "max": "9", "desc": "d" * 1_000}
    return json.dumps([{"service": number, **row} for number in range(1, services + 1)])


async def test_ten_thousand_services_are_read_and_more_than_the_limit_is_not(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    api = HttpProviderApi(ProviderClient(client))
    account = ProviderAccount(url=server.url, api_key=SecretStr("k"))
    server.answer(200, build_catalogue(10_000))
    assert len((await api.services(account)).services) == 10_000
    server.answer(200, "[" + " " * MAX_CATALOGUE_BYTES + "]")
    with pytest.raises(GatewayInvalidResponse):
        await api.services(account)


async def test_other_answers_stay_small(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    server.answer(200, "{" + " " * MAX_RESPONSE_BYTES + "}")
    api = HttpProviderApi(ProviderClient(client))
    with pytest.raises(GatewayInvalidResponse):
        await api.balance(ProviderAccount(url=server.url, api_key=SecretStr("k")))
