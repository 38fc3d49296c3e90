"""`python -m benchmarks.admission`: what one GraphQL caller can do to the others, and to a server's memory.

Starts `main.py` itself, on SQLite or on the empty PostgreSQL database that `--database-url` names, and prints
a JSON object for each measure. X-Forwarded-For distinguishes the callers. All latencies are milliseconds,
those of one run.
"""

import argparse
import asyncio
import base64
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import admission_orders
from cli.serve import DEMO_MOBILE

ROOT = Path(__file__).parents[1]
_FLOOD_REQUESTS = 2_000
_FLOOD_SECONDS = 0.4
_WATCH_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_KNOWN = "{services(first: 5) {edges {node {id name price}}}}"
_numbers = itertools.count()


def build_unseen_document(literals: int = 0) -> str:
    """A document that no server has seen, with a list of so many constants in it."""
    name = f"q{os.getpid()}x{next(_numbers)}"
    numbers = range(1, 1 + max(1, literals))
    ids = ",".join(f'"{base64.b64encode(b"Category:%d" % number).decode()}"' for number in numbers)
    return f"query {name} {{services(first: 1, where: {{category: {{in: [{ids}]}}}}) {{edges {{cursor}}}}}}"


@dataclass(frozen=True)
class Server:
    """A running `main.py`."""

    url: str
    pid: int
    environment: dict[str, str]

    @property
    def read_rss_mib(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def serve_product(
    folder: Path, database_url: str | None, prepare: Callable[[str], None] | None
) -> Iterator[Server]:
    """The product with its defaults, on a free port; `prepare` gets its database's URL before it starts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATA_FOLDER": str(folder),
        "RATE_LIMIT": "1000000/minute",
        "TRUSTED_PROXIES": "127.0.0.1",
        **({"DATABASE_URL": database_url} if database_url else {}),
    }
    command = [sys.executable, "main.py"]
    if prepare is not None:
        with _run_process(command, environment, folder) as process:
            _await_health(f"http://127.0.0.1:{port}", process)
        prepare(database_url or f"sqlite://{folder}/vitrin.sqlite3")
    with _run_process(command, environment, folder) as process:
        url = f"http://127.0.0.1:{port}"
        _await_health(url, process)
        yield Server(url, process.pid, environment)


@contextmanager
def _run_process(
    command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (folder / "output").open("a") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _await_health(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        if process.poll() is not None:
            raise SystemExit("main.py did not start")
        try:
            if httpx.get(f"{url}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("main.py is not healthy")


class Caller:
    """A client from an address of its own."""

    def __init__(self, server: Server, address: str, token: str | None = None) -> None:
        headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60)

    async def query(self, query: str) -> httpx.Response:
        return await self._client.post("/graphql", json={"query": query})

    async def analyze_document(self, query: str) -> float:
        """Milliseconds of an answer, which must have data."""
        began = time.perf_counter()
        response = await self.query(query)
        took = (time.perf_counter() - began) * 1_000
        if not response.json().get("data"):
            raise SystemExit(f"no data: {response.text[:300]}")
        return took

    async def measure_repeatedly(
        self, query: Callable[[], str], seconds: float, pause: float = _PAUSE_SECONDS
    ) -> list[float]:
        """Milliseconds of sequential responses during this time."""
        took, ends = [], time.monotonic() + seconds
        while time.monotonic() < ends:
            took.append(await self.analyze_document(query()))
            await asyncio.sleep(pause)
        return took


def summarize(times: list[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(times), 1), "max": round(max(times), 1), "count": len(times)}


async def measure_flood(server: Server) -> dict[str, object]:
    """2,000 unseen documents of 200 literals from one address, each hung up at once."""
    known, newcomer = Caller(server, "198.51.100.1"), Caller(server, "198.51.100.2")
    for _ in range(10):
        await known.analyze_document(_KNOWN)
    quiet = await known.measure_repeatedly(lambda: _KNOWN, 3)
    quiet_unseen = await newcomer.measure_repeatedly(build_unseen_document, 3, 0.1)
    rss = server.read_rss_mib
    flood = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.admission", "--flood", server.url, cwd=ROOT
    )
    # The flood's process starts first and is quiet until its requests begin.
    during, during_unseen = await asyncio.gather(
        known.measure_repeatedly(lambda: _KNOWN, _WATCH_SECONDS),
        newcomer.measure_repeatedly(build_unseen_document, _WATCH_SECONDS, 0.1),
    )
    await flood.wait()
    return {
        "known_quiet": summarize(quiet),
        "known_flooded": summarize(during),
        "unseen_quiet": summarize(quiet_unseen),
        "unseen_flooded": summarize(during_unseen),
        "rss_growth_mib": round(server.read_rss_mib - rss, 1),
    }


async def send_flood(url: str) -> None:
    """Send the flood, disconnecting right after each request."""
    host, port = httpx.URL(url).host, httpx.URL(url).port

    async def send() -> None:
        body = json.dumps({"query": build_unseen_document(200)}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: 203.0.113.9\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        _, writer = await asyncio.open_connection(host, port)
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    began, pending = time.monotonic(), set()
    for number in range(_FLOOD_REQUESTS):
        pending.add(asyncio.create_task(send()))
        ahead = began + _FLOOD_SECONDS * number / _FLOOD_REQUESTS - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
    await asyncio.wait(pending)


async def measure_burst(server: Server) -> dict[str, object]:
    """60 unseen documents of 9,803 points each, at once from one address."""
    caller = Caller(server, "203.0.113.60")
    node = "node {" + " ".join(f"a{number}: id" for number in range(47)) + "}"
    pages = " ".join(f"p{number}: services(first: 100) {{edges {{{node}}}}}" for number in range(2))

    async def ask(number: int) -> httpx.Response:
        return await caller.query(f"query burst{number} {{{pages} __typename}}")

    answers = await asyncio.gather(*map(ask, range(60)))
    costs = [answer.json()["extensions"]["cost"] for answer in answers]
    ran = [cost["requested"] for answer, cost in zip(answers, costs, strict=True) if "data" in answer.json()]
    if not ran:
        raise SystemExit(f"no data: {answers[0].text[:300]}")
    return {
        "ran": len(ran),
        "points_of_those": sum(ran),
        "bucket": costs[0]["limit"],
        "refused_429": sum(answer.status_code == 429 for answer in answers),
    }


async def measure_memory(server: Server) -> dict[str, object]:
    """500 documents with lists of 740 constants, each sent twice, from addresses that can pay for them."""
    before = server.read_rss_mib
    answered = 0
    for number in range(500):
        caller = Caller(server, f"192.0.2.{number % 250}")
        text = build_unseen_document(740)
        for _ in range(2):
            answered += (await caller.query(text)).status_code == 200
        await caller._client.aclose()
    return {"answered": answered, "rss_growth_mib": round(server.read_rss_mib - before, 1)}


async def measure_sums(server: Server, token: str) -> dict[str, object]:
    """topUsers(since:) and counts by eight anonymous connections, beside a customer who reads orders."""
    customer = Caller(server, "198.51.100.3", token)
    query = "{orders(first: 20) {edges {node {id status charge}}}}"
    for _ in range(10):
        await customer.analyze_document(query)
    quiet = await customer.measure_repeatedly(lambda: query, 5)
    stops = asyncio.Event()
    sums = '{topUsers(since: "2020-01-01T00:00:00Z") {orderCount amount}}'
    count = 'services(where: {name: {contains: "a"}}) {totalCount}'
    counts = "{" + " ".join(f"a{number}: {count}" for number in range(30)) + "}"
    attackers = [
        asyncio.create_task(_repeat(Caller(server, f"203.0.113.{n}"), (sums, counts)[n % 2], stops))
        for n in range(8)
    ]
    await asyncio.sleep(0.5)
    flooded = await customer.measure_repeatedly(lambda: query, _WATCH_SECONDS)
    stops.set()
    outcomes = await asyncio.gather(*attackers)
    return {
        "customer_quiet": summarize(quiet),
        "customer_flooded": summarize(flooded),
        "attackers_answered": sum(done for done, _ in outcomes),
        "attackers_refused": sum(refused for _, refused in outcomes),
    }


async def _repeat(caller: Caller, query: str, stops: asyncio.Event) -> tuple[int, int]:
    done = rejected = 0
    while not stops.is_set():
        answer = await caller.query(query)
        done += answer.status_code == 200
        rejected += answer.status_code != 200
    return done, rejected


def _create_token(server: Server) -> str:
    run = subprocess.run(
        [sys.executable, "main.py", "token", DEMO_MOBILE],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def _load_demo(database_url: str) -> None:
    # `main.py` does so by itself only for the SQLite file that it makes.
    environment = {**os.environ, "DATABASE_URL": database_url}
    for command in ("migrate", "demo"):
        subprocess.run(
            [sys.executable, "main.py", command], cwd=ROOT, env=environment, stdout=sys.stderr, check=True
        )


def main() -> None:
    """Run the requested measurement, or send the flood."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("works", nargs="*", default=["flood", "burst", "memory", "sums"])
    parser.add_argument("--database-url")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--flood", metavar="URL")
    arguments = parser.parse_args()
    if arguments.flood:
        asyncio.run(send_flood(arguments.flood))
        return
    if arguments.database_url:
        _load_demo(arguments.database_url)
    found: dict[str, object] = {}
    for work in arguments.works:
        with tempfile.TemporaryDirectory(prefix="vitrin-admission-") as folder:
            prepare = None
            if work == "sums":
                prepare = lambda url: asyncio.run(admission_orders.add(url, arguments.orders))  # noqa: E731
            with serve_product(Path(folder), arguments.database_url, prepare) as server:
                measures = {
                    "flood": lambda: measure_flood(server),
                    "burst": lambda: measure_burst(server),
                    "memory": lambda: measure_memory(server),
                    "sums": lambda: measure_sums(server, _create_token(server)),
                }
                found[work] = asyncio.run(measures[work]())
                print(json.dumps({work: found[work]}), flush=True)


if __name__ == "__main__":
    main()
