"""Content security policy of the pages: their own scripts and their own server only.

Refused pages and forged forms are written to the security log.
"""

import base64
import hashlib
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observability import security_log
from observability.security_log import SecurityEvent
from resolvers.sessions import Session
from web.headers import HeaderPairs, wrap_send

# The only inline handler in the library's templates: the choice of the page size.
_PAGE_LENGTH = "window.location = this.value"


class PageProtectionMiddleware:
    """Gives every page a nonce for its scripts, and a policy that requires it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        digest = hashlib.sha256(_PAGE_LENGTH.encode()).digest()
        self._handler = f"'unsafe-hashes' 'sha256-{base64.b64encode(digest).decode()}'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}' {self._handler}; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        names = {
            b"content-security-policy": policy.encode(),
            # The pages' own server needs the origin of forms.
            b"referrer-policy": b"same-origin",
        }

        def add(headers: HeaderPairs) -> None:
            headers[:] = [pair for pair in headers if pair[0] not in names]
            headers.extend(names.items())
            if not scope["path"].startswith("/admin/static/"):
                headers.append((b"cache-control", b"no-store"))

        async def note(message: Message) -> None:
            if message.get("status") == 403:
                _record_refusal(scope)
            await send(message)

        await self._app(scope, receive, wrap_send(note, add, types=("http.response.start",)))


def _record_refusal(scope: Scope) -> None:
    viewer: Session | None = scope["state"].get("viewer")
    if viewer is not None:
        security_log.record(
            SecurityEvent.PERMISSION_REFUSED, user_id=viewer.user.id, permission="page", path=scope["path"]
        )
    elif scope["method"] == "POST":
        # No session is loaded until the form's token has been verified.
        security_log.record(SecurityEvent.FORGED_FORM_REFUSED, path=scope["path"])
