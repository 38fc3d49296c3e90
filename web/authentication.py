"""Authentication of a request by its bearer token."""

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
    """Verifies `Authorization: Bearer …` once per request; an invalid token is treated as none.

    `get_viewer` queries the database. WebSockets send their token in a message, see
    `engine.transport.websocket`.
    """

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["claims"] = self._verify_bearer(scope)
        await self._app(scope, receive, send)

    def _verify_bearer(self, scope: Scope) -> Claims | None:
        bearer = parse_bearer(get_header(scope, b"authorization"))
        return None if bearer is None else self._context.tokens.verify(bearer, now=CLOCK.estimate())


def parse_bearer(authorization: str) -> str | None:
    """The token in an `Authorization` header; None for another scheme."""
    scheme, _, bearer = authorization.partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else None


def get_claims(connection: HTTPConnection) -> Claims | None:
    """The claims of the caller's token; it may have been revoked since, or its user blocked."""
    claims: Claims | None = connection.scope.get("claims")
    return claims


async def get_viewer(connection: HTTPConnection, context: AppContext) -> Session | None:
    """The signed-in session, or None; the database is queried on first use in a request."""
    if "viewer" not in connection.scope:
        claims = get_claims(connection)
        viewer = None if claims is None else await sessions.load_session(context, claims)
        connection.scope["viewer"] = viewer
        if viewer is None and parse_bearer(get_header(connection.scope, b"authorization")) is not None:
            security_log.record(
                SecurityEvent.TOKEN_REFUSED, user_id=None if claims is None else claims.user_id
            )
    found: Session | None = connection.scope["viewer"]
    return found


def mark_session_verified(connection: HTTPConnection) -> None:
    """Record that another statement already found the token's session in the database."""
    connection.scope["is_session_verified"] = True


def is_session_verified(connection: HTTPConnection) -> bool:
    """Whether the token's session was found in the database during this request."""
    return connection.scope.get("viewer") is not None or "is_session_verified" in connection.scope


def get_client(connection: HTTPConnection) -> Client:
    """The description of the client that is stored with a session it opens."""
    return Client(network=get_client_network(connection), user_agent=connection.headers.get("user-agent"))
