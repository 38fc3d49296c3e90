"""The harness finds nothing in the product, and a planted fault, or each of four with FAULT_PLANTS=all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault_injection.databases import KINDS, fresh_store
from tests.fault_injection.faulty_product import PLANTS
from tests.fault_injection.runs import Report, Run

pytestmark = pytest.mark.slow

SEEDS = range(int(os.environ.get("FAULT_SEEDS", "1")))
# One shows that the harness can find a fault at all.
PLANTED = PLANTS if os.environ.get("FAULT_PLANTS") == "all" else PLANTS[:1]
# A planted fault shows in most runs, not in all.
TRIES = 4


@pytest.fixture
def run_once(tmp_path: Path) -> Callable[..., Report]:
    def run(kind: str, seed: int, planted: str | None = None) -> Report:
        folder = tmp_path / f"{kind}{seed}"
        folder.mkdir()
        with fresh_store(kind, folder) as store:
            report = Run(seed, store, folder, planted).execute()
        print(report)
        return report

    return run


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_doubled_or_stuck_whatever_breaks(
    kind: str, seed: int, run_once: Callable[..., Report]
) -> None:
    report = run_once(kind, seed)
    assert report.violations == []
    assert report.emptiness == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found(planted: str, run_once: Callable[..., Report]) -> None:
    reports = (run_once("postgres", 100 + attempt, planted) for attempt in range(TRIES))
    assert any(report.violations for report in reports)
