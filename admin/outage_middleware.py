"""The response of the pages while the database is unavailable."""

import logging

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_admin.i18n import get_locale, gettext

import database
from admin import language, templating

_CALLED_BY_SCRIPTS = "/admin/_api/"
_RETRY_AFTER_SECONDS = "5"
_log = logging.getLogger("vitrin.admin")


class OutageMiddleware:
    """Responds with 503 and a plain page, and logs one line, while the database is unavailable.

    Must be inside the library's `ServerErrorMiddleware`, which responds with 500 to every exception, and
    inside its `LocaleMiddleware`. Other failures, and those after a response has begun, are passed on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def watched_send(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:
            if has_started or not database.is_unavailable(error):
                raise
            _log.error("database unavailable: %s", type(error).__name__)
            await _unavailable_response(scope)(scope, receive, send)


def _unavailable_response(scope: Scope) -> Response:
    title = gettext("The database is unavailable.")
    advice = gettext("Try again in a moment. What you were doing may not have been saved.")
    response: Response
    if scope["path"].startswith(_CALLED_BY_SCRIPTS):
        response = JSONResponse({"msg": title}, 503)
    else:
        page = templating.render_partial(
            "unavailable.html",
            language=get_locale(),
            direction="rtl" if language.is_persian() else "ltr",
            title=title,
            advice=advice,
            again=gettext("Try again"),
        )
        response = HTMLResponse(page, 503)
    MutableHeaders(raw=response.raw_headers)["Retry-After"] = _RETRY_AFTER_SECONDS
    return response
