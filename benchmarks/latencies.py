"""Latency of single operations, one after the other, on databases of several sizes."""

import asyncio
import http.client
import itertools
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tortoise.transactions import in_transaction

import database
from app.bootstrap import build_app_context
from benchmarks import contestants, workloads
from benchmarks.cluster import Cluster
from benchmarks.contestants import Contestant
from benchmarks.shop import BenchmarkShop
from benchmarks.workloads import KEY, Request, Workload
from models import Provider
from resolvers import order_submission, order_totals

_WARM_UP_SECONDS = 2.0
_MIN_CALLS = 3
_PATIENCE_SECONDS = 120
_CLAIM_HOLD_SECONDS = 3.0
_DETAIL = (
    "query Order($id: ID!) { order(id: $id) { id status type link quantity charge remains createdAt"
    " service { id name price } category { id name } } }"
)
_TOP_USERS = "{ topUsers { firstName lastName mobile orderCount amount } }"
_TOP_SERVICES = "{ topServices { orderCount service { id name price } } }"

Operation = Callable[[], float]
"""Does something once and returns the seconds that it took."""


@dataclass(frozen=True, eq=False)
class Site:
    """One size: its database, its running server, and an order of each buyer."""

    shop: BenchmarkShop
    ours: Contestant
    order_ids: Mapping[int, int]

    @classmethod
    async def load(cls, cluster: Cluster, name: str, opened: BenchmarkShop, ours: Contestant) -> Self:
        session = await cluster.connect(name)
        rows = await session.fetch(
            "SELECT user_id, min(id) AS id FROM orders WHERE user_id = ANY($1::int[]) GROUP BY user_id",
            opened.buyers,
        )
        await session.close()
        return cls(opened, ours, {row["user_id"]: row["id"] for row in rows})

    def build_operations(self) -> dict[str, Operation]:
        """What is timed, by name; each call is for the next buyer."""
        connection = Connection(self.ours.server.port)
        builders = self.ours.request_builders
        timed: dict[str, Callable[[int], Request]] = {
            "order list": builders[Workload.ORDERS],
            "order detail": self._build_detail_request,
            "createOrder": builders[Workload.CREATE_ORDER],
            "topUsers": lambda _: workloads.graphql_request("/graphql", _TOP_USERS, {}),
            "topServices": lambda _: workloads.graphql_request("/graphql", _TOP_SERVICES, {}),
        }
        return {name: self._build_operation(connection, builder) for name, builder in timed.items()}

    def _build_detail_request(self, user_id: int) -> Request:
        order = workloads.to_global_id("Order", self.order_ids[user_id])
        return workloads.graphql_request("/graphql", _DETAIL, {"id": order}, self.shop.tokens[user_id])

    def _build_operation(self, connection: "Connection", builder: Callable[[int], Request]) -> Operation:
        buyers = itertools.cycle(self.shop.buyers)
        return lambda: connection.measure(builder(next(buyers)))


class Connection:
    """One keep-alive connection with sequential requests."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        self._used = 0.0

    def measure(self, request: Request) -> float:
        """From the request's first byte to the answer's last; RuntimeError for an answer with errors."""
        body = request.body.replace(KEY, secrets.token_hex(8)) if request.body else None
        if time.monotonic() - self._used > _CLAIM_HOLD_SECONDS:
            # The server closes idle connections after five seconds.
            self._connection.close()
            self._connection.connect()
        begun = time.perf_counter()
        self._connection.request(request.method, request.path, body, request.build_headers())
        answer = self._connection.getresponse().read()
        seconds = time.perf_counter() - begun
        self._used = time.monotonic()
        if "errors" in (content := json.loads(answer)) or "message" in content:
            raise RuntimeError(f"{request.path}: {answer[:500]!r}")
        return seconds


@dataclass
class Latencies:
    """Seconds of each operation at each size."""

    samples: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def add(self, name: str, size: int, seconds: list[float]) -> None:
        self.samples.setdefault((name, size), []).extend(seconds)


def measure_operation(operation: Operation, *, max_calls: int, within_seconds: float) -> Iterator[float]:
    """Repeat the operation up to `max_calls` times or until the time is up, but at least a few times."""
    deadline = time.monotonic() + within_seconds
    for number in range(max_calls):
        if number >= _MIN_CALLS and time.monotonic() > deadline:
            return
        yield operation()


def measure_all(places: Sequence[Site], *, rounds: int, max_calls: int, within_seconds: float) -> Latencies:
    """Every operation at every size, in rounds that alternate between sizes; the first calls do not count."""
    latencies = Latencies()
    operations = [(place.shop.sizes.orders, place.build_operations()) for place in places]
    for number in range(rounds):
        for name in operations[0][1]:
            for size, of_place in operations:
                if number == 0:
                    list(
                        measure_operation(
                            of_place[name], max_calls=max_calls, within_seconds=_WARM_UP_SECONDS
                        )
                    )
                seconds = list(
                    measure_operation(of_place[name], max_calls=max_calls, within_seconds=within_seconds)
                )
                latencies.add(name, size, seconds)
            if name == "createOrder":
                for place in places:
                    asyncio.run(_apply_deltas(place.shop))
        for place in places:
            claims = asyncio.run(
                _measure_claims(place.shop, max_calls=max_calls, within_seconds=within_seconds)
            )
            latencies.add("worker's claim", place.shop.sizes.orders, claims)
    return latencies


async def _apply_deltas(opened: BenchmarkShop) -> None:
    """What the worker does every ten seconds, and does not do here, for it does not run."""
    settings = contestants.build_settings(opened.environment)
    app = build_app_context(settings)
    async with database.open_connections(settings.effective_database_url):
        while await order_totals.apply_deltas(app):
            """Until nothing is left."""


async def _measure_claims(opened: BenchmarkShop, *, max_calls: int, within_seconds: float) -> list[float]:
    """Seconds of each claim. Rolled back, so that every claim meets the same queue."""
    settings = contestants.build_settings(opened.environment)
    app = build_app_context(settings)
    async with database.open_connections(settings.effective_database_url):
        provider = await Provider.get(id=1)

        async def claim() -> float:
            async with in_transaction() as transaction:
                begun = time.perf_counter()
                # Only the claim; the next step calls the provider.
                claimed = await order_submission._claim(app, provider)
                seconds = time.perf_counter() - begun
                await transaction.rollback()
            if not claimed.orders:
                raise RuntimeError("nothing waits to be sent")
            return seconds

        await claim()
        found: list[float] = []
        deadline = time.monotonic() + within_seconds
        while len(found) < _MIN_CALLS or (len(found) < max_calls and time.monotonic() < deadline):
            found.append(await claim())
        return found
