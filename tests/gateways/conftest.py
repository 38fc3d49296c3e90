from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from gateways import http
from tests.gateways.http_stub_server import HttpStubServer


@pytest.fixture
async def server() -> AsyncIterator[HttpStubServer]:
    async with HttpStubServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Deadlines no healthy test comes near."""
    async with http.create_client(
        connect_timeout=timedelta(seconds=30), total_timeout=timedelta(seconds=30)
    ) as client:
        yield client


@pytest.fixture
async def short_timeout_client() -> AsyncIterator[httpx.AsyncClient]:
    """Gives up after 0.2 seconds in all, for the tests of hanging services."""
    async with http.create_client(
        connect_timeout=timedelta(seconds=30), total_timeout=timedelta(seconds=0.2)
    ) as client:
        yield client
