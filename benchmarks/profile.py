"""Where our server's CPU time goes: `uv run python -m benchmarks.profile [Q1 Q2 Q3 M1]`.

The application is called in this process, without a network, by 32 callers at once, and the running frame's
package is noted every few milliseconds of CPU time. cProfile would not do: its own cost falls on whatever
calls small functions. Samplers of wall-clock time would not do either: they count the waiting for PostgreSQL.
C code counts for the Python function around it.
"""

import argparse
import asyncio
import secrets
import signal
import sysconfig
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

import uvloop
from starlette.applications import Starlette

from app.application import build_application
from app.bootstrap import build_app_context
from benchmarks import contestants, document_sections, installation, response_equality, shop
from benchmarks.paths import ROOT
from benchmarks.seed import Sizes
from benchmarks.shop import BenchmarkShop
from benchmarks.workloads import KEY, Request, Workload
from cli.serve import freeze_garbage

_INTERVAL_SECONDS = 0.001
_WARM_UP = 50
_CONCURRENCY = 32
_ORDERS = 20_000
_MIN_SHARE = 0.005
_LIBRARIES = Path(sysconfig.get_paths()["purelib"])
_STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def get_package(file: str) -> str:
    """The package that a source file belongs to; ours by its top folder."""
    path = Path(file)
    if path.is_relative_to(_LIBRARIES):
        return path.relative_to(_LIBRARIES).parts[0].removesuffix(".py")
    if path.is_relative_to(ROOT):
        return f"ours: {path.relative_to(ROOT).parts[0].removesuffix('.py')}"
    if path.is_relative_to(_STANDARD_LIBRARY):
        return f"Python's {path.relative_to(_STANDARD_LIBRARY).parts[0].removesuffix('.py')}"
    # Generated code has names such as <string>; frozen modules begin with <frozen.
    return f"generated {file}" if file.startswith("<") else file


class Sampler:
    """Counts samples by package and by function while it is entered."""

    def __init__(self) -> None:
        self.packages: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, _INTERVAL_SECONDS, _INTERVAL_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)

    def _sample(self, _: int, frame: FrameType | None) -> None:
        if frame is not None:
            package = get_package(frame.f_code.co_filename)
            self.packages[package] += 1
            self.functions[f"{package}: {frame.f_code.co_qualname}"] += 1


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Of one work: CPU microseconds a request, and the samples they were split by."""

    work: Workload
    microseconds: float
    packages: Counter[str]
    functions: Counter[str]


async def call(app: Starlette, request: Request) -> None:
    """One request; RuntimeError for any answer but 200 and 201."""
    body = (request.body or "").replace(KEY, secrets.token_hex(8)).encode()
    path, _, query = request.path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in request.build_headers().items()
        ],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_000),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        if message.get("status", 200) not in (200, 201):
            raise RuntimeError(f"{request.method} {request.path} is answered {message['status']}")

    await app(scope, receive, send)


async def profile_all(opened: BenchmarkShop, chosen: list[Workload], requests: int) -> list[Profile]:
    """A profile of each work."""
    app = build_application(build_app_context(contestants.build_settings(opened.environment)))
    async with app.router.lifespan_context(app):
        return [await _profile_work(app, opened, work, requests) for work in chosen]


async def _profile_work(app: Starlette, opened: BenchmarkShop, work: Workload, requests: int) -> Profile:
    asker = opened.contestant().request_builders[work]
    able = [user for user in response_equality.get_user_ids(work, opened.sizes) if user in opened.tokens]
    requests_to_send = [asker(able[place % len(able)]) for place in range(requests)]
    for request in requests_to_send[:_WARM_UP]:
        await call(app, request)
    begun = time.process_time()
    with Sampler() as sampler:
        await asyncio.gather(
            *(_call_all(app, requests_to_send[place::_CONCURRENCY]) for place in range(_CONCURRENCY))
        )
    microseconds = (time.process_time() - begun) / requests * 1_000_000
    return Profile(
        work=work, microseconds=microseconds, packages=sampler.packages, functions=sampler.functions
    )


async def _call_all(app: Starlette, requests: list[Request]) -> None:
    for request in requests:
        await call(app, request)


def render_table(found: list[Profile]) -> str:
    """Markdown: CPU microseconds a request, by package and work."""
    names = sorted(
        {
            name
            for one in found
            for name, count in one.packages.items()
            if _compute_share(one, count) >= _MIN_SHARE
        },
        key=lambda name: -sum(_compute_share(one, one.packages[name]) * one.microseconds for one in found),
    )
    head = " | ".join(f"{one.work} µs" for one in found)
    rows = [f"| package | {head} |", "|---|" + "--:|" * len(found)]
    rows.append("| **all** | " + " | ".join(f"**{one.microseconds:,.0f}**" for one in found) + " |")
    for name in names:
        parts = [f"{_compute_share(one, one.packages[name]) * one.microseconds:,.0f}" for one in found]
        rows.append(f"| {name} | " + " | ".join(parts) + " |")
    return "\n".join(rows)


def _compute_share(one: Profile, count: int) -> float:
    return count / max(1, one.packages.total())


def main() -> None:
    """Load a small shop, profile it, print, and write docs/performance.md if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("works", nargs="*", type=Workload, default=list(Workload))
    parser.add_argument("--requests", type=int, default=2_000, help="of each work")
    parser.add_argument("--functions", type=int, default=0, help="also print so many, the dearest first")
    parser.add_argument("--section", default="", help="write it to this section of docs/performance.md")
    arguments = parser.parse_args()
    if arguments.section:
        document_sections.require_section(arguments.section)
    installation.install()
    freeze_garbage()
    with shop.open_temporary_shop(Sizes(_ORDERS)) as (_, opened):
        found = uvloop.run(profile_all(opened, arguments.works, arguments.requests))
    print(render_table(found))
    for one in found if arguments.functions else ():
        print(f"\n{one.work}")
        for name, count in one.functions.most_common(arguments.functions):
            print(f"{_compute_share(one, count) * one.microseconds:8,.0f} µs  {name}")
    if arguments.section:
        document_sections.write_section(arguments.section, render_table(found))


if __name__ == "__main__":
    main()
