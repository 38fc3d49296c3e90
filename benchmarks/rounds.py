"""Measurements in interleaved rounds, each with the CPU time that every process used."""

import json
import resource
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks import processes, response_equality, wrk
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.paths import LOAD_CORE, SERVER_CORE
from benchmarks.seed import Sizes
from benchmarks.workloads import Workload
from benchmarks.wrk import Load

MAX_FOREIGN_SHARE = 0.10
"""Of a core: a run in which others took more is repeated."""
_SATURATED = 0.93
_MAX_WARM_UP_SECONDS = 3.0
_WARM_UP_REQUESTS = 2_000
_WARM_UP_RUNS = 3
_SETTLED_WITHIN_SECONDS = 15.0
_QUIET_WITHIN_SECONDS = 4.0
_QUIET_LOAD = 0.12


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run. CPU times are milliseconds a request; `foreign` is the share of a core that others took."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    postgres_cpu_ms: float
    server_busy: float
    foreign: float
    stolen: float
    rss_mib: float
    requests: int
    bytes_each: float


def join_runs(slices: Sequence[Run]) -> Run:
    """Runs of equally many requests as one; its latencies are the means of theirs."""
    means = {
        field.name: statistics.fmean(getattr(one, field.name) for one in slices) for field in fields(Run)
    }
    return Run(**{**means, "requests": sum(one.requests for one in slices)})  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What one request sends to PostgreSQL.

    `resets` are asyncpg's: each is one message of four statements, when a connection goes back to its pool.
    """

    sent: float
    resets: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The runs of one workload on one server, and the database statements of one request."""

    work: Workload
    name: str
    runs: list[Run]
    statements: Statements

    def median(self, figure: Callable[[Run], float]) -> float:
        """The middle run's figure."""
        return statistics.median(map(figure, self.runs))

    @property
    def server_cpu_ms(self) -> float:
        return self.median(lambda run: run.server_cpu_ms)

    def record(self) -> dict[str, object]:
        """As it is kept in results.json."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Cell:
    """One work of one server, ready to be measured."""

    work: Workload
    contestant: Contestant
    script: Path
    smallest_body: int
    """Bytes; errors are shorter than any answer."""


def build_cells(contestants: Sequence[Contestant], sizes: Sizes, folder: Path) -> Iterator[Cell]:
    """All cells by workload; those that change the records come last."""
    for work in Workload:
        users = response_equality.get_user_ids(work, sizes)
        for one in contestants:
            if work in one.request_builders:
                script = wrk.write_script(one, work, users, folder)
                yield Cell(
                    work,
                    one,
                    script,
                    len(response_equality.send(one.server.url, one.request_builders[work](users[0]))),
                )


class Stopwatch:
    """Records the CPU time used so far and returns the difference later."""

    def __init__(self, server_pid: int, postgres_pid: int) -> None:
        self._pids = server_pid, postgres_pid
        self._begun = self._now()

    def _now(self) -> tuple[float, ...]:
        # This program and wrk, which has exited by then.
        ours = map(resource.getrusage, (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
        return (
            time.monotonic(),
            *map(processes.read_cpu_seconds, self._pids),
            sum(used.ru_utime + used.ru_stime for used in ours),
            *processes.read_core_busy_seconds(SERVER_CORE),
            *processes.read_core_busy_seconds(LOAD_CORE),
        )

    def read(self, load: Load, *, server_pid: int, unanswered: int = wrk.CONNECTIONS) -> Run:
        """The run that has just ended.

        `unanswered` requests were worked on as well: a run that ends by time leaves one on each connection.
        """
        spent = [now - then for now, then in zip(self._now(), self._begun, strict=True)]
        wall, server, postgres, load_generator, server_core, stolen1, load_core, stolen2 = spent
        foreign = max(0.0, server_core - server) / wall
        # Load on the second core slows down only a server that waits for PostgreSQL or wrk.
        if server / wall < _SATURATED:
            foreign += max(0.0, load_core - load_generator - postgres) / wall
        requests = load.requests + unanswered
        return Run(
            per_second=load.per_second,
            p50_ms=load.p50_ms,
            p99_ms=load.p99_ms,
            server_cpu_ms=server / requests * 1_000,
            postgres_cpu_ms=postgres / requests * 1_000,
            server_busy=server / wall,
            foreign=foreign,
            stolen=(stolen1 + stolen2) / wall,
            rss_mib=processes.read_resident_mebibytes(server_pid),
            requests=load.requests,
            bytes_each=load.bytes_each,
        )


class Measurement:
    """Runs cells in interleaved rounds. `responses` counts every answered request, warming up included."""

    def __init__(self, cluster: Cluster, *, seconds: float, tries: int) -> None:
        self._cluster = cluster
        self._tries = tries
        self._seconds = seconds
        self.responses = 0

    def run_rounds(self, cells: Sequence[Cell], number: int) -> dict[Cell, list[Run]]:
        """The cleanest run of each round."""
        found: dict[Cell, list[Run]] = {cell: [] for cell in cells}
        for place in range(number):
            for cell in cells:
                if place == 0:
                    self._warm_up(cell)
                run = self._measure_cleanest(cell)
                found[cell].append(run)
                print(_format_line(place, cell, run), flush=True)
        return found

    def _measure_cleanest(self, cell: Cell) -> Run:
        best = self._measure(cell)
        for _ in range(self._tries - 1):
            if best.foreign <= MAX_FOREIGN_SHARE:
                break
            best = min(best, self._measure(cell), key=lambda run: run.foreign)
        return best

    def _warm_up(self, cell: Cell) -> None:
        """Let just-in-time compilers and caches see enough requests, but not for long."""
        enough = self.responses + _WARM_UP_REQUESTS
        for _ in range(_WARM_UP_RUNS):
            if self.responses < enough:
                self._load(cell, min(self._seconds, _MAX_WARM_UP_SECONDS))
        wait_until_idle(cell.contestant.server.pid)

    def _measure(self, cell: Cell) -> Run:
        wait_for_quiet()
        watch = Stopwatch(cell.contestant.server.pid, self._cluster.pid)
        load = self._load(cell, self._seconds)
        wait_until_idle(cell.contestant.server.pid)
        return watch.read(load, server_pid=cell.contestant.server.pid)

    def _load(self, cell: Cell, seconds: float) -> Load:
        load = wrk.run(cell.contestant.server.url, cell.script, seconds=seconds, nonce=secrets.token_hex(6))
        self.responses += load.requests
        if load.rejected or load.lost or load.bytes_each < cell.smallest_body / 2:
            raise SystemExit(f"{cell.contestant.name} fails at {cell.work} under load: {load}")
        return load


def wait_until_idle(pid: int) -> None:
    """Until the server has done what wrk left it with when it hung up."""
    deadline, spent = time.monotonic() + _SETTLED_WITHIN_SECONDS, -1.0
    while time.monotonic() < deadline and spent < (now := processes.read_cpu_seconds(pid)):
        spent = now
        time.sleep(0.2)


def wait_for_quiet() -> None:
    """Wait until the machine is idle, for a limited time."""
    deadline = time.monotonic() + _QUIET_WITHIN_SECONDS
    while time.monotonic() < deadline:
        before = [processes.read_core_busy_seconds(core)[0] for core in (SERVER_CORE, LOAD_CORE)]
        time.sleep(0.4)
        after = [processes.read_core_busy_seconds(core)[0] for core in (SERVER_CORE, LOAD_CORE)]
        if all(now - then < _QUIET_LOAD * 0.4 for now, then in zip(after, before, strict=True)):
            return


def _format_line(place: int, cell: Cell, run: Run) -> str:
    return (
        f"round {place + 1}  {cell.work} {cell.contestant.name:<18} {run.per_second:8.0f}/s  "
        f"p50 {run.p50_ms:7.1f} ms  p99 {run.p99_ms:7.1f} ms  CPU {run.server_cpu_ms:7.3f} ms  "
        f"PostgreSQL {run.postgres_cpu_ms:6.3f} ms  foreign {run.foreign:4.0%}  {run.rss_mib:4.0f} MiB"
    )


def write_results(file: Path, machine: dict[str, object], figures: Sequence[Figures]) -> None:
    """Everything that was measured, for programs."""
    content = {"machine": machine, "figures": [one.record() for one in figures]}
    file.write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
