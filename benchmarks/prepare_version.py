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

from benchmarks import contestants as contestants_of_this_version
from benchmarks import seed
from benchmarks.cluster import Cluster

DATABASE = "bench"
contestants: Any = contestants_of_this_version


class RunningCluster(Cluster):
    """A cluster that another process started and will stop."""

    def __init__(self, port: int) -> None:
        self.port = port


def main(port: str, orders: str, folder: str, server_port: str) -> None:
    """Migrate and fill the database, sign everybody in, print how."""
    cluster, sizes = RunningCluster(int(port)), seed.Sizes(int(orders))
    asyncio.run(seed.load(cluster, DATABASE, sizes))
    # Versions before the renames have other names for the same.
    build_environment = getattr(contestants, "build_environment", None) or contestants.shop_environment
    build_settings = getattr(contestants, "build_settings", None) or contestants.shop_settings
    environment = build_environment(cluster, DATABASE, Path(folder), port=int(server_port))
    users = [*sizes.many_orders, *sizes.twenty_orders]
    tokens = asyncio.run(contestants.sign_in(build_settings(environment), users))
    print(json.dumps({"environment": environment, "tokens": tokens}))


if __name__ == "__main__":
    main(*sys.argv[1:])
