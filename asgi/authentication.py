"""Who calls: the bearer token and the address of a request."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi.headers import header
from resolvers import sessions
from resolvers.sessions import SignedIn
from resolvers.shop import Shop


class Authentication:
    """Recognises `Authorization: Bearer …` once a request; a bad token is the same as none.

    WebSockets bring theirs in a message, see `engine.websocket`.
    """

    def __init__(self, app: ASGIApp, *, shop: Shop) -> None:
        self._app = app
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["viewer"] = await self._viewer(scope)
        await self._app(scope, receive, send)

    async def _viewer(self, scope: Scope) -> SignedIn | None:
        bearer = bearer_in(header(scope, b"authorization"))
        return None if bearer is None else await sessions.authenticate(self._shop, bearer)


def bearer_in(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header; None in one of another scheme."""
    scheme, _, bearer = authorization.partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else None


def viewer_of(connection: HTTPConnection) -> SignedIn | None:
    """Who is signed in, or None."""
    viewer: SignedIn | None = connection.scope.get("viewer")
    return viewer


def address_of(connection: HTTPConnection) -> str:
    """The caller's IP address."""
    return connection.client.host if connection.client else "unknown"
