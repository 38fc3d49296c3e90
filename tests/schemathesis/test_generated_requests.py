"""A short run of each description; `.ci/run` makes a long one."""

from collections.abc import Iterator

import pytest

from tests.fixtures import new_token
from tests.live_servers import LiveServer
from tests.schemathesis.graphql import check_graphql
from tests.schemathesis.rest import check_rest

pytestmark = pytest.mark.processes

EXAMPLES = 50
SEED = 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with a database of its own, because generated requests change records."""
    with LiveServer(tmp_path_factory.mktemp("made-up"), LOG_LEVEL="WARNING") as server:
        yield server


def test_rest_responses_match_the_description(server: LiveServer) -> None:
    report = check_rest(server, new_token(server), examples=EXAMPLES, seed=SEED)
    assert report.failures == []
    assert report.answers.total() >= EXAMPLES
    assert {"200 200", "200 400"} <= set(report.outcomes())


def test_graphql_responses_match_the_schema(server: LiveServer) -> None:
    report = check_graphql(server, new_token(server), examples=EXAMPLES, seed=SEED)
    assert report.failures == []
    assert report.answers.total() >= EXAMPLES
    assert report.outcomes()["data"] > EXAMPLES // 4
