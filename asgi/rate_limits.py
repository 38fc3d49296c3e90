"""The general rate limit of the REST routes, as Laravel's throttle middleware answers it."""

import time

import orjson
from limits import RateLimitItem, parse
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asgi.authentication import address_of, viewer_of


class RateLimits:
    """So many requests a user, or an address where nobody is signed in, below one path."""

    def __init__(self, app: ASGIApp, *, limit: str, storage: str, below: str) -> None:
        self._app = app
        self._below = below
        self._limit: RateLimitItem = parse(limit)
        self._limiter = FixedWindowRateLimiter(storage_from_string(storage))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{self._below}/"):
            await self._app(scope, receive, send)
            return
        key = _caller(HTTPConnection(scope))
        is_allowed = await self._limiter.hit(self._limit, key)
        window = await self._limiter.get_window_stats(self._limit, key)
        headers = {
            "X-RateLimit-Limit": str(self._limit.amount),
            "X-RateLimit-Remaining": str(max(0, window.remaining)),
        }
        if is_allowed:
            await self._app(scope, receive, _with_headers(send, headers))
        else:
            await _refuse(send, headers, reset_at_unix=int(window.reset_time))


def _caller(connection: HTTPConnection) -> str:
    viewer = viewer_of(connection)
    return f"user:{viewer.user.id}" if viewer else f"address:{address_of(connection)}"


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_with_headers


async def _refuse(send: Send, headers: dict[str, str], *, reset_at_unix: int) -> None:
    retry_after = max(1, reset_at_unix - int(time.time()))
    all_headers = {
        **headers,
        "Retry-After": str(retry_after),
        "X-RateLimit-Reset": str(reset_at_unix),
        "Content-Type": "application/json",
    }
    encoded = [(name.lower().encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": 429, "headers": encoded})
    await send({"type": "http.response.body", "body": orjson.dumps({"message": "Too Many Attempts."})})
