"""Prepares one version's database and tokens for `benchmarks.version_comparison`.

Its text runs in the version's own checkout, by that version's interpreter: `python -c TEXT PORT ORDERS FOLDER
SERVER_PORT`. `benchmarks` is therefore that version's package. The last line of the output is JSON: the
server's environment, and a token for each user id.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import contestants, seed
from benchmarks.cluster import Cluster

DATABASE = "bench"


class RunningCluster(Cluster):
    """A cluster that another process started and will stop."""

    def __init__(self, port: int) -> None:
        self.port = port


def find_function(*names: str) -> Any:
    """The function of `contestants` with the first of these names that the version has."""
    return next(getattr(contestants, name) for name in names if hasattr(contestants, name))


def main(port: str, orders: str, folder: str, server_port: str) -> None:
    """Migrate and fill the database, sign all users in, and print their tokens."""
    cluster, sizes = RunningCluster(int(port)), seed.Sizes(int(orders))
    asyncio.run(seed.load(cluster, DATABASE, sizes))
    build_environment = find_function("build_environment", "shop_environment")
    build_settings = find_function("build_settings", "shop_settings")
    environment = build_environment(cluster, DATABASE, Path(folder), port=int(server_port))
    users = [*sizes.many_orders, *sizes.twenty_orders]
    tokens = asyncio.run(contestants.sign_in(build_settings(environment), users))
    print(json.dumps({"environment": environment, "tokens": tokens}))


if __name__ == "__main__":
    main(*sys.argv[1:])
