"""What one order runs through: `uv run python -m benchmarks.call_path`.

Traces one POST /api/v1/order and one createOrder in this process, warm, and prints our functions in the order
of their first call: from the handler or field to the driver's statement that places the order.
"""

import asyncio
import json
import sys
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
_RULE = "resolvers.orders:create_order"
_DRIVER = asyncpg.Connection.fetch.__code__


class CallTrace:
    """The functions of ours that are called from an API's entry on, until the driver's call for the order."""

    def __init__(self) -> None:
        self.functions: dict[str, None] = {}
        self.is_complete = False

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or self.is_complete:
            return
        name = _get_name(frame)
        if name is not None and (self.functions or name in _ENTRIES):
            self.functions.setdefault(name)
        self.is_complete = bool(self.functions) and frame.f_code is _DRIVER

    @property
    def hops_to_rule(self) -> int:
        """How many functions come before the operation."""
        return list(self.functions).index(_RULE)

    @property
    def modules(self) -> set[str]:
        """The functions' modules."""
        return {name.partition(":")[0] for name in self.functions}


def _get_name(frame: FrameType) -> str | None:
    module = str(frame.f_globals.get("__name__", ""))
    file = frame.f_code.co_filename
    if not file.startswith(str(ROOT)) or ".venv" in file or module.startswith("benchmarks"):
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
    trace = CallTrace()
    sys.setprofile(trace)
    try:
        # A task of its own: the tasks that batch statements are traced as well.
        await asyncio.create_task(call(app, request))
    finally:
        sys.setprofile(None)
    if not trace.is_complete:
        raise SystemExit(f"{request.path} placed no order")
    return trace


def main() -> None:
    """Load a small shop, trace, and print."""
    with shop.open_temporary_shop(Sizes(2_000)) as (_, opened):
        for name, trace in uvloop.run(trace_requests(opened)).items():
            print(f"\n{name}: {len(trace.functions)} functions in {len(trace.modules)} modules")
            print(f"{trace.hops_to_rule} functions before {_RULE}")
            print("\n".join(f"  {function}" for function in trace.functions))


if __name__ == "__main__":
    main()
