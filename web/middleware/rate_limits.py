"""Rate limits, and the general limit of the REST routes, formatted as Laravel's throttle does."""

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

import database
from auth.tokens import Claims
from observability import security_log
from observability.optional_packages import MissingPackage
from observability.security_log import SecurityEvent
from resolvers.app_context import AppContext
from web.authentication import get_claims, get_viewer, is_session_verified
from web.client_network import get_client_network
from web.fixed_windows import ExpiringSet, FixedWindowCounter
from web.headers import encode_headers, wrap_send

_logger = logging.getLogger("vitrin.limits")
_MEMORY = "async+memory://"
_STORAGE_TIMEOUT_SECONDS = 1
# Interval between attempts at an unavailable storage, each of which may take a second.
_LOCAL_SECONDS = 30
_VERIFIED_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Window:
    """A caller's current window: whether its latest request is allowed, and what remains."""

    is_allowed: bool
    limit: int
    remaining: int
    seconds_left: float

    @property
    def retry_after_seconds(self) -> int:
        return max(1, math.ceil(self.seconds_left))

    @property
    def reset_at_unix(self) -> int:
        return int(time.time() + self.seconds_left)


class RateLimit:
    """A number of requests per window, such as 60/minute, for each caller.

    While a shared storage is unavailable, each process counts by itself and retries the storage periodically.
    """

    def __init__(self, limit: str, *, storage: str) -> None:
        self._limit: RateLimitItem = parse(limit)
        self._local = FixedWindowCounter(self._limit.get_expiry())
        self._shared = None if storage == _MEMORY else _build_shared_limiter(storage)
        self._local_until = 0.0

    async def count(self, caller: str) -> Window:
        """Count one request of `caller`."""
        if self._shared is not None and time.monotonic() >= self._local_until:
            try:
                async with asyncio.timeout(_STORAGE_TIMEOUT_SECONDS):
                    return await self._count_shared(self._shared, caller)
            except (StorageError, TimeoutError) as error:
                self._local_until = time.monotonic() + _LOCAL_SECONDS
                _logger.warning("shared rate-limit storage unavailable, using local counters: %r", error)
        requests, seconds_left = self._local.count(caller)
        return self._build_window(requests <= self._limit.amount, self._limit.amount - requests, seconds_left)

    async def _count_shared(self, limiter: FixedWindowRateLimiter, caller: str) -> Window:
        is_allowed = await limiter.hit(self._limit, caller)
        window = await limiter.get_window_stats(self._limit, caller)
        return self._build_window(is_allowed, window.remaining, window.reset_time - time.time())

    def _build_window(self, is_allowed: bool, remaining: int, seconds_left: float) -> Window:
        return Window(
            is_allowed=is_allowed,
            limit=self._limit.amount,
            remaining=max(0, remaining),
            seconds_left=seconds_left,
        )


def _build_shared_limiter(storage: str) -> FixedWindowRateLimiter:
    try:
        shared = storage_from_string(storage, implementation="redispy", wrap_exceptions=True)
    except ConfigurationError as error:
        raise MissingPackage("RATE_LIMIT_STORAGE", group="redis") from error
    return FixedWindowRateLimiter(shared)


class RateLimitMiddleware:
    """Limits requests below one path per user, or per address for anonymous callers.

    Requests with a revoked token must not use up its user's limit: once a minute, a request that did not
    check its token is checked after its response. Paths below `excluded_prefix` have limits of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        context: AppContext,
        limit: str,
        storage: str,
        prefix: str,
        excluded_prefix: str,
    ) -> None:
        self._app = app
        self._context = context
        self._prefix = prefix
        self._excluded_prefix = excluded_prefix
        self._limit = RateLimit(limit, storage=storage)
        self._verified_tokens = ExpiringSet(_VERIFIED_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_limited(f"{scope['path']}/"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        claims = get_claims(connection)
        window = await self._limit.count(_get_caller_key(connection, claims))
        headers = {"X-RateLimit-Limit": str(window.limit), "X-RateLimit-Remaining": str(window.remaining)}
        if window.is_allowed:
            pairs = encode_headers(headers.items())
            add = wrap_send(send, lambda present: present.extend(pairs), types=("http.response.start",))
            await self._app(scope, receive, add)
        else:
            security_log.record(
                SecurityEvent.RATE_LIMIT_REACHED,
                user_id=None if claims is None else claims.user_id,
                limit="rest",
            )
            await _send_too_many_requests(send, headers, window)
        if claims is not None and claims.token_id not in self._verified_tokens:
            await self._verify_token(connection, claims)

    async def _verify_token(self, connection: HTTPConnection, claims: Claims) -> None:
        try:
            if is_session_verified(connection) or await get_viewer(connection, self._context) is not None:
                self._verified_tokens.add(claims.token_id)
        except Exception as error:
            # The response was sent already; the next request checks again.
            if not database.is_unavailable(error):
                raise

    def _is_limited(self, path: str) -> bool:
        return path.startswith(f"{self._prefix}/") and not path.startswith(f"{self._excluded_prefix}/")


def _get_caller_key(connection: HTTPConnection, claims: Claims | None) -> str:
    return f"address:{get_client_network(connection)}" if claims is None else f"user:{claims.user_id}"


async def _send_too_many_requests(send: Send, headers: dict[str, str], window: Window) -> None:
    all_headers = {
        **headers,
        "Retry-After": str(window.retry_after_seconds),
        "X-RateLimit-Reset": str(window.reset_at_unix),
        "Content-Type": "application/json",
    }
    pairs = encode_headers(all_headers.items())
    await send({"type": "http.response.start", "status": 429, "headers": pairs})
    await send({"type": "http.response.body", "body": orjson.dumps({"message": "Too Many Attempts."})})
