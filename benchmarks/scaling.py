"""Does work stay as quick while records grow?

`uv run python -m benchmarks.scaling --orders 10000 100000 1000000 10000000`

Each size is a database of its own with a server of ours. Requests come one after the other, sizes taking
turns, so that whatever slows the machine slows all of them alike. A tenth of the orders wait for the worker,
a million at 10^7. Then 1, 2 and 4 server processes, loaded together on all cores, on the smallest size.
"""

import argparse
import asyncio
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks import document_sections, installation, latencies, processes, shop, wrk
from benchmarks.cluster import Cluster
from benchmarks.latencies import Latencies, Site
from benchmarks.seed import Sizes
from benchmarks.shop import BenchmarkShop
from benchmarks.workloads import Workload

_BYTES_PER_ORDER = 2_000
_THROUGHPUT_SECONDS = 5.0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    sizes = [10_000, 100_000, 1_000_000, 10_000_000]
    parser.add_argument("--orders", type=int, nargs="+", default=sizes, help="multiples of 2000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--requests", type=int, default=200, help="calls of an operation at a size, in a round"
    )
    parser.add_argument(
        "--seconds", type=float, default=10, help="calls of an operation at a size, in a round, at most"
    )
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--section", default="", help="write it to this section of docs/performance.md")
    return parser.parse_args()


def main() -> None:
    """Load every size, measure all of them in turns, print."""
    arguments = _parse_arguments()
    if arguments.section:
        document_sections.require_section(arguments.section)
    installation.install()
    _check_disk(sum(arguments.orders))
    with (
        Cluster() as cluster,
        tempfile.TemporaryDirectory(prefix="vitrin-bench-") as name,
        ExitStack() as servers,
    ):
        opened = [_open_shop(cluster, orders, Path(name)) for orders in sorted(arguments.orders)]
        places = [_build_site(cluster, one, servers) for one in opened]
        found = latencies.measure_all(
            places, rounds=arguments.rounds, max_calls=arguments.requests, within_seconds=arguments.seconds
        )
        text = render_table(found)
        if arguments.processes:
            text += f"\n\n{_render_throughput_table(opened[0], arguments.processes)}"
    print(text)
    if arguments.section:
        document_sections.write_section(arguments.section, text)


def _check_disk(orders: int) -> None:
    """Records, indexes and what sorting them needs meanwhile, against what is free."""
    needed, free = orders * _BYTES_PER_ORDER, shutil.disk_usage(tempfile.gettempdir()).free
    if needed > free:
        raise SystemExit(f"{needed / 2**30:.0f} GiB are needed, {free / 2**30:.0f} are free")


def _database_name(orders: int) -> str:
    return f"bench_{orders}"


def _open_shop(cluster: Cluster, orders: int, folder: Path) -> BenchmarkShop:
    begun = time.monotonic()
    own = folder / str(orders)
    own.mkdir()
    opened = shop.open_shop(cluster, _database_name(orders), Sizes(orders), own)
    print(f"{orders:>12,} orders loaded in {time.monotonic() - begun:.0f} s", flush=True)
    return opened


def _build_site(cluster: Cluster, opened: BenchmarkShop, servers: ExitStack) -> Site:
    ours = servers.enter_context(shop.run_contestant(opened.contestant()))
    return asyncio.run(Site.load(cluster, _database_name(opened.sizes.orders), opened, ours))


def render_table(found: Latencies) -> str:
    """Markdown: median and 99th percentile of each operation by size, and the relative median."""
    sizes = sorted({size for _, size in found.samples})
    head = " | ".join(f"{size:,} orders" for size in sizes)
    rows = [f"| milliseconds: median, p99 (÷ smallest) | {head} |", "|---|" + "--:|" * len(sizes)]
    for name in dict.fromkeys(name for name, _ in found.samples):
        baseline = statistics.median(found.samples[name, sizes[0]])
        cells = [_format_cell(found.samples[name, size], baseline) for size in sizes]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _format_cell(seconds: Sequence[float], baseline: float) -> str:
    median = statistics.median(seconds)
    highest = sorted(seconds)[int(len(seconds) * 0.99)]
    return f"{median * 1_000:.1f}, {highest * 1_000:.1f} ({median / baseline:.2f})"


def _render_throughput_table(opened: BenchmarkShop, counts: Sequence[int]) -> str:
    rows = ["| server processes | Q2 requests a second |", "|--:|--:|"]
    rows += [f"| {count} | {_measure_throughput(opened, count):,.0f} |" for count in counts]
    return "\n".join(rows)


def _measure_throughput(opened: BenchmarkShop, count: int) -> float:
    """All processes at once, each loaded by its own wrk; the connections are divided among them."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                shop.run_contestant(opened.contestant(core=None, port=processes.find_free_port()))
            )
            for _ in range(count)
        ]
        script = wrk.write_script(servers[0], Workload.ORDERS, opened.buyers, opened.folder)
        each = wrk.CONNECTIONS // count

        def load(place: int) -> float:
            url = servers[place].server.url
            run = wrk.run(
                url,
                script,
                seconds=_THROUGHPUT_SECONDS,
                nonce=secrets.token_hex(6),
                connections=each,
                core=None,
            )
            return run.per_second

        with ThreadPoolExecutor(count) as pool:
            return sum(pool.map(load, range(count)))


if __name__ == "__main__":
    main()
