"""Does memory stay flat? `uv run python -m benchmarks.soak --requests 1000000`.

A mix of all works against one server; its resident memory is noted every few seconds.
"""

import argparse
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

from benchmarks import installation, processes, response_equality, shop, wrk
from benchmarks.contestants import Contestant
from benchmarks.seed import Sizes
from benchmarks.shop import BenchmarkShop
from benchmarks.workloads import Request, Workload

_SAMPLE_SECONDS = 10.0
_MIX = (*(Workload.SERVICES, Workload.ORDERS, Workload.LEGACY_ORDERS) * 3, Workload.CREATE_ORDER)
"""Nine reads to an order."""
_REQUESTS = 1_000


def main() -> None:
    """Load the server with a number of requests; print its first, last and largest memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    arguments = parser.parse_args()
    installation.install()
    with shop.open_temporary_shop(Sizes()) as (_, opened), shop.run_contestant(opened.contestant()) as ours:
        script = opened.folder / "mix.lua"
        script.write_text(wrk.render_script(_mix_requests(ours, opened)), encoding="utf-8")
        samples = list(_sample_memory(ours, script, arguments.requests))
    print(
        f"RSS in MiB after {len(samples)} samples: first {samples[0]:.0f}, last {samples[-1]:.0f}, "
        f"largest {max(samples):.0f}"
    )


def _mix_requests(ours: Contestant, opened: BenchmarkShop) -> Iterator[Request]:
    chance = random.Random(1)
    for place in range(_REQUESTS):
        work = _MIX[place % len(_MIX)]
        able = [user for user in response_equality.get_user_ids(work, opened.sizes) if user in opened.tokens]
        yield ours.request_builders[work](chance.choice(able))


def _sample_memory(ours: Contestant, script: Path, requests: int) -> Iterator[float]:
    done = 0
    while done < requests:
        load = wrk.run(ours.server.url, script, seconds=_SAMPLE_SECONDS, nonce=secrets.token_hex(6))
        if load.rejected or load.lost or not load.requests:
            raise SystemExit(f"the server fails: {load}")
        done += load.requests
        rss = processes.read_resident_mebibytes(ours.server.pid)
        print(f"{done:>10,} requests  {load.per_second:7.0f}/s  {rss:6.1f} MiB", flush=True)
        yield rss


if __name__ == "__main__":
    main()
