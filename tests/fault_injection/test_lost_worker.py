"""A worker that is killed with a hundred claimed orders: another sends each of them once, after the lease."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault_injection import faulty_product, faulty_provider
from tests.fault_injection.checks import ProviderTruth
from tests.fault_injection.databases import Row, Store, fresh_store
from tests.fault_injection.processes import Managed, environment, wait_for
from tests.fault_injection.queued_orders import queue_orders
from tests.live_servers import find_free_port

pytestmark = pytest.mark.slow

# A claim takes ten orders for each call that the provider allows at once.
CLAIMED, CONCURRENCY = 100, 10
PATIENCE_SECONDS = 180


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_store("postgres", tmp_path) as store:
        yield store


def count_sent_orders(store: Store) -> list[Row]:
    """The number of orders, once none is queued or being sent."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        orders = store.rows("orders")
        waiting = Counter(order["dispatch"] for order in orders if order["dispatch"] in ("queued", "sending"))
        if not waiting:
            return orders
        assert time.monotonic() < deadline, waiting
        time.sleep(0.2)


def test_a_worker_killed_with_a_hundred_claimed_orders_loses_and_doubles_none(
    store: Store, tmp_path: Path
) -> None:
    port, truth = find_free_port(), tmp_path / "truth"
    truth.touch()
    asyncio.run(queue_orders(store.url, port, count=CLAIMED, concurrency=CONCURRENCY))
    variables = environment(
        DATABASE_URL=store.url,
        DATA_FOLDER=str(tmp_path),
        ALLOW_PRIVATE_PROVIDERS="true",
        WORKER_LEASE="4",
        LOG_LEVEL="WARNING",
    )
    panel = Managed(
        "provider", faulty_provider.main, [str(port), "0", str(truth)], variables, tmp_path / "provider.out"
    )
    first, second = (
        Managed(name, faulty_product.run, ["worker"], variables, tmp_path / f"{name}.out")
        for name in ("first", "second")
    )
    try:
        panel.start()
        wait_for(f"http://127.0.0.1:{port}/calm", panel)
        first.start("--die-at", "after the claim:1")
        assert first.process is not None
        first.process.wait(PATIENCE_SECONDS)
        claims = Counter(order["worker"] is not None for order in store.rows("orders"))
        accepted_before = ProviderTruth(truth).accepted
        second.start()
        orders = count_sent_orders(store)
    finally:
        for process in (first, second, panel):
            process.end()

    assert claims == {True: CLAIMED}
    assert accepted_before == {}
    assert {order["dispatch"] for order in orders} <= {"sent", "closed"}
    assert Counter(len(sent) for sent in ProviderTruth(truth).accepted.values()) == {1: CLAIMED}
