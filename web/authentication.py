"""Who calls: the bearer token of a request."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.tokens import Claims
from database.clock import CLOCK
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.sessions import Client, Session
from web.client_network import get_client_network
from web.headers import get_header


class AuthenticationMiddleware:
    """Verifies `Authorization: Bearer …` once a request; a bad token is the same as none.

    The database is asked by `get_viewer`. WebSockets bring their token in a message, see
    `engine.transport.websocket`.
    """

    def __init__(self, app: ASGIApp, *, shop: AppContext) -> None:
        self._app = app
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["claims"] = self._verify_bearer(scope)
        await self._app(scope, receive, send)

    def _verify_bearer(self, scope: Scope) -> Claims | None:
        bearer = parse_bearer(get_header(scope, b"authorization"))
        return None if bearer is None else self._shop.tokens.verify(bearer, now=CLOCK.estimate())


def parse_bearer(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header; None in one of another scheme."""
    scheme, _, bearer = authorization.partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else None


def get_claims(connection: HTTPConnection) -> Claims | None:
    """Whom the caller's token names; it may have been revoked since, and its user blocked."""
    claims: Claims | None = connection.scope.get("claims")
    return claims


async def get_viewer(connection: HTTPConnection, shop: AppContext) -> Session | None:
    """Who is signed in, or None, by what the database says when the request first wants to know."""
    if "viewer" not in connection.scope:
        claims = get_claims(connection)
        viewer = None if claims is None else await sessions.load_session(shop, claims)
        connection.scope["viewer"] = viewer
        if viewer is None and parse_bearer(get_header(connection.scope, b"authorization")) is not None:
            security_log.record(
                SecurityEvent.TOKEN_REFUSED, user_id=None if claims is None else claims.user_id
            )
    found: Session | None = connection.scope["viewer"]
    return found


def mark_session_verified(connection: HTTPConnection) -> None:
    """Tell that the database knows the token's session, as who read by it found out."""
    connection.scope["is_session_verified"] = True


def is_session_verified(connection: HTTPConnection) -> bool:
    """Whether the request has found the token's session so far."""
    return connection.scope.get("viewer") is not None or "is_session_verified" in connection.scope


def get_client(connection: HTTPConnection) -> Client:
    """What a session remembers of the client that opens it."""
    return Client(network=get_client_network(connection), user_agent=connection.headers.get("user-agent"))
