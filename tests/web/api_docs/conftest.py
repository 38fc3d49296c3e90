"""A running product with the demo, which these tests may order from."""

from collections.abc import Iterator

import pytest

from tests.live_servers import LiveServer


@pytest.fixture(scope="session")
def shop_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("documented")) as server:
        yield server
