"""Responses when the database is unavailable or an internal error occurs."""

import logging
from collections.abc import Awaitable

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import database
from web.failures import log_failure
from web.middleware.body_limit import CLIENT_DISCONNECTED

_log = logging.getLogger("vitrin.asgi")


class ErrorFallbackMiddleware:
    """Returns 503 while the database is unavailable and 500 for an internal error, without the cause.

    A client that disconnects before its request was read is not an error, and gets no response.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        def tracked_send(message: Message) -> Awaitable[None]:
            nonlocal has_started
            if CLIENT_DISCONNECTED in scope:
                # Inner frameworks return 500 for the aborted request; it must not be counted.
                return _drop()
            has_started = True
            return send(message)

        try:
            await self._app(scope, receive, tracked_send)
        except ClientDisconnect:
            # There is no client left to answer, and nothing failed.
            return
        except Exception as error:
            if has_started:
                if not database.is_unavailable(error):
                    raise
                # The server closes the connection of an incomplete response.
                log_failure(error, _log, f"path={scope['path']} response=incomplete")
                return
            failure = log_failure(error, _log, f"path={scope['path']}")
            response = JSONResponse({"message": failure.phrase}, failure.status, failure.headers)
            await response(scope, receive, send)


async def _drop() -> None: ...
