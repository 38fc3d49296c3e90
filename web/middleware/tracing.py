"""A span for each HTTP request; imported only if OpenTelemetry is installed."""

from opentelemetry import propagate
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observability import request_ids
from web.middleware.metrics import get_route_template


class TracingMiddleware:
    """Continues the caller's trace.

    Starlette's own middleware would export query strings, in which the legacy app sends codes.
    """

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, caller = scope["method"], propagate.extract(Headers(scope=scope))
        attributes = {"http.request.method": method, "vitrin.request_id": request_ids.get_current()}
        with self._tracer.start_as_current_span(
            method, context=caller, kind=SpanKind.SERVER, attributes=attributes
        ) as span:

            async def recording_send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._app(scope, receive, recording_send)
            finally:
                route = get_route_template(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
