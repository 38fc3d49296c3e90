"""Counts and times HTTP requests by route template."""

import time
from collections.abc import Awaitable

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observability import metrics

_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


class MetricsMiddleware:
    """The outermost middleware, so that requests refused by others are counted as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running = 0
        metrics.REQUESTS_IN_PROGRESS.set_function(lambda: self._running)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started_at = "cut", time.perf_counter()

        def recording_send(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            return send(message)

        self._running += 1
        try:
            await self._app(scope, receive, recording_send)
        finally:
            self._running -= 1
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = get_route_template(scope)
            metrics.REQUESTS.observe(
                (method, route, status), (method, route), time.perf_counter() - started_at
            )


def get_route_template(scope: Scope) -> str:
    """The matched route's template, such as /api/v1/order/{id}; `none` if none matched."""
    route = scope.get("route")
    if route is None:
        return "none"
    below: str = scope.get("root_path", "")
    return below if isinstance(route, Mount) else below + route.path
