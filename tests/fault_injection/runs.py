"""One run: clients order, everything around them breaks, then it is quiet and the rows are read."""

import asyncio
import random
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

import database
from app.bootstrap import build_app_context
from config.settings import Settings
from domain.service_types import ServiceSource
from models import Provider, Service, User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.api_parity.scenario import to_global_id
from tests.fakes import TIMESTAMP, create_user
from tests.fault_injection import checks
from tests.fault_injection.databases import TABLES, Row, Store, fresh_store
from tests.fault_injection.faulty_product import POINTS
from tests.fault_injection.faulty_product import run as run_product
from tests.fault_injection.faulty_provider import main as run_upstream
from tests.fault_injection.processes import Managed, environment, wait_for
from tests.live_servers import find_free_port
from tests.resolvers.factories import create_service

CUSTOMERS, ORDERS_EACH, AT_ONCE = 4, 40, 3
# Enough for most of the orders, not for all.
OPENING_BALANCE, PRICE, QUANTITY = 3_300, 1_000, 100
# Spread over the period with faults.
_PAUSE_SECONDS = 0.5
_DISTURBANCES = ("kill", "kill", "die", "die", "die", "freeze", "disturb", "disturb")
_QUIET_SECONDS = 300
_PATIENCE_SECONDS = 600
_POLL_SECONDS = 0.3
_CREATE = """
mutation ($input: CreateOrderInput!, $key: String) {
  createOrder(input: $input, idempotencyKey: $key) { ... on Order { id } ... on Problem { code } }
}
"""


@dataclass
class Report:
    """What a run came to. Without violations and without emptiness it is a pass."""

    seed: int
    violations: list[str] = field(default_factory=list)
    emptiness: list[str] = field(default_factory=list)
    deaths: int = 0
    disturbances: list[str] = field(default_factory=list)
    orders: str = ""
    seconds: float = 0

    def __str__(self) -> str:
        ends = self.violations[:5] or self.emptiness or ["sound"]
        return (
            f"seed {self.seed}: {self.orders}; {self.deaths} deaths, {len(self.disturbances)} disturbances, "
            f"{self.seconds:.0f} s: {'; '.join(ends)}"
        )


@dataclass
class Run:
    """A run of one seed on one database; `planted` is a fault that it has to find."""

    seed: int
    store: Store
    folder: Path
    planted: str | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.acknowledged: dict[str, int] = {}
        self.refused: set[str] = set()
        self.faults_seen: list[str] = []
        self.port, self.upstream_port = find_free_port(), find_free_port()
        self.truth = self.folder / "truth"
        self.truth.touch()
        self.settings = {
            "DATABASE_URL": self.store.url,
            "DATA_FOLDER": str(self.folder),
            "PORT": str(self.port),
            "RATE_LIMIT": "1000000/minute",
            "LOG_LEVEL": "WARNING",
            "ALLOW_PRIVATE_PROVIDERS": "true",
            "GATEWAY_CONNECT_TIMEOUT": "0.5",
            "GATEWAY_TOTAL_TIMEOUT": "1",
            "WORKER_LEASE": "3",
            "PROVIDER_PAUSE": "1",
        }

    def execute(self) -> Report:
        began, report = time.monotonic(), Report(self.seed)
        headers, service = asyncio.run(self._prepare())
        with self._processes() as (upstream, product):
            asyncio.run(self._run_clients(headers, service, product, report))
            self._stop_disturbances(upstream, product)
            report.deaths = sum(process.deaths for process in product)
        tables = {table: self.store.rows(table) for table in TABLES}
        truth = checks.ProviderTruth(self.truth)
        report.violations = [
            *self.faults_seen,
            *checks.violations(tables, truth, self.acknowledged, seed=self.seed),
        ]
        report.emptiness = list(checks.emptiness(tables, truth, report.deaths))
        report.orders, report.seconds = checks.summary(tables), time.monotonic() - began
        return report

    async def _prepare(self) -> tuple[list[dict[str, str]], int]:
        """Customers with their tokens, and the service that they order."""
        options = {name.lower(): value for name, value in self.settings.items()}
        app = build_app_context(Settings(**options))  # type: ignore[arg-type]  # texts, as from the environment
        async with database.open_connections(self.store.url):
            provider = await Provider.create(
                name="Panel",
                url=f"http://127.0.0.1:{self.upstream_port}/api/v2",
                api_key="k",
                concurrency=5,
                created_at=TIMESTAMP,
                updated_at=TIMESTAMP,
            )
            service = await create_service(price=PRICE)
            await Service.filter(id=service.id).update(
                source=ServiceSource.API, provider_id=provider.id, provider_service_id="1"
            )
            users = [await create_user(balance=OPENING_BALANCE) for _ in range(CUSTOMERS)]
            return [await self._sign_in(app, user) for user in users], service.id

    async def _sign_in(self, app: AppContext, user: User) -> dict[str, str]:
        token, _ = await sessions.issue_token(app, user, now=await database.now())
        return {"Authorization": f"Bearer {token}"}

    @contextmanager
    def _processes(self) -> Iterator[tuple[Managed, list[Managed]]]:
        """Start the provider, the server and its workers."""
        variables = environment(**self.settings)
        upstream = Managed(
            "provider",
            run_upstream,
            [str(self.upstream_port), str(self.seed), str(self.truth)],
            variables,
            self.folder / "provider.out",
        )
        names = ["serve", *["worker"] * self.store.workers]
        product = [
            Managed(name, run_product, [name], variables, self.folder / f"{name}{place}.out")
            for place, name in enumerate(names)
        ]
        with ExitStack() as stack:
            for process in (upstream, *product):
                stack.callback(process.end)
                process.start(*([] if process is upstream else self._options()))
            wait_for(f"http://127.0.0.1:{self.upstream_port}/", upstream)
            wait_for(f"{self._url}/healthz", product[0])
            yield upstream, product

    def _options(self, *more: str) -> list[str]:
        return [*(["--plant", self.planted] if self.planted else []), *more]

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _run_clients(
        self, headers: list[dict[str, str]], service: int, product: list[Managed], report: Report
    ) -> None:
        served = threading.Event()
        breaking = asyncio.create_task(asyncio.to_thread(self._disturb, product, report, served))
        try:
            async with httpx.AsyncClient(timeout=20) as client:
                await asyncio.gather(
                    *(
                        self._run_customer(client, headers[place], service, f"c{place}")
                        for place in range(CUSTOMERS)
                    )
                )
        finally:
            served.set()
        await breaking

    async def _run_customer(
        self, client: httpx.AsyncClient, headers: Mapping[str, str], service: int, name: str
    ) -> None:
        waiting = iter(range(ORDERS_EACH))

        async def one_after_another() -> None:
            for number in waiting:
                await self._order(
                    client, headers, service, f"https://example.com/{self.seed}/{name}/{number}"
                )
                await asyncio.sleep(_PAUSE_SECONDS)

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))

    async def _order(
        self, client: httpx.AsyncClient, headers: Mapping[str, str], service: int, link: str
    ) -> None:
        """Ask with the same key until there is a definite answer."""
        order = {"serviceId": to_global_id("Service", service), "link": link, "quantity": QUANTITY}
        body = {"query": _CREATE, "variables": {"input": order, "key": link}}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await client.post(f"{self._url}/graphql", json=body, headers=dict(headers))
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            reported = answer.json() if answer.status_code == 200 else {}
            placed = (reported.get("data") or {}).get("createOrder")
            if placed is not None:
                self._record_acknowledgement(link, placed)
                return
            if not _is_unavailable(answer):
                self.faults_seen.append(f"{link} was answered {answer.status_code} {answer.text[:200]}")
                return
            await asyncio.sleep(0.1)
        self.faults_seen.append(f"{link} was never answered")

    def _record_acknowledgement(self, link: str, placed: Row) -> None:
        if "id" in placed:
            self.acknowledged[link] = int(b64decode(placed["id"]).decode().partition(":")[2])
        else:
            self.refused.add(link)

    def _disturb(self, product: list[Managed], report: Report, served: threading.Event) -> None:
        """Kill, stop and disturb while customers order; then revive what still dies until all are served."""
        operations = list(_DISTURBANCES)
        self.chance.shuffle(operations)
        for operation in operations:
            time.sleep(self.chance.uniform(0.4, 1.2))
            for process in product:
                process.revive(*self._options())
            victim = self.chance.choice(product)
            if operation == "kill":
                victim.kill()
                victim.start(*self._options())
            elif operation == "die":
                victim.kill()
                point = self.chance.choice(POINTS)
                victim.start(*self._options("--die-at", f"{point}:{self.chance.randint(1, 4)}"))
            elif operation == "freeze":
                victim.freeze(self.chance.uniform(0.2, 1.5))
            else:
                report.disturbances.append(self.store.disturb())
            if victim is product[0]:
                wait_for(f"{self._url}/healthz", victim)
        while not served.wait(_POLL_SECONDS):
            for process in product:
                process.revive(*self._options())

    def _stop_disturbances(self, upstream: Managed, product: list[Managed]) -> None:
        """Let everything settle: no more faults, and time until nothing is under way."""
        wait_for(f"http://127.0.0.1:{self.upstream_port}/calm", upstream)
        for process in product:
            process.kill()
            process.start(*self._options())
        wait_for(f"{self._url}/healthz", product[0])
        deadline = time.monotonic() + _QUIET_SECONDS
        while time.monotonic() < deadline and self._has_unfinished_orders():
            time.sleep(0.5)

    def _has_unfinished_orders(self) -> bool:
        return any(row["dispatch"] in ("queued", "sending", "sent") for row in self.store.rows("orders"))


def _is_unavailable(answer: httpx.Response) -> bool:
    """Whether the response is retryable: the database is unavailable, or an equal request is in progress."""
    if answer.status_code == 503:
        return True
    errors: list[Row] = answer.json().get("errors", []) if answer.status_code == 200 else []
    return bool(errors) and {error["extensions"]["code"] for error in errors} == {"SERVICE_UNAVAILABLE"}


def run_fresh(kind: str, seed: int) -> Report:
    """A run on a database of its own, reported in a line."""
    with tempfile.TemporaryDirectory(prefix=f"vitrin-{kind}-{seed}-") as folder:
        try:
            with fresh_store(kind, Path(folder)) as store:
                report = Run(seed, store, Path(folder)).execute()
        except Exception as error:
            report = Report(seed, violations=[f"the run itself failed: {error!r}"])
    print(f"{kind} {report}", flush=True)
    return report
