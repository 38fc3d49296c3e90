"""Rate limits: counting, and the general limit of the REST routes as Laravel's throttle answers it."""

import asyncio
import logging
import math
import time
from dataclasses import dataclass

import orjson
from limits import RateLimitItem, parse
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi.authentication import claims_of, is_recognised, viewer_of
from asgi.client_network import client_network
from asgi.headers import changing, encoded
from asgi.windows import MemoryNames, MemoryWindows
from domain.tokens import Claims
from models import database
from observation import security_log
from observation.packages import MissingPackage
from observation.security_log import SecurityEvent
from resolvers.shop import Shop

_logger = logging.getLogger("vitrin.limits")
_MEMORY = "async+memory://"
_STORAGE_WITHIN_SECONDS = 1
# Between two looks at a storage that hangs, which cost a second each.
_ALONE_SECONDS = 30
_TRUSTED_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Window:
    """A caller's present window: whether its latest request fits, and what is left of it."""

    is_within: bool
    most: int
    remaining: int
    seconds_left: float

    @property
    def retry_after_seconds(self) -> int:
        return max(1, math.ceil(self.seconds_left))

    @property
    def reset_at_unix(self) -> int:
        return int(time.time() + self.seconds_left)


class RateLimit:
    """So many requests in a window, such as 60/minute, for each caller.

    While a storage that processes share is away, each counts for itself, and looks for it now and then.
    """

    def __init__(self, limit: str, *, storage: str) -> None:
        self._limit: RateLimitItem = parse(limit)
        self._here = MemoryWindows(self._limit.get_expiry())
        self._shared = None if storage == _MEMORY else _shared(storage)
        self._alone_until = 0.0

    async def count(self, caller: str) -> Window:
        """Count one request of `caller`."""
        if self._shared is not None and time.monotonic() >= self._alone_until:
            try:
                async with asyncio.timeout(_STORAGE_WITHIN_SECONDS):
                    return await self._count_together(self._shared, caller)
            except (StorageError, TimeoutError) as error:
                self._alone_until = time.monotonic() + _ALONE_SECONDS
                _logger.warning("requests are counted by this process alone: %r", error)
        requests, seconds_left = self._here.count(caller)
        return self._window(requests <= self._limit.amount, self._limit.amount - requests, seconds_left)

    async def _count_together(self, limiter: FixedWindowRateLimiter, caller: str) -> Window:
        is_within = await limiter.hit(self._limit, caller)
        window = await limiter.get_window_stats(self._limit, caller)
        return self._window(is_within, window.remaining, window.reset_time - time.time())

    def _window(self, is_within: bool, remaining: int, seconds_left: float) -> Window:
        return Window(
            is_within=is_within,
            most=self._limit.amount,
            remaining=max(0, remaining),
            seconds_left=seconds_left,
        )


def _shared(storage: str) -> FixedWindowRateLimiter:
    try:
        shared = storage_from_string(storage, implementation="redispy", wrap_exceptions=True)
    except ConfigurationError as error:
        raise MissingPackage("RATE_LIMIT_STORAGE", group="redis") from error
    return FixedWindowRateLimiter(shared)


class RateLimits:
    """So many requests a user, or an address where nobody is signed in, below one path.

    Whoever found a token that was revoked must not use up its user's requests: once a minute a request
    that did not ask whether the token still holds has it looked up, after it was answered. What is below
    `but_not` has limits of its own.
    """

    def __init__(
        self, app: ASGIApp, *, shop: Shop, limit: str, storage: str, below: str, but_not: str
    ) -> None:
        self._app = app
        self._shop = shop
        self._below = below
        self._but_not = but_not
        self._limit = RateLimit(limit, storage=storage)
        self._recognised = MemoryNames(_TRUSTED_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._counts(f"{scope['path']}/"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        claims = claims_of(connection)
        window = await self._limit.count(_caller(connection, claims))
        headers = {"X-RateLimit-Limit": str(window.most), "X-RateLimit-Remaining": str(window.remaining)}
        if window.is_within:
            pairs = encoded(headers.items())
            add = changing(send, lambda present: present.extend(pairs), types=("http.response.start",))
            await self._app(scope, receive, add)
        else:
            security_log.record(
                SecurityEvent.RATE_LIMIT_REACHED,
                user_id=None if claims is None else claims.user_id,
                limit="rest",
            )
            await _refuse(send, headers, window)
        if claims is not None and claims.token_id not in self._recognised:
            await self._recognise(connection, claims)

    async def _recognise(self, connection: HTTPConnection, claims: Claims) -> None:
        try:
            if is_recognised(connection) or await viewer_of(connection, self._shop) is not None:
                self._recognised.add(claims.token_id)
        except Exception as error:
            # The request was answered; the next one asks again.
            if not database.is_unavailable(error):
                raise

    def _counts(self, path: str) -> bool:
        return path.startswith(f"{self._below}/") and not path.startswith(f"{self._but_not}/")


def _caller(connection: HTTPConnection, claims: Claims | None) -> str:
    return f"address:{client_network(connection)}" if claims is None else f"user:{claims.user_id}"


async def _refuse(send: Send, headers: dict[str, str], window: Window) -> None:
    all_headers = {
        **headers,
        "Retry-After": str(window.retry_after_seconds),
        "X-RateLimit-Reset": str(window.reset_at_unix),
        "Content-Type": "application/json",
    }
    pairs = encoded(all_headers.items())
    await send({"type": "http.response.start", "status": 429, "headers": pairs})
    await send({"type": "http.response.body", "body": orjson.dumps({"message": "Too Many Attempts."})})
