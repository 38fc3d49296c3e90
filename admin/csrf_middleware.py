"""CSRF protection: the token in a form is valid only for the session it was issued to."""

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

    A cookie planted by another host of the domain, or over a network without TLS, is signed for another
    session and is ignored. If the shop uses https, the cookie's name has the prefix `__Host-`, so that it
    cannot be planted at all.
    """

    def __init__(self, app: ASGIApp, secret_key: str, *, session_cookie: str, is_https: bool) -> None:
        super().__init__(app, secret_key)
        self._secret_key = secret_key
        self._session_cookie = session_cookie
        if is_https:
            self.cookie_name = "__Host-csrf"

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        session = request.cookies.get(self._session_cookie, "")
        # A copy for each request: the signer is the library's attribute, and requests overlap.
        bound = copy.copy(self)
        bound._signer = URLSafeSerializer(self._secret_key, salt=f"{_SALT}:{session}")
        return await CSRFMiddleware.dispatch(bound, request, call_next)
