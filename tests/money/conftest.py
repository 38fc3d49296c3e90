"""Four servers for all tests of one module, on each database."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

import database
from tests.fixtures import copied_database
from tests.money.server_fleet import Fleet, run_fleet


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with (
        copied_database(request, request.param, "empty", folder) as url,
        run_fleet(url, folder, processes=4) as fleet,
    ):
        yield fleet


@pytest_asyncio.fixture
async def fleet(running: Fleet) -> AsyncIterator[Fleet]:
    """The running servers, with this process connected to their database."""
    async with database.open_connections(running.database_url):
        yield running
