"""Forms against forgery: the token in a form is good for the session that it was given to, and no other."""

import copy

from itsdangerous import URLSafeSerializer
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette_admin.security.csrf import CSRFMiddleware

_SALT = "csrf"


class SessionCsrfMiddleware(CSRFMiddleware):
    """The library's double-submit cookie, signed for the session in `session_cookie`.

    A cookie that another host of the domain, or a network without TLS, planted was signed for another
    session and counts as none. Where the shop is served by https its name has the prefix `__Host-`, so that
    it cannot be planted at all.
    """

    def __init__(self, app: ASGIApp, secret_key: str, *, session_cookie: str, is_https: bool) -> None:
        super().__init__(app, secret_key)
        self._secret_key = secret_key
        self._session_cookie = session_cookie
        if is_https:
            self.cookie_name = "__Host-csrf"

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        session = request.cookies.get(self._session_cookie, "")
        # One of its own for each request: the signer is the library's attribute, and requests overlap.
        bound = copy.copy(self)
        bound._signer = URLSafeSerializer(self._secret_key, salt=f"{_SALT}:{session}")
        return await CSRFMiddleware.dispatch(bound, request, call_next)
