"""`python -m tests.engine.protection.load_under_attack`: what a client feels while eight others send bombs.
Prints a report.

The server is the product with its defaults, but for the points of who attacks: so many that it must look at
every bomb, as if each came from another address.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.responses import HTMLResponse

import schema
from config.settings import Settings
from engine.transport.view import GraphQLView
from tests.engine.protection.expensive_requests import EXPENSIVE_REQUESTS
from tests.fakes import RecordingSms, build_app
from tests.fixtures import new_token
from tests.live_servers import ROOT, LiveServer

ATTACKERS = 8
_PAUSE_SECONDS = 0.02
_ALL_THE_POINTS = "1000000000,100000,500000"
_QUERY = "{me {mobile} services(first: 5) {edges {node {id name price}}}}"
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Report:
    """Milliseconds: p50, p99 and maximum of the bystander's responses and of refusals."""

    bystander_alone: tuple[float, float, float]
    bystander_attacked: tuple[float, float, float]
    refusal: tuple[float, float, float]
    refusals_a_second: float
    dearest_refusal: tuple[float, str]
    """Processor time in the process itself."""


def analyze_document(seconds: float) -> Report:
    """Run the attack for so long."""
    with (
        tempfile.TemporaryDirectory(prefix="vitrin-attack-") as folder,
        LiveServer(Path(folder), GRAPHQL_POINTS=_ALL_THE_POINTS) as server,
    ):
        token = new_token(server)
        alone = asyncio.run(_bystander(server.url, token, seconds / 2))
        command = [
            sys.executable,
            "-m",
            "tests.engine.protection.load_under_attack",
            "--attack",
            server.url,
            "--seconds",
            str(seconds),
        ]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as attack:
            time.sleep(1)
            attacked = asyncio.run(_bystander(server.url, token, seconds - 2))
            output, _ = attack.communicate(timeout=seconds + 60)
        refusals: list[float] = json.loads(output)
    return Report(
        bystander_alone=_summarize(alone),
        bystander_attacked=_summarize(attacked),
        refusal=_summarize(refusals),
        refusals_a_second=len(refusals) / seconds,
        dearest_refusal=asyncio.run(_find_most_expensive()),
    )


async def _bystander(url: str, token: str, seconds: float) -> list[float]:
    """Response times of a signed-in client that sends about fifty requests a second."""
    headers = {**_JSON, "Authorization": f"Bearer {token}"}
    took = []
    ends = time.monotonic() + seconds
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        while time.monotonic() < ends:
            begun = time.monotonic()
            response = await client.post(f"{url}/graphql", json={"query": _QUERY})
            took.append(time.monotonic() - begun)
            if "errors" in response.json() or response.status_code != 200:
                raise AssertionError(response.text)
            await asyncio.sleep(_PAUSE_SECONDS)
    return took


async def _attack(url: str, seconds: float) -> list[float]:
    """The durations of all attackers' refusals."""
    ends = time.monotonic() + seconds
    took: list[float] = []

    async def attacker(bodies: Iterable[bytes]) -> None:
        async with httpx.AsyncClient(headers=_JSON, timeout=30) as client:
            for body in bodies:
                begun = time.monotonic()
                if begun > ends:
                    return
                response = await client.post(f"{url}/graphql", content=body)
                took.append(time.monotonic() - begun)
                if "data" in response.json() or response.status_code >= 500:
                    raise AssertionError(response.text)

    bodies = [bomb.body for bomb in EXPENSIVE_REQUESTS.values()]
    starts = (len(bodies) * number // ATTACKERS for number in range(ATTACKERS))
    await asyncio.gather(*(attacker(itertools.cycle(bodies[at:] + bodies[:at])) for at in starts))
    return took


async def _find_most_expensive() -> tuple[float, str]:
    """The request whose refusal takes the most CPU time, by the minimum of ten runs."""
    with tempfile.TemporaryDirectory(prefix="vitrin-attack-") as folder:
        app = build_app(Settings(data_folder=Path(folder)), RecordingSms())
        view = GraphQLView(schema.schema, app=app, context=schema.Context, ide=HTMLResponse)
        transport = httpx.ASGITransport(view)
        times = []
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=_JSON) as client:
            for name, bomb in EXPENSIVE_REQUESTS.items():
                runs = []
                for _ in range(10):
                    begun = time.process_time()
                    await client.post("/", content=bomb.body)
                    runs.append(time.process_time() - begun)
                times.append((min(runs) * 1_000, name))
    return max(times)


def _summarize(seconds: list[float]) -> tuple[float, float, float]:
    hundredths = statistics.quantiles(seconds, n=100)
    return hundredths[49] * 1_000, hundredths[98] * 1_000, max(seconds) * 1_000


def main() -> None:
    """Run the measurement, or the attackers that it starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--attack", metavar="URL")
    arguments = parser.parse_args()
    if arguments.attack:
        print(json.dumps(asyncio.run(_attack(arguments.attack, arguments.seconds))))
        return
    report = analyze_document(arguments.seconds)
    for title, summary in (
        ("bystander alone", report.bystander_alone),
        ("bystander under attack", report.bystander_attacked),
        ("refusals", report.refusal),
    ):
        print(f"{title:<24} p50 {summary[0]:.1f} ms, p99 {summary[1]:.1f} ms, most {summary[2]:.1f} ms")
    print(f"{'refusals a second':<24} {report.refusals_a_second:.0f}")
    maximum, name = report.dearest_refusal
    print(f"{'dearest refusal':<24} {maximum:.1f} ms of the processor ({name})")


if __name__ == "__main__":
    main()
