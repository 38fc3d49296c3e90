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

from asgi import media_types
from asgi.answers import Answer
from asgi.authentication import claims_of, note_recognised, viewer_of
from asgi.headers import header
from domain.problems import Problem
from domain.tokens import Claims
from models import database
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
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

Handler = Callable[[Request], Awaitable[Response]]
SignedInHandler = Callable[[Request, SignedIn], Awaitable[Response]]
AtOnce = Callable[[Claims], Awaitable[Response | None]]

_logger = logging.getLogger("vitrin.rest")


@dataclass(frozen=True)
class LegacyRoute:
    """One documented route. `is_safe`: whether a GET only reads, so that HEAD may run it too."""

    method: str
    path: str
    handler: Handler
    needs_token: bool
    is_safe: bool = True


def _open(method: str, path: str, handler: Handler, *, is_safe: bool = True) -> LegacyRoute:
    return LegacyRoute(method, path, handler, needs_token=False, is_safe=is_safe)


def _signed_in(
    method: str,
    path: str,
    handler: SignedInHandler,
    *,
    is_safe: bool = True,
    at_once: AtOnce | None = None,
) -> LegacyRoute:
    """A route for users. `at_once` may answer by a statement that finds them signed in as well."""

    async def authenticated(request: Request) -> Response:
        claims = claims_of(request)
        if claims is not None and at_once is not None:
            response = await at_once(claims)
            if response is not None:
                note_recognised(request)
                return response
        viewer = await viewer_of(request, requests.shop(request))
        return errors.unauthenticated() if viewer is None else await handler(request, viewer)

    return LegacyRoute(method, path, authenticated, needs_token=True, is_safe=is_safe)


TABLE = (
    _open("POST", "/v1/login", login.request_code),
    _open("POST", "/v1/login/verify", login.verify_code),
    _signed_in("GET", "/v1/logout", login.log_out, is_safe=False),
    _signed_in("GET", "/v1/user", users.show),
    _signed_in("POST", "/v1/user", users.update),
    _signed_in("GET", "/v1/user/notifications", notifications.list_all),
    _signed_in("GET", "/v1/user/notifications/unread", notifications.list_unread),
    _signed_in("POST", "/v1/user/notifications", notifications.mark_read),
    _signed_in("GET", "/v1/user/tickets", tickets.list_all),
    _signed_in("POST", "/v1/user/tickets", tickets.create),
    _signed_in("GET", "/v1/user/tickets/{id}", tickets.show),
    _signed_in("POST", "/v1/user/tickets/{id}", tickets.reply),
    _signed_in("POST", "/v1/user/payment", payments.start),
    _open("GET", "/v1/user/payment/test", payments.start_test, is_safe=False),
    _open("GET", "/v1/user/payment/verify", payments.verify, is_safe=False),
    _open("GET", "/v1/stats/top_users", stats.top_users),
    _open("GET", "/v1/stats/top_services", stats.top_services),
    _open("GET", "/v1/services", catalogue.list_services),
    _open("GET", "/v1/categories", catalogue.list_categories),
    _signed_in("GET", "/v1/user/freecredit", payments.claim_free_credit, is_safe=False),
    _signed_in("GET", "/v1/order", orders.list_all, at_once=orders.list_at_once),
    _signed_in("POST", "/v1/order", orders.create),
    _signed_in("GET", "/v1/order/{id}", orders.show),
    _signed_in("GET", "/v1/user/wof", gifts.spin_wheel, is_safe=False),
    _signed_in("GET", "/v1/user/gifts", gifts.list_all),
    _signed_in("POST", "/v1/user/gifts", gifts.use),
)


def application(shop: Shop) -> Starlette:
    """The REST door, to be mounted at /api."""
    door = Starlette(
        middleware=[Middleware(_WithoutTrailingSlash)],
        exception_handlers={404: errors.not_found, HTTPException: errors.http_error},
    )
    door.router = _Router(routes())
    door.state.shop = shop
    return door


def routes() -> list[Route]:
    """A Starlette route for each path of the table, with all of its methods."""
    paths = dict.fromkeys(line.path for line in TABLE)
    return [Route(path, _Resource([line for line in TABLE if line.path == path])) for path in paths]


class _Router(Router):
    """Starlette's, which tries one route after the other; most paths are known without trying."""

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
    """All methods of one path. HEAD goes with GET; OPTIONS and 405 name the methods, as Laravel does."""

    def __init__(self, lines: Sequence[LegacyRoute]) -> None:
        self._lines = {method: line for line in lines for method in _methods(line)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers={"allow": ", ".join(self._lines)})
        line = self._lines.get(request.method)
        if line is None and _is_payer(request, self._lines):
            line = _RETURN_BY_FORM
        if line is None:
            return errors.method_not_allowed(request.method, list(self._lines))
        if request.method != "HEAD":
            try:
                requests.check_method(request, header(request.scope, b"x-http-method-override"))
                return await _answer(line, request)
            except requests.MethodOverridden as overridden:
                return errors.method_not_allowed(overridden.method, list(self._lines))
        looking = line if line.is_safe else replace(line, handler=partial(_head_of_an_act, line))
        response = await _answer(looking, request)
        response.body = b""
        return response


# The reference has the callback by GET alone: programs that post to it are answered 405 as it says.
_CALLBACK_PATH = "/v1/user/payment/verify"
_RETURN_BY_FORM = _open("POST", _CALLBACK_PATH, payments.verify_posted)


def _is_payer(request: Request, lines: Mapping[str, LegacyRoute]) -> bool:
    """Whether a browser posts to the callback of payments: its user must see a receipt, not an error."""
    is_callback = "GET" in lines and lines["GET"].path == _CALLBACK_PATH
    accept = request.headers.get("accept", "")
    return request.method == "POST" and is_callback and media_types.prefers_page(accept, "application/json")


def _methods(line: LegacyRoute) -> tuple[str, ...]:
    return ("GET", "HEAD") if line.method == "GET" else (line.method,)


async def _head_of_an_act(line: LegacyRoute, request: Request) -> Response:
    """HEAD of a GET that does something: done by nobody who only looks (RFC 9110, 9.2.1)."""
    is_refused = line.needs_token and await viewer_of(request, requests.shop(request)) is None
    return errors.unauthenticated() if is_refused else Answer({})


async def _answer(line: LegacyRoute, request: Request) -> Response:
    try:
        return await line.handler(request)
    except Problem as problem:
        return errors.refused(problem, line.path)
    except (HTTPException, requests.MethodOverridden):
        raise
    except ClientDisconnect:
        return errors.disconnected()
    except Exception as error:
        if database.is_unavailable(error):
            _logger.error(
                "%s %s: the database is unavailable: %s", line.method, line.path, type(error).__name__
            )
            return errors.unavailable()
        _logger.exception("%s %s crashed", line.method, line.path)
        return errors.crashed()


class _WithoutTrailingSlash:
    """Laravel matches a path with slashes at its end as the one without."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # In place: who measures requests reads the route that was found from the scope that went in.
            scope["path"] = scope["path"].rstrip("/")
        await self._app(scope, receive, send)
