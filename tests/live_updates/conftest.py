"""Two servers on one PostgreSQL database, for all tests of one module."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

import database
from tests.fixtures import copied_database
from tests.money.server_fleet import Fleet, run_fleet


@pytest.fixture(scope="module", params=["postgres"])
def two_servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with (
        copied_database(request, request.param, "empty", folder) as url,
        run_fleet(url, folder, processes=2) as fleet,
    ):
        yield fleet


@pytest_asyncio.fixture
async def fleet(two_servers: Fleet) -> AsyncIterator[Fleet]:
    """The running servers, with this process connected to their database, as a worker would be."""
    async with database.open_connections(two_servers.database_url):
        yield two_servers
