"""The last resort: what a request gets when the database is away or our code fails."""

import logging
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models import database

_log = logging.getLogger("vitrin.asgi")


class Failures:
    """Answers 503 while the database cannot be reached, 500 for a fault of ours, and tells no cause."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        def watched_send(message: Message) -> Awaitable[None]:
            nonlocal has_started
            has_started = True
            return send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:
            if has_started:
                raise
            await _answer(error)(scope, receive, send)


def _answer(error: Exception) -> JSONResponse:
    if database.is_unavailable(error):
        _log.error("database unavailable: %s", type(error).__name__)
        return JSONResponse({"message": "Service Unavailable"}, 503, Headers({"Retry-After": "1"}))
    _log.exception("request failed", exc_info=error)
    return JSONResponse({"message": "Server Error"}, 500)
