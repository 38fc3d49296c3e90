"""What one order runs through: `uv run python -m benchmarks.call_path`.

Traces one POST /api/v1/order and one createOrder in this process, warm, and prints our functions between the
handler or field and the driver's statement that places the order: the path, which is the calls open at that
statement, through the tasks they started; the path to the rules of the service's type; and every function
that was entered, also those that had returned by then, in the order of their first call.
"""

import asyncio
import inspect
import json
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import asyncpg
import uvloop
from starlette.applications import Starlette

from app.application import build_application
from app.bootstrap import build_app_context
from benchmarks import contestants, shop
from benchmarks.paths import ROOT
from benchmarks.profile import call
from benchmarks.seed import CATEGORIES, Sizes
from benchmarks.shop import BenchmarkShop
from benchmarks.workloads import KEY, Request, Workload, get_service_id

_WARM_UP = 5
_ENTRIES = {"rest_compat.orders:create", "schema.order:OrderMutation.create_order"}
_RULE = "domain.order_details:specify"
_BENCHMARKS = str(ROOT / "benchmarks")
_DRIVER = asyncpg.Connection.fetch.__code__


class CallTrace:
    """The functions of ours that are called from an API's entry on, until the driver's call for the order."""

    def __init__(self) -> None:
        self.functions: dict[str, None] = {}
        self.path: list[str] = []
        self.path_to_rule: list[str] = []
        self._creators: dict[asyncio.Task[Any], list[str]] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or self.path:
            return
        name = _get_name(frame)
        if name is not None and (self.functions or name in _ENTRIES):
            self.functions.setdefault(name)
        if name == _RULE and not self.path_to_rule:
            self.path_to_rule = self._list_open_calls(frame)
        if self.functions and frame.f_code is _DRIVER:
            self.path = self._list_open_calls(frame)

    def create_task(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, /, **options: Any
    ) -> asyncio.Task[Any]:
        """A task factory that remembers by which calls a task was started."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        self._creators[task] = self._list_open_calls(inspect.currentframe())
        return task

    def _list_open_calls(self, frame: FrameType | None) -> list[str]:
        """From the API's entry to `frame`."""
        names: list[str] = []
        while frame is not None:
            if name := _get_name(frame):
                names.insert(0, name)
            frame = frame.f_back
        task = asyncio.current_task()
        names = [*(self._creators.get(task, []) if task else []), *names]
        entries = [place for place, name in enumerate(names) if name in _ENTRIES]
        return names[entries[0] :] if entries else []


def _get_name(frame: FrameType) -> str | None:
    module = str(frame.f_globals.get("__name__", ""))
    file = frame.f_code.co_filename
    if not file.startswith(str(ROOT)) or ".venv" in file or file.startswith(_BENCHMARKS):
        return None
    qualified = frame.f_code.co_qualname
    # Comprehensions and lambdas belong to the function around them.
    return None if "<" in qualified.rpartition(".")[2] else f"{module}:{qualified}"


async def trace_requests(opened: BenchmarkShop) -> dict[str, CallTrace]:
    """A trace of each API's order."""
    app = build_application(build_app_context(contestants.build_settings(opened.environment)))
    async with app.router.lifespan_context(app):
        buyer = next(user for user in opened.tokens)
        graphql = opened.contestant().request_builders[Workload.CREATE_ORDER](buyer)
        return {
            "POST /api/v1/order": await _trace(app, _build_rest_request(opened, buyer)),
            "createOrder": await _trace(app, graphql),
        }


def _build_rest_request(opened: BenchmarkShop, buyer: int) -> Request:
    service = get_service_id(buyer)
    order = {"service_id": service, "category_id": 1 + service % CATEGORIES}
    body = json.dumps({**order, "link": f"https://example.com/{KEY}", "quantity": 1000})
    return Request(path="/api/v1/order", method="POST", body=body, token=opened.tokens[buyer])


async def _trace(app: Starlette, request: Request) -> CallTrace:
    for _ in range(_WARM_UP):
        await call(app, request)
    trace, loop = CallTrace(), asyncio.get_running_loop()
    loop.set_task_factory(trace.create_task)
    sys.setprofile(trace)
    try:
        # A task of its own: the tasks that batch statements are traced as well.
        await asyncio.create_task(call(app, request))
    finally:
        sys.setprofile(None)
        loop.set_task_factory(None)
    if not trace.path:
        raise SystemExit(f"{request.path} placed no order")
    return trace


def main() -> None:
    """Load a small shop, trace, and print."""
    with shop.open_temporary_shop(Sizes(2_000)) as (_, opened):
        for name, trace in uvloop.run(trace_requests(opened)).items():
            _print(f"{name}: to the driver", trace.path)
            _print(f"{name}: to the rules of the service's type", trace.path_to_rule)
            _print(f"{name}: entered in all", list(trace.functions))


def _print(title: str, functions: Sequence[str]) -> None:
    modules = {function.partition(":")[0] for function in functions}
    print(f"\n{title}: {len(functions)} functions in {len(modules)} modules")
    print("\n".join(f"  {function}" for function in functions))


if __name__ == "__main__":
    main()
