"""The ASGI application: all APIs with their middleware."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocketClose

import admin.routes
import database
import reseller_api.routes
import rest_compat.routes
import schema
import web.api_docs.routes
from config.settings import Settings
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets
from gateways.sandbox.order_store import SandboxOrders
from gateways.sandbox.payments import SandboxPayments
from observability import tracing
from resolvers.app_context import AppContext
from rest_compat import openapi
from web import health, jwks
from web.authentication import AuthenticationMiddleware
from web.client_network import TrustedProxiesMiddleware
from web.middleware.body_limit import BodyLimitMiddleware
from web.middleware.compression import CompressionMiddleware
from web.middleware.cors import FastCORSMiddleware
from web.middleware.error_fallback import ErrorFallbackMiddleware
from web.middleware.metrics import MetricsMiddleware
from web.middleware.path_normalization import NormalizedPathsMiddleware
from web.middleware.rate_limits import RateLimitMiddleware
from web.middleware.request_ids import RequestIdMiddleware
from web.middleware.security_headers import SecurityHeadersMiddleware
from web.playground import page as playground
from web.sandbox import payment_page, provider_api
from worker import loop

_DRAIN_TIMEOUT = timedelta(seconds=2)


def build_application(app: AppContext) -> Starlette:
    """The ASGI application; its lifespan holds the database connections."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with (
            database.open_connections(
                app.settings.effective_database_url, read_timeout=app.settings.read_timeout
            ),
            app.hub.listen(app.settings.effective_session_url),
            sockets.watch_sockets(),
            _run_embedded_worker(app),
        ):
            yield
            await app.sms.drain(_DRAIN_TIMEOUT)

    rest = rest_compat.routes.build_application(app)
    graphql = GraphQLView(schema.schema, app=app, context=schema.Context, ide=playground.render_page)
    sockets = GraphQLSockets(graphql.engine, app=app, context=schema.Context)
    settings = app.settings
    return Starlette(
        routes=[
            # Routes are tried in order, so the most requested come first.
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", sockets),
            # Only this route supports WebSocket: files and mounted applications must not be tried.
            WebSocketRoute("/{path:path}", WebSocketClose()),
            *reseller_api.routes.routes(app),
            Mount("/api", app=rest),
            # A mount does not match its own bare path.
            Route("/api", rest),
            *admin.routes.routes(app),
            *jwks.routes(app),
            *health.routes(app),
            *_build_openid_routes(app),
            openapi.build_route(settings.effective_public_url),
            *web.api_docs.routes.routes(
                openapi.build_document(settings.effective_public_url),
                sdl=schema.print_sdl if settings.shows_graphql_schema else None,
            ),
            *_build_sandbox_routes(app),
            Mount("/graphql/assets", app=playground.build_assets()),
        ],
        middleware=_build_middleware(app),
        lifespan=lifespan,
    )


def _build_middleware(app: AppContext) -> list[Middleware]:
    """The middleware around all APIs, outermost first."""
    settings = app.settings
    return [
        *_build_proxy_middleware(settings),
        # starlette-admin's own pages have a trailing slash.
        Middleware(NormalizedPathsMiddleware, keeps_slash_below="/admin"),
        Middleware(RequestIdMiddleware),
        Middleware(MetricsMiddleware),
        *_build_tracing_middleware(settings),
        Middleware(CompressionMiddleware),
        Middleware(
            SecurityHeadersMiddleware,
            public_url=settings.effective_public_url,
            includes_subdomains=settings.hsts_include_subdomains,
        ),
        # Tokens are sent in a header that a page has to set, never in cookies, so credentials need not be
        # allowed.
        Middleware(
            FastCORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "HEAD", "POST"),
            # Client libraries and tracers add headers of their own: the response reflects those of the
            # preflight.
            allow_headers=("*",),
            expose_headers=(
                "X-Request-ID",
                "Retry-After",
                "X-RateLimit-Limit",
                "X-RateLimit-Remaining",
                "X-RateLimit-Reset",
            ),
        ),
        Middleware(ErrorFallbackMiddleware),
        Middleware(AuthenticationMiddleware, context=app),
        Middleware(
            RateLimitMiddleware,
            context=app,
            limit=settings.rate_limit,
            storage=settings.rate_limit_storage,
            prefix="/api",
            excluded_prefix=reseller_api.routes.PATH,
        ),
        Middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes, timeout=settings.body_timeout),
    ]


def _build_proxy_middleware(settings: Settings) -> Iterator[Middleware]:
    if settings.trusted_proxies:
        yield Middleware(TrustedProxiesMiddleware, trusted=settings.trusted_proxies)


def _build_tracing_middleware(settings: Settings) -> Iterator[Middleware]:
    tracer = tracing.build_tracer(settings)
    if tracer is not None:
        from web.middleware.tracing import TracingMiddleware

        yield Middleware(TracingMiddleware, tracer=tracer)


def _build_openid_routes(app: AppContext) -> Iterator[BaseRoute]:
    if app.settings.openid_issuer:
        # Imported lazily: authlib takes 14 MB, which most shops do not need.
        from web import openid

        yield from openid.routes(app)


def _build_sandbox_routes(app: AppContext) -> Iterator[BaseRoute]:
    gateway = app.payments.get(SandboxPayments.name)
    if isinstance(gateway, SandboxPayments):
        yield from payment_page.routes(gateway)
    if app.settings.runs_sandbox_providers:
        file = app.settings.data_folder / "sandbox-orders.sqlite3"
        yield from provider_api.routes(SandboxOrders(file))


@contextlib.asynccontextmanager
async def _run_embedded_worker(app: AppContext) -> AsyncIterator[None]:
    """The worker inside the server process if the database is SQLite; otherwise it is a separate process."""
    if not app.settings.is_embedded:
        yield
        return
    worker_task = asyncio.create_task(loop.run(app, app.stopping))
    try:
        yield
    finally:
        app.stopping.set()
        await worker_task
