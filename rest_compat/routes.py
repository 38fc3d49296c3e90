"""Every REST route, one line each, in the reference's order; paths are below /api."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.tokens import Claims
from domain.problems import Problem
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from rest_compat import (
    catalogue,
    errors,
    gifts,
    login,
    notifications,
    orders,
    payments,
    requests,
    stats,
    tickets,
    users,
)
from web import media_types
from web.authentication import get_claims, get_viewer, mark_session_verified
from web.failures import log_failure
from web.headers import get_header
from web.responses import NoStoreJSONResponse

Handler = Callable[[Request], Awaitable[Response]]
SignedInHandler = Callable[[Request, Session], Awaitable[Response]]
FastPath = Callable[[Claims], Awaitable[Response | None]]

_logger = logging.getLogger("vitrin.rest")


@dataclass(frozen=True)
class LegacyRoute:
    """One documented route. `is_safe`: a GET has no side effects, so HEAD may run it too."""

    method: str
    path: str
    handler: Handler
    needs_token: bool
    is_safe: bool = True


def _public_route(method: str, path: str, handler: Handler, *, is_safe: bool = True) -> LegacyRoute:
    return LegacyRoute(method, path, handler, needs_token=False, is_safe=is_safe)


def _user_route(
    method: str,
    path: str,
    handler: SignedInHandler,
    *,
    is_safe: bool = True,
    fast_path: FastPath | None = None,
) -> LegacyRoute:
    """A route for users. `fast_path` may respond with a statement that also authenticates them."""

    async def handle(request: Request) -> Response:
        claims = get_claims(request)
        if claims is not None and fast_path is not None:
            response = await fast_path(claims)
            if response is not None:
                mark_session_verified(request)
                return response
        viewer = await get_viewer(request, requests.get_app(request))
        return errors.unauthenticated() if viewer is None else await handler(request, viewer)

    return LegacyRoute(method, path, handle, needs_token=True, is_safe=is_safe)


LEGACY_ROUTES = (
    _public_route("POST", "/v1/login", login.request_code),
    _public_route("POST", "/v1/login/verify", login.verify_code),
    _user_route("GET", "/v1/logout", login.log_out, is_safe=False),
    _user_route("GET", "/v1/user", users.show),
    _user_route("POST", "/v1/user", users.update),
    _user_route("GET", "/v1/user/notifications", notifications.list_all),
    _user_route("GET", "/v1/user/notifications/unread", notifications.list_unread),
    _user_route("POST", "/v1/user/notifications", notifications.mark_read),
    _user_route("GET", "/v1/user/tickets", tickets.list_all),
    _user_route("POST", "/v1/user/tickets", tickets.create),
    _user_route("GET", "/v1/user/tickets/{id}", tickets.show),
    _user_route("POST", "/v1/user/tickets/{id}", tickets.reply),
    _user_route("POST", "/v1/user/payment", payments.start),
    _public_route("GET", "/v1/user/payment/test", payments.start_test, is_safe=False),
    _public_route("GET", "/v1/user/payment/verify", payments.verify, is_safe=False),
    _public_route("GET", "/v1/stats/top_users", stats.top_users),
    _public_route("GET", "/v1/stats/top_services", stats.top_services),
    _public_route("GET", "/v1/services", catalogue.list_services),
    _public_route("GET", "/v1/categories", catalogue.list_categories),
    _user_route("GET", "/v1/user/freecredit", payments.claim_free_credit, is_safe=False),
    _user_route("GET", "/v1/order", orders.list_all, fast_path=orders.list_all_fast),
    _user_route("POST", "/v1/order", orders.create),
    _user_route("GET", "/v1/order/{id}", orders.show),
    _user_route("GET", "/v1/user/wof", gifts.spin_wheel, is_safe=False),
    _user_route("GET", "/v1/user/gifts", gifts.list_all),
    _user_route("POST", "/v1/user/gifts", gifts.use),
)


def build_application(context: AppContext) -> Starlette:
    """The REST API, to be mounted at /api."""
    app = Starlette(
        middleware=[Middleware(_TrailingSlashMiddleware)],
        exception_handlers={404: errors.not_found, HTTPException: errors.http_error},
    )
    app.router = _Router(routes())
    app.state.context = context
    return app


def routes() -> list[Route]:
    """A Starlette route for each path of the table, with all of its methods."""
    paths = dict.fromkeys(legacy_route.path for legacy_route in LEGACY_ROUTES)
    return [
        Route(path, _Resource([legacy_route for legacy_route in LEGACY_ROUTES if legacy_route.path == path]))
        for path in paths
    ]


class _Router(Router):
    """Starlette's, which tries one route after the other; most paths are found by a lookup instead."""

    def __init__(self, routes: Sequence[Route]) -> None:
        super().__init__(routes)
        self._by_path = {route.path: route for route in routes if not route.param_convertors}

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        route = self._by_path.get(path) if scope["type"] == "http" else None
        if route is None:
            await super().app(scope, receive, send)
            return
        scope.update(router=self, route=route, endpoint=route.endpoint)
        await route.handle(scope, receive, send)


class _Resource:
    """All methods of one path. HEAD follows GET; OPTIONS and 405 list the methods, as Laravel does."""

    def __init__(self, legacy_routes: Sequence[LegacyRoute]) -> None:
        self._routes_by_method = {
            method: legacy_route for legacy_route in legacy_routes for method in _get_methods(legacy_route)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers={"allow": ", ".join(self._routes_by_method)})
        legacy_route = self._routes_by_method.get(request.method)
        if legacy_route is None and _is_payer_return(request, self._routes_by_method):
            legacy_route = _CALLBACK_BY_FORM
        if legacy_route is None:
            return errors.method_not_allowed(request.method, list(self._routes_by_method))
        if request.method != "HEAD":
            try:
                requests.check_method(request, get_header(request.scope, b"x-http-method-override"))
                return await _run_handler(legacy_route, request)
            except requests.MethodOverridden as error:
                return errors.method_not_allowed(error.method, list(self._routes_by_method))
        head_route = (
            legacy_route
            if legacy_route.is_safe
            else replace(legacy_route, handler=partial(_head_without_effects, legacy_route))
        )
        response = await _run_handler(head_route, request)
        response.body = b""
        return response


# The reference documents the callback for GET only: other clients that POST get its 405.
_CALLBACK_PATH = "/v1/user/payment/verify"
_CALLBACK_BY_FORM = _public_route("POST", _CALLBACK_PATH, payments.verify_form)


def _is_payer_return(request: Request, legacy_routes: Mapping[str, LegacyRoute]) -> bool:
    """Whether a browser posts to the payment callback: its user must see a receipt, not an error."""
    is_callback = "GET" in legacy_routes and legacy_routes["GET"].path == _CALLBACK_PATH
    accept = request.headers.get("accept", "")
    return request.method == "POST" and is_callback and media_types.prefers_page(accept, "application/json")


def _get_methods(legacy_route: LegacyRoute) -> tuple[str, ...]:
    return ("GET", "HEAD") if legacy_route.method == "GET" else (legacy_route.method,)


async def _head_without_effects(legacy_route: LegacyRoute, request: Request) -> Response:
    """HEAD for a GET with side effects, which must not happen (RFC 9110, 9.2.1)."""
    is_unauthenticated = (
        legacy_route.needs_token and await get_viewer(request, requests.get_app(request)) is None
    )
    return errors.unauthenticated() if is_unauthenticated else NoStoreJSONResponse({})


async def _run_handler(legacy_route: LegacyRoute, request: Request) -> Response:
    try:
        return await legacy_route.handler(request)
    except Problem as problem:
        return errors.build_error_response(problem, legacy_route.path)
    except (HTTPException, requests.MethodOverridden):
        raise
    except ClientDisconnect:
        return errors.disconnected()
    except Exception as error:
        where = f"method={legacy_route.method} path={legacy_route.path}"
        return errors.failed(log_failure(error, _logger, where))


class _TrailingSlashMiddleware:
    """Laravel ignores trailing slashes of a path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # In place: the metrics read the matched route from the scope that was passed in.
            scope["path"] = scope["path"].rstrip("/")
        await self._app(scope, receive, send)
