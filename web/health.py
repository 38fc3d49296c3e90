"""Health checks and metrics for load balancers, monitors and Prometheus."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

import database
from config.settings import Settings
from database.clock import CLOCK
from domain.networks import parse_address
from observability import metrics as process_metrics
from resolvers import queue_stats
from resolvers.app_context import AppContext
from web.authentication import parse_bearer
from web.client_network import get_client_address

_DATABASE_TIMEOUT_SECONDS = 5
_FORWARDED_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_NO_STORE = {"Cache-Control": "no-store"}

Check = dict[str, object]


def routes(app: AppContext) -> list[BaseRoute]:
    """`/healthz`, `/readyz` and `/metrics`; they need a connected database.

    The first two return 503 once the process is stopping.
    """

    async def health(_: Request) -> JSONResponse:
        if app.stopping.is_set():
            return JSONResponse({"status": "stopping"}, 503, _NO_STORE)
        await database.now()
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> JSONResponse:
        checks = await _run_checks(app.settings.queue_max_age)
        checks["running"] = {"ok": not app.stopping.is_set()}
        is_ready = all(check["ok"] for check in checks.values())
        body = {"status": "ready" if is_ready else "not ready", "checks": checks}
        return JSONResponse(body, 200 if is_ready else 503, _NO_STORE)

    async def metrics(request: Request) -> Response:
        if response := _reject_unauthorized(request, app.settings):
            return response
        await _update_database_metrics()
        return Response(
            generate_latest(process_metrics.REGISTRY), headers=_NO_STORE, media_type=CONTENT_TYPE_LATEST
        )

    return [Route("/healthz", health), Route("/readyz", ready), Route("/metrics", metrics)]


async def _run_checks(queue_max_age: timedelta) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    for name, check in (
        ("database", _check_database),
        ("migrations", _check_migrations),
        ("queue", _build_queue_check(queue_max_age)),
    ):
        checks[name] = await _run_check(check)
    return checks


async def _run_check(check: Callable[[], Awaitable[Check]]) -> Check:
    try:
        async with asyncio.timeout(_DATABASE_TIMEOUT_SECONDS):
            return await check()
    # Any error means not ready. Its message may contain an internal address.
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}


async def _check_database() -> Check:
    started_at = time.perf_counter()
    await database.now()
    milliseconds = round((time.perf_counter() - started_at) * 1_000, 1)
    is_read_only = await database.is_read_only()
    return {
        "ok": not is_read_only,
        "milliseconds": milliseconds,
        "read_only": is_read_only,
        # Reported only: tokens and limits use the database's clock.
        "clock_difference_seconds": int(CLOCK.difference.total_seconds()),
    }


async def _check_migrations() -> Check:
    missing = await database.missing_migrations()
    return {"ok": not missing, "missing": missing}


def _build_queue_check(max_age: timedelta) -> Callable[[], Awaitable[Check]]:
    async def check() -> Check:
        age = await queue_stats.get_oldest_due_age()
        return {
            "ok": age <= max_age,
            "oldest_due_seconds": int(age.total_seconds()),
            "max_seconds": int(max_age.total_seconds()),
        }

    return check


def _reject_unauthorized(request: Request, settings: Settings) -> Response | None:
    """The response to a caller that may not read the metrics; None if it may."""
    if settings.metrics_token is None:
        return None if _is_local(request) else PlainTextResponse("Forbidden", 403)
    offered = parse_bearer(request.headers.get("authorization", "")) or ""
    expected = settings.metrics_token.get_secret_value()
    if hmac.compare_digest(offered.encode(), expected.encode()):
        return None
    return PlainTextResponse("Unauthorized", 401, {"WWW-Authenticate": 'Bearer realm="metrics"'})


def _is_local(request: Request) -> bool:
    """Whether the caller is a process on this machine and not a proxy for others."""
    if any(name in request.headers for name in _FORWARDED_HEADERS):
        return False
    address = parse_address(get_client_address(request))
    return address is not None and address.is_loopback


async def _update_database_metrics() -> None:
    """Update the metrics that are read from the database; they stay unchanged while it is unavailable."""
    try:
        async with asyncio.timeout(_DATABASE_TIMEOUT_SECONDS):
            state = await queue_stats.read_queue_stats()
    except Exception:
        process_metrics.DATABASE_UP.set(0)
        return
    process_metrics.DATABASE_UP.set(1)
    process_metrics.QUEUE_AGE_SECONDS.set(state.oldest_due.total_seconds())
    process_metrics.QUEUED_ORDERS.set(state.queued)
    process_metrics.AWAITING_ORDERS.set(state.awaiting)
    if pool := database.pool_state():
        for name, number in (("open", pool.open), ("idle", pool.idle), ("most", pool.max_size)):
            process_metrics.POOL.labels(name).set(number)
