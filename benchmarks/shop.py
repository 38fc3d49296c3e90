"""One installation of ours on loaded records, for the programs that measure no peers."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import contestants, processes, seed, workloads
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.paths import SERVER_CORE
from benchmarks.seed import Sizes

_MAX_TOKENS = 1_000


@dataclass(frozen=True)
class BenchmarkShop:
    """A loaded database, settings that fit it, and tokens of users with many orders and with twenty."""

    sizes: Sizes
    environment: Mapping[str, str]
    tokens: Mapping[int, str]
    folder: Path

    @property
    def buyers(self) -> list[int]:
        """Users with many orders whose tokens are there."""
        return [user_id for user_id in self.sizes.many_orders if user_id in self.tokens]

    def contestant(self, *, core: int | None = SERVER_CORE, port: int | None = None) -> Contestant:
        """Our server on this database, not started yet; with a port it is one of several."""
        environment = {**self.environment, **({"PORT": str(port)} if port else {})}
        server = contestants.build_our_server(environment, self.folder, core=core)
        return Contestant(server, workloads.build_vitrin_requests(self.tokens))


def open_shop(cluster: Cluster, name: str, sizes: Sizes, folder: Path) -> BenchmarkShop:
    """Load a database and sign users in."""
    asyncio.run(seed.load(cluster, name, sizes))
    environment = contestants.build_environment(cluster, name, folder, port=processes.find_free_port())
    each = _MAX_TOKENS // 2
    users = [*sizes.many_orders[:: max(1, sizes.half // each)], *sizes.twenty_orders[:each]]
    tokens = asyncio.run(contestants.sign_in(contestants.build_settings(environment), users))
    return BenchmarkShop(sizes, environment, tokens, folder)


@contextmanager
def open_temporary_shop(sizes: Sizes) -> Iterator[tuple[Cluster, BenchmarkShop]]:
    """A shop on a cluster of its own; both are removed afterwards."""
    with Cluster() as cluster, tempfile.TemporaryDirectory(prefix="vitrin-bench-") as name:
        yield cluster, open_shop(cluster, "bench", sizes, Path(name))


@contextmanager
def run_contestant(contestant: Contestant) -> Iterator[Contestant]:
    """The contestant while its server answers."""
    contestant.server.start()
    try:
        contestant.server.wait_until_ready()
        yield contestant
    finally:
        contestant.server.stop()
