"""One version against another: the interval, and which interpreter a checkout runs by."""

import math
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import intervals, version_comparison
from benchmarks.paths import ROOT
from benchmarks.rounds import Run
from benchmarks.workloads import Workload


def test_equal_ratios_give_an_interval_without_width() -> None:
    interval = intervals.compute_interval([(1.0, 1.1), (2.0, 2.2), (3.0, 3.3)])

    assert interval.mean == pytest.approx(1.1)
    assert interval.lower == pytest.approx(1.1)
    assert interval.upper == pytest.approx(1.1)


def test_the_interval_is_student_s_on_logarithms() -> None:
    """Ratios 1 and e^2: mean e, standard error of the logarithms 1, t(0.975, 1) = 12.706."""
    interval = intervals.compute_interval([(1.0, 1.0), (1.0, math.e**2)])

    assert interval.mean == pytest.approx(math.e)
    assert interval.lower == pytest.approx(math.exp(1 - 12.706))
    assert interval.upper == pytest.approx(math.exp(1 + 12.706))


def test_swapping_the_versions_gives_the_reciprocal_interval() -> None:
    pairs = [(1.0, 1.2), (1.3, 1.1), (0.9, 1.0), (1.1, 1.15)]
    forth = intervals.compute_interval(pairs)
    back = intervals.compute_interval([(second, first) for first, second in pairs])

    assert back.mean == pytest.approx(1 / forth.mean)
    assert back.lower == pytest.approx(1 / forth.upper)
    assert back.upper == pytest.approx(1 / forth.lower)


def test_one_pair_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two pairs"):
        intervals.compute_interval([(1.0, 1.0)])


def test_the_table_shows_the_server_alone_and_with_postgresql() -> None:
    other = {Workload.SERVICES: [_run(1.0, 1.0), _run(1.0, 1.0)], Workload.ORDERS: []}
    this = {Workload.SERVICES: [_run(1.1, 0.5), _run(1.1, 0.5)], Workload.ORDERS: []}

    *_, row = version_comparison.render_table(other, this).splitlines()

    assert row == (
        "| Q1 | 2 | 300 | 1.000 → 1.100 | 1.100 [1.100, 1.100] | 2.000 → 1.600 | 0.800 [0.800, 0.800] |"
    )


def test_a_checkout_runs_by_its_own_environment_or_by_ours_if_dependencies_are_equal(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert version_comparison.find_interpreter(tmp_path) == sys.executable

    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert version_comparison.find_interpreter(tmp_path) == str(python)


def test_a_checkout_with_other_dependencies_and_no_environment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["starlette==0.1"]\n')
    with pytest.raises(SystemExit, match="uv sync"):
        version_comparison.find_interpreter(tmp_path)


def _run(server_cpu_ms: float, postgres_cpu_ms: float) -> Run:
    return Run(
        per_second=100.0,
        p50_ms=1.0,
        p99_ms=2.0,
        server_cpu_ms=server_cpu_ms,
        postgres_cpu_ms=postgres_cpu_ms,
        server_busy=0.9,
        foreign=0.0,
        stolen=0.0,
        rss_mib=100.0,
        requests=300,
        bytes_each=1_000.0,
    )
