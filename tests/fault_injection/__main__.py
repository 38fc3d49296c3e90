"""`uv run python -m tests.fault_injection --seeds 50 [--jobs 2]`: many runs on each database, one line
each."""

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.fault_injection.databases import KINDS
from tests.fault_injection.runs import run_fresh


def main() -> None:
    """Run and report; exit with 1 if a run found a violation or did nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault_injection", description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="runs on each database [50]")
    parser.add_argument("--first", type=int, default=0, help="the first seed [0]")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once [2]")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    # Processes, because Tortoise has one set of connections a process.
    with ProcessPoolExecutor(arguments.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [pool.submit(run_fresh, kind, seed) for seed in seeds for kind in KINDS]
        reports = [run.result() for run in as_completed(runs)]
    broken = [report for report in reports if report.violations]
    empty = [report for report in reports if report.emptiness and not report.violations]
    deaths = sum(report.deaths for report in reports)
    print(f"{len(reports)} runs, {deaths} deaths: {len(broken)} broken, {len(empty)} showed too little")
    sys.exit(1 if broken or empty else 0)


if __name__ == "__main__":
    main()
