"""CORS, and the origins whose pages may open WebSockets."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from web.headers import get_header, wrap_send


def is_allowed_origin(connection: HTTPConnection, *, allowed: Collection[str], own_url: str) -> bool:
    """Whether the page that opens the connection belongs to the shop or to an allowed origin.

    Clients other than browsers send no `Origin`, and are allowed. The shop's own origins are `own_url` and
    the requested host.
    """
    origin = connection.headers.get("origin", "").lower()
    if not origin or "*" in allowed:
        return True
    own = urlsplit(own_url.lower())
    _, _, host = origin.partition("://")
    is_own = origin == f"{own.scheme}://{own.netloc}" or host == connection.headers.get("host", "").lower()
    return is_own or origin in allowed


class FastCORSMiddleware(CORSMiddleware):
    """Starlette's, with less work for clients that send no origin."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or get_header(scope, b"origin"):
            await super().__call__(scope, receive, send)
            return
        vary = (b"vary", b"Origin")
        send_with_vary = wrap_send(send, lambda headers: headers.append(vary), types=("http.response.start",))
        await self.app(scope, receive, send_with_vary)
