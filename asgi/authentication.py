"""Who calls: the bearer token of a request."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi.client_network import client_network
from asgi.headers import header
from domain.tokens import Claims
from models.clock import CLOCK
from observation import security_log
from observation.security_log import SecurityEvent
from resolvers import sessions
from resolvers.sessions import Client, SignedIn
from resolvers.shop import Shop


class Authentication:
    """Verifies `Authorization: Bearer …` once a request; a bad token is the same as none.

    The database is asked by `viewer_of`. WebSockets bring their token in a message, see `engine.websocket`.
    """

    def __init__(self, app: ASGIApp, *, shop: Shop) -> None:
        self._app = app
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["claims"] = self._claims(scope)
        await self._app(scope, receive, send)

    def _claims(self, scope: Scope) -> Claims | None:
        bearer = bearer_in(header(scope, b"authorization"))
        return None if bearer is None else self._shop.tokens.verify(bearer, now=CLOCK.estimate())


def bearer_in(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header; None in one of another scheme."""
    scheme, _, bearer = authorization.partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else None


def claims_of(connection: HTTPConnection) -> Claims | None:
    """Whom the caller's token names; it may have been revoked since, and its user blocked."""
    claims: Claims | None = connection.scope.get("claims")
    return claims


async def viewer_of(connection: HTTPConnection, shop: Shop) -> SignedIn | None:
    """Who is signed in, or None, by what the database says when the request first wants to know."""
    if "viewer" not in connection.scope:
        claims = claims_of(connection)
        viewer = None if claims is None else await sessions.recognise(shop, claims)
        connection.scope["viewer"] = viewer
        if viewer is None and bearer_in(header(connection.scope, b"authorization")) is not None:
            security_log.record(
                SecurityEvent.TOKEN_REFUSED, user_id=None if claims is None else claims.user_id
            )
    found: SignedIn | None = connection.scope["viewer"]
    return found


def note_recognised(connection: HTTPConnection) -> None:
    """Tell that the database knows the token's session, as who read by it found out."""
    connection.scope["is_recognised"] = True


def is_recognised(connection: HTTPConnection) -> bool:
    """Whether the request has found the token's session so far."""
    return connection.scope.get("viewer") is not None or "is_recognised" in connection.scope


def client_of(connection: HTTPConnection) -> Client:
    """What a session remembers of the client that opens it."""
    return Client(network=client_network(connection), user_agent=connection.headers.get("user-agent"))
