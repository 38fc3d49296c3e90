"""The whole comparison: `uv run python -m benchmarks`. See README.md."""

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import (
    contestants,
    document_sections,
    installation,
    machine_info,
    processes,
    report,
    response_equality,
    rounds,
    seed,
    statements,
    version_comparison,
    workloads,
)
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.paths import LOAD_CORE, SQL
from benchmarks.rounds import Figures, Measurement
from benchmarks.seed import Sizes
from benchmarks.workloads import Workload

_DATABASE = "bench"
_RESULTS = Path(__file__).with_name("results.json")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "only", nargs="?", default="", help="regex over WORK:SERVER, such as 'Q[12]:(vitrin|apollo)'"
    )
    parser.add_argument(
        "--against",
        metavar="CHECKOUT",
        help="compare this version with another checkout's, without the peers",
    )
    parser.add_argument("--rounds", type=int, help=f"3; with --against {version_comparison.ROUNDS}")
    parser.add_argument("--seconds", type=float, help="length of one run: 8; with --against about 3")
    parser.add_argument("--tries", type=int, default=3, help="of a run in which others were busy")
    parser.add_argument("--orders", type=int, default=seed.STUDY_ORDERS, help="a multiple of 2000")
    parser.add_argument("--verify-only", action="store_true", help="compare the answers and stop")
    parser.add_argument(
        "--section", default="figures", help="of docs/performance.md, where a whole run is written"
    )
    parser.add_argument("--note", default="", help="what a reader of the figures should know")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (version_comparison.ROUNDS if arguments.against else 3)
    arguments.seconds = arguments.seconds or (3 if arguments.against else 8)
    return arguments


def main() -> None:
    """Install, load, start, compare, measure, report."""
    arguments = _parse_arguments()
    if arguments.against:
        installation.install_tools()
        version_comparison.compare(arguments)
        return
    document_sections.require_section(arguments.section)
    installation.install()
    # What this program does must not fall on the servers' core.
    os.sched_setaffinity(0, {LOAD_CORE})
    sizes, load_before = Sizes(arguments.orders), machine_info.read_load_average()
    with Cluster() as cluster, tempfile.TemporaryDirectory(prefix="vitrin-bench-") as name:
        folder = Path(name)
        asyncio.run(_load(cluster, sizes))
        with _running_servers(_build_contestants(cluster, sizes, folder, only=arguments.only)) as running:
            _check(running, sizes)
            if arguments.verify_only:
                return
            figures = _measure(cluster, running, sizes, folder, arguments)
    print(report.render_table(figures), report.render_goals(figures), sep="\n\n")
    if not arguments.only:
        _write(figures, arguments, load_before=load_before)


async def _load(cluster: Cluster, sizes: Sizes) -> None:
    print(f"loading {sizes.orders:,} orders", flush=True)
    await seed.load(cluster, _DATABASE, sizes)
    if differences := await seed.count_audit_differences(cluster.get_url(_DATABASE)):
        raise SystemExit(f"the records are unsound: {differences} differences")
    session = await cluster.connect(_DATABASE)
    await session.execute((SQL / "place_order.sql").read_text(encoding="utf-8"))
    await session.close()


def _build_contestants(cluster: Cluster, sizes: Sizes, folder: Path, *, only: str) -> list[Contestant]:
    """Those that the regex leaves something to do."""
    environment = contestants.build_environment(cluster, _DATABASE, folder, port=processes.find_free_port())
    users = [*sizes.many_orders, *sizes.twenty_orders]
    tokens = asyncio.run(contestants.sign_in(contestants.build_settings(environment), users))
    all_contestants = [
        Contestant(
            contestants.build_our_server(environment, folder), workloads.build_vitrin_requests(tokens)
        ),
        *contestants.build_peers(cluster, _DATABASE, folder),
    ]
    chosen = [
        Contestant(
            one.server,
            {
                work: build_request
                for work, build_request in one.request_builders.items()
                if re.search(only, f"{work}:{one.name}")
            },
        )
        for one in all_contestants
    ]
    return [one for one in chosen if one.request_builders]


@contextmanager
def _running_servers(running: Sequence[Contestant]) -> Iterator[Sequence[Contestant]]:
    try:
        for one in running:
            one.server.start()
        for one in running:
            one.server.wait_until_ready()
        yield running
    finally:
        for one in running:
            one.server.stop()


def _check(running: Sequence[Contestant], sizes: Sizes) -> None:
    differences = response_equality.find_differences(running, sizes)
    print("\n".join(differences) or f"{len(running)} servers give the same data", flush=True)
    if differences:
        raise SystemExit(1)


def _measure(
    cluster: Cluster, running: Sequence[Contestant], sizes: Sizes, folder: Path, arguments: argparse.Namespace
) -> list[Figures]:
    cells = list(rounds.build_cells(running, sizes, folder))
    counts = asyncio.run(statements.count_statements(cluster, _DATABASE, cells, sizes))
    measurement = Measurement(cluster, seconds=arguments.seconds, tries=arguments.tries)
    reading = [cell for cell in cells if cell.work is not Workload.CREATE_ORDER]
    writing = [cell for cell in cells if cell.work is Workload.CREATE_ORDER]
    asyncio.run(_restore(cluster, sizes))
    runs = measurement.run_rounds(reading, arguments.rounds)
    answered_before = measurement.responses
    runs |= measurement.run_rounds(writing, arguments.rounds)
    asyncio.run(_check_money(cluster, sizes, answered=measurement.responses - answered_before))
    return [
        Figures(work=cell.work, name=cell.contestant.name, runs=runs[cell], statements=counts[cell])
        for cell in cells
    ]


async def _restore(cluster: Cluster, sizes: Sizes) -> None:
    session = await cluster.connect(_DATABASE)
    await seed.restore(session, sizes)
    await session.close()


async def _check_money(cluster: Cluster, sizes: Sizes, *, answered: int) -> None:
    """Check that every acknowledged order exists and is paid."""
    session = await cluster.connect(_DATABASE)
    placed, charged = await session.fetchrow(
        "SELECT count(*), coalesce(sum(charge), 0) FROM orders WHERE id > $1", sizes.orders
    )
    balance = await session.fetchval("SELECT sum(balance) FROM users")
    opened = await session.fetchval(
        "SELECT sum(l.amount) FROM ledger_entries l WHERE l.order_id IS NULL OR l.order_id <= $1",
        sizes.orders,
    )
    await session.close()
    print(
        f"{placed:,} orders placed, {answered:,} answered; {charged:,} Toman charged, "
        f"{opened - balance:,} taken"
    )
    if charged != opened - balance or placed < answered:
        raise SystemExit("orders or money are missing")


def _write(figures: Sequence[Figures], arguments: argparse.Namespace, *, load_before: float) -> None:
    particulars = machine_info.describe_machine()
    rounds.write_results(_RESULTS, {**particulars, "load before": load_before}, figures)
    picture = document_sections.DOCUMENT.with_name(f"performance-{arguments.section}.svg")
    picture.write_text(report.render_chart(figures), encoding="utf-8")
    note = (
        f"runs of {arguments.seconds:g} s, load average before: {load_before:.1f}. {arguments.note}".strip()
    )
    content = report.render_section(figures, particulars, picture=picture.name, note=note)
    document_sections.write_section(arguments.section, content)


if __name__ == "__main__":
    main()
