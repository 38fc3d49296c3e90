"""Security headers of every response."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from web.headers import HeaderPairs, encode_headers, wrap_send

_DEFAULT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of a response that is not a page: if a browser displays it anyway, it can do nothing."""
_YEAR_SECONDS = 31_536_000
_RESPONSE_MESSAGES = ("http.response.start",)


class SecurityHeadersMiddleware:
    """Adds the headers that a response does not set itself; pages set their own policy.

    Strict-Transport-Security is sent only if `public_url`, the address used by browsers, is https.
    """

    def __init__(self, app: ASGIApp, *, public_url: str, includes_subdomains: bool = False) -> None:
        self._app = app
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": _DEFAULT_POLICY,
        }
        if public_url.startswith("https://"):
            scope = "; includeSubDomains" if includes_subdomains else ""
            headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}{scope}"
        self._headers = encode_headers(headers.items())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        is_http = scope["type"] == "http"
        return self._app(
            scope, receive, wrap_send(send, self._add, types=_RESPONSE_MESSAGES) if is_http else send
        )

    def _add(self, headers: HeaderPairs) -> None:
        # Building a dict is faster than building a set of the names.
        present = dict(headers)
        headers += [pair for pair in self._headers if pair[0] not in present]
