"""This version against another: `uv run python -m benchmarks --against CHECKOUT`. See README.md.

Every round starts both servers anew, so that what differs between two starts of one version (hash seeds,
where memory lies) is part of the interval. Each version has a cluster of its own, so that all of PostgreSQL's
CPU time belongs to one of them.
"""

import argparse
import json
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import intervals, prepare_version, processes, response_equality, rounds, workloads, wrk
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.paths import LOAD_CORE, ROOT, SERVER_CORE, pin_to_core
from benchmarks.processes import Server
from benchmarks.rounds import MAX_FOREIGN_SHARE, Run, Stopwatch
from benchmarks.seed import Sizes
from benchmarks.workloads import Workload
from benchmarks.wrk import Load

ROUNDS = 12
_WARM_UP_REQUESTS = 400
_MIN_REQUESTS = 200
_SLICES = 8
"""Of a round's run: the versions alternate this often, as the machine's speed drifts within seconds."""


@dataclass(frozen=True, eq=False)
class Version:
    """One checkout: its server, its cluster, wrk's scripts, and the runs that count."""

    contestant: Contestant
    cluster: Cluster
    scripts: dict[Workload, Path]
    body_sizes: dict[Workload, int] = field(default_factory=dict)
    """Bytes of a verified answer; errors are shorter than any."""
    runs: dict[Workload, list[Run]] = field(default_factory=lambda: {work: [] for work in Workload})

    @property
    def server(self) -> Server:
        return self.contestant.server

    def load(self, work: Workload, requests: int) -> Load:
        """Send exactly this number of requests.

        Raises:
            SystemExit: not all of them were answered with data.
        """
        script, nonce = self.scripts[work], secrets.token_hex(6)
        load = wrk.run_counted(self.server.url, script, requests=requests, nonce=nonce)
        complete = load.requests == requests and load.bytes_each >= self.body_sizes[work] / 2
        if load.rejected or load.lost or not complete:
            raise SystemExit(f"{self.server.name} fails at {work} under load: {load}")
        return load

    def measure(self, work: Workload, requests: int) -> Run:
        """The same, measured."""
        watch = Stopwatch(self.server.pid, self.cluster.pid)
        load = self.load(work, requests)
        rounds.wait_until_idle(self.server.pid)
        return watch.read(load, server_pid=self.server.pid, unanswered=0)


def compare(arguments: argparse.Namespace) -> None:
    """Measure both versions in turns and print the intervals of the ratio, this version over the other."""
    if arguments.rounds < 2:
        raise SystemExit("an interval needs two rounds at least, and ten to be narrow")
    os.sched_setaffinity(0, {LOAD_CORE})
    sizes = Sizes(arguments.orders)
    chosen = [work for work in Workload if re.search(arguments.only, work)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vitrin-bench-")))
        checkouts = {"other": Path(arguments.against).resolve(), "this": ROOT}
        versions = [
            _prepare_version(name, checkout, stack.enter_context(Cluster()), sizes, folder)
            for name, checkout in checkouts.items()
        ]
        requests = _check_and_calibrate(versions, sizes, chosen, seconds=arguments.seconds)
        for number in range(arguments.rounds):
            _run_round(versions, chosen, requests, tries=arguments.tries, number=number)
    other, this = versions
    print(
        f"\n{render_table(other.runs, this.runs)}\n\n"
        f"Medians; ratios are this version over {arguments.against}."
    )


def find_interpreter(checkout: Path) -> str:
    """The Python of a checkout's own environment; ours where it has none and the same dependencies.

    Raises:
        SystemExit: it has neither.
    """
    own = checkout / ".venv" / "bin" / "python"
    if own.exists():
        return str(own)
    if _read_dependencies(checkout) == _read_dependencies(ROOT):
        return sys.executable
    raise SystemExit(f"{checkout} has other dependencies and no environment: run `uv sync` there")


def _read_dependencies(checkout: Path) -> object:
    try:
        text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SystemExit(f"{checkout} is no checkout of Vitrin") from None
    declared = tomllib.loads(text)
    return declared["project"]["dependencies"], declared.get("tool", {}).get("uv")


def _prepare_version(name: str, checkout: Path, cluster: Cluster, sizes: Sizes, folder: Path) -> Version:
    """Load the version's database by its own migrations and its own seed."""
    print(f"loading {sizes.orders:,} orders for {name}: {checkout}", flush=True)
    python, port, place = find_interpreter(checkout), processes.find_free_port(), folder / name
    place.mkdir()
    text = Path(prepare_version.__file__).read_text(encoding="utf-8")
    command = [python, "-c", text, str(cluster.port), str(sizes.orders), str(place), str(port)]
    done = subprocess.run(command, cwd=checkout, stdout=subprocess.PIPE, text=True, check=True)
    prepared = json.loads(done.stdout.splitlines()[-1])
    tokens = {int(user_id): token for user_id, token in prepared["tokens"].items()}
    serve = pin_to_core([python, "main.py", "serve"], core=SERVER_CORE)
    server = Server(name, port, serve, checkout, prepared["environment"], place / "log")
    contestant = Contestant(server, workloads.build_vitrin_requests(tokens))
    scripts = {
        work: wrk.write_script(contestant, work, response_equality.get_user_ids(work, sizes), place)
        for work in Workload
    }
    return Version(contestant, cluster, scripts)


@contextmanager
def _running_versions(versions: Sequence[Version]) -> Iterator[None]:
    try:
        for one in versions:
            one.server.start()
        for one in versions:
            one.server.wait_until_ready()
        yield
    finally:
        for one in versions:
            one.server.stop()


def _check_and_calibrate(
    versions: Sequence[Version], sizes: Sizes, chosen: Sequence[Workload], *, seconds: float
) -> dict[Workload, int]:
    """The number of requests of each workload for about that time; both versions must return equal data."""
    with _running_versions(versions):
        if differences := response_equality.find_differences([one.contestant for one in versions], sizes):
            print("\n".join(differences), flush=True)
            raise SystemExit("the versions give different data")
        for one in versions:
            for work in chosen:
                request = one.contestant.request_builders[work](
                    response_equality.get_user_ids(work, sizes)[0]
                )
                one.body_sizes[work] = len(response_equality.send(one.server.url, request))
        return {work: _calibrate(versions[0], work, seconds) for work in chosen}


def _calibrate(version: Version, work: Workload, seconds: float) -> int:
    version.load(work, _WARM_UP_REQUESTS)
    return max(_MIN_REQUESTS, int(version.load(work, _WARM_UP_REQUESTS).per_second * seconds))


def _run_round(
    versions: Sequence[Version],
    chosen: Sequence[Workload],
    requests: dict[Workload, int],
    *,
    tries: int,
    number: int,
) -> None:
    with _running_versions(versions):
        for work in random.sample(chosen, len(chosen)):
            for one in versions:
                one.load(work, _WARM_UP_REQUESTS)
            # Alternating, so that neither always goes first.
            order = versions if number % 2 == 0 else versions[::-1]
            pair = _measure_cleanest_pair(order, work, requests[work], tries=tries)
            for one, run in zip(order, pair, strict=True):
                one.runs[work].append(run)
            print(_format_line(number, work, versions), flush=True)


def _measure_cleanest_pair(
    order: Sequence[Version], work: Workload, requests: int, *, tries: int
) -> list[Run]:
    """One run of each version; of several attempts, the pair with the least other load on the machine."""
    best = _measure_sliced_pair(order, work, requests)
    for _ in range(tries - 1):
        if _foreign_share(best) <= MAX_FOREIGN_SHARE:
            break
        best = min(best, _measure_sliced_pair(order, work, requests), key=_foreign_share)
    return best


def _measure_sliced_pair(order: Sequence[Version], work: Workload, requests: int) -> list[Run]:
    """One run of each, made of slices in the order A B B A A B B A."""
    rounds.wait_for_quiet()
    slices: dict[Version, list[Run]] = {one: [] for one in order}
    for number in range(_SLICES):
        for one in order if number % 2 == 0 else order[::-1]:
            slices[one].append(one.measure(work, max(1, requests // _SLICES)))
    return [rounds.join_runs(slices[one]) for one in order]


def _foreign_share(pair: Sequence[Run]) -> float:
    return max(run.foreign for run in pair)


def _server_cpu(run: Run) -> float:
    return run.server_cpu_ms


def _whole_cpu(run: Run) -> float:
    return run.server_cpu_ms + run.postgres_cpu_ms


def _format_line(number: int, work: Workload, versions: Sequence[Version]) -> str:
    other, this = (one.runs[work][-1] for one in versions)
    return (
        f"round {number + 1:2}  {work}  server {other.server_cpu_ms:6.3f} -> {this.server_cpu_ms:6.3f} ms  "
        f"with PostgreSQL {_whole_cpu(other):6.3f} -> {_whole_cpu(this):6.3f} ms  "
        f"foreign {_foreign_share([other, this]):4.0%}"
    )


def render_table(other: Mapping[Workload, Sequence[Run]], this: Mapping[Workload, Sequence[Run]]) -> str:
    """Medians of both versions, and the intervals of this one's CPU time over the other's, in Markdown."""
    lines = [
        "| work | rounds | requests | server ms | ratio [95 %] | server + PostgreSQL ms | ratio [95 %] |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for work, runs in other.items():
        if not runs:
            continue
        cells = [work, str(len(runs)), str(runs[0].requests)]
        for figure in (_server_cpu, _whole_cpu):
            before, after = list(map(figure, runs)), list(map(figure, this[work]))
            interval = intervals.compute_interval(list(zip(before, after, strict=True)))
            cells += [f"{statistics.median(before):.3f} → {statistics.median(after):.3f}", str(interval)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
