"""Resellers of a shop over each database."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.reseller_api.reseller_client import Reseller

NewReseller = Callable[[int], Awaitable[Reseller]]


@pytest.fixture
def new_reseller(client: httpx.AsyncClient) -> NewReseller:
    """Makes resellers with a wallet that holds so many Toman."""

    async def make(balance: int) -> Reseller:
        return await Reseller.with_wallet(client, balance=balance)

    return make


@pytest.fixture
async def reseller(new_reseller: NewReseller) -> Reseller:
    """A reseller with 100,000 Toman."""
    return await new_reseller(100_000)
