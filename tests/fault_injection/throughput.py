"""How fast queued orders leave: `uv run python -m tests.fault_injection.throughput [--orders 10000]`.

Two workers on PostgreSQL, a provider that takes 20 ms a call and LIMIT calls at once. The provider's own
limit allows ORDERS × 20 ms / LIMIT; the goal is twice that, from the first call to the last.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from main import main as run_main
from tests.fault_injection.databases import fresh_store
from tests.fault_injection.processes import Managed, environment
from tests.fault_injection.queued_orders import queue_orders
from tests.live_servers import find_free_port

LIMIT, WORKERS, CALL_SECONDS = 10, 2, 0.02
_OVERHEAD_FACTOR = 2


class Provider20:
    """Takes orders, 20 ms each, and notes when, and how many at once."""

    def __init__(self) -> None:
        self.calls = self.at_once = self.most_at_once = 0
        self.first = self.last = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection until the worker closes it."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        body = await reader.readexactly(length)
        if b"action=add" in body:
            await self._take()
        payload = b'{"order": %d}' % (1_000_000 + self.calls)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(payload), payload))
        await writer.drain()

    async def _take(self) -> None:
        self.first = self.first or time.monotonic()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(CALL_SECONDS)
        self.at_once -= 1
        self.calls += 1
        self.last = time.monotonic()


async def _measure(orders: int, workers: list[Managed], provider: Provider20, port: int) -> float:
    server = await asyncio.start_server(provider.serve, "127.0.0.1", port)
    for worker in workers:
        worker.start()
    try:
        while provider.calls < orders:
            await asyncio.sleep(0.05)
    finally:
        for worker in workers:
            worker.end()
        server.close()
    return provider.last - provider.first


def main() -> None:
    """Measure and report; exit with 1 if the goal is missed or the limit exceeded."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault_injection.throughput", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    orders = parser.parse_args().orders
    provider, port = Provider20(), find_free_port()
    with (
        tempfile.TemporaryDirectory(prefix="vitrin-throughput-") as name,
        fresh_store("postgres", Path(name)) as store,
    ):
        folder = Path(name)
        asyncio.run(queue_orders(store.url, port, count=orders, concurrency=LIMIT // WORKERS))
        variables = environment(
            DATABASE_URL=store.url,
            DATA_FOLDER=str(folder),
            ALLOW_PRIVATE_PROVIDERS="true",
            LOG_LEVEL="WARNING",
        )
        workers = [
            Managed(f"worker{place}", run_main, ["worker"], variables, folder / f"worker{place}.out")
            for place in range(WORKERS)
        ]
        seconds = asyncio.run(_measure(orders, workers, provider, port))
    allowed = orders * CALL_SECONDS / LIMIT
    print(
        f"{orders} orders in {seconds:.1f} s ({orders / seconds:.0f} a second), the provider's limit allows "
        f"{allowed:.1f} s: {seconds / allowed:.2f} times; at most {provider.most_at_once} calls at once"
    )
    sys.exit(0 if seconds <= _OVERHEAD_FACTOR * allowed and provider.most_at_once <= LIMIT else 1)


if __name__ == "__main__":
    main()
