"""The response of the pages while the database is unavailable."""

import logging

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_admin.i18n import get_locale, gettext

import database
from admin import language, templating
from web.failures import OUTAGE, log_failure

_CALLED_BY_SCRIPTS = "/admin/_api/"
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
            log_failure(error, _log, f"path={scope['path']}")
            await _unavailable_response(scope)(scope, receive, send)


def _unavailable_response(scope: Scope) -> Response:
    title = gettext("The database is unavailable.")
    advice = gettext("Try again in a moment. What you were doing may not have been saved.")
    if scope["path"].startswith(_CALLED_BY_SCRIPTS):
        return JSONResponse({"msg": title}, OUTAGE.status, OUTAGE.headers)
    page = templating.render_partial(
        "unavailable.html",
        language=get_locale(),
        direction="rtl" if language.is_persian() else "ltr",
        title=title,
        advice=advice,
        again=gettext("Try again"),
    )
    return HTMLResponse(page, OUTAGE.status, OUTAGE.headers)
