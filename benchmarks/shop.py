"""One installation of ours on loaded records, for the programs that measure no peers."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import contestants, processes, seed, works
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.places import SERVER_CORE
from benchmarks.seed import Sizes

_MOST_TOKENS = 1_000


@dataclass(frozen=True)
class Shop:
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
        server = contestants.our_server(environment, self.folder, core=core)
        return Contestant(server, works.of_vitrin(self.tokens))


def opened(cluster: Cluster, name: str, sizes: Sizes, folder: Path) -> Shop:
    """Load a database and sign users in."""
    asyncio.run(seed.load(cluster, name, sizes))
    environment = contestants.shop_environment(cluster, name, folder, port=processes.free_port())
    each = _MOST_TOKENS // 2
    users = [*sizes.many_orders[:: max(1, sizes.half // each)], *sizes.twenty_orders[:each]]
    tokens = asyncio.run(contestants.sign_in(contestants.shop_settings(environment), users))
    return Shop(sizes, environment, tokens, folder)


@contextmanager
def temporary(sizes: Sizes) -> Iterator[tuple[Cluster, Shop]]:
    """A shop on a cluster of its own; both are gone afterwards."""
    with Cluster() as cluster, tempfile.TemporaryDirectory(prefix="vitrin-bench-") as name:
        yield cluster, opened(cluster, "bench", sizes, Path(name))


@contextmanager
def running(contestant: Contestant) -> Iterator[Contestant]:
    """The contestant while its server answers."""
    contestant.server.start()
    try:
        contestant.server.wait_until_it_answers()
        yield contestant
    finally:
        contestant.server.stop()
