"""Sessions: issuing, authenticating, listing and revoking tokens."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import OperationalError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

import database
from auth.tokens import Claims
from database.clock import CLOCK
from database.row_layout import ALL_COLUMNS, Projection
from database.rows import TableReader
from domain.permissions import Permission
from domain.problems import declares_problems
from domain.sessions import SessionKind
from domain.staff_problems import SessionNotFound
from models import AccessToken, TotpSecret, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers.app_context import AppContext

_TOKENS = TableReader.for_model(AccessToken)
_UNREVOKED = "t.revoked_at IS NULL"
SESSION_COLUMNS = (
    "(SELECT s.user_id FROM access_tokens s JOIN users u ON u.id = s.user_id"
    " WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND s.kind = 'app' AND u.is_active)"
)
"""SQL expression: the id of the user whom `load_session` would accept for the claims' token, or NULL.

NULL also for staff sessions, which may have been idle too long; `load_session` decides about these.
"""

_WITH_USER = Projection(
    frozenset({"issued_at", "expires_at", "kind", "last_seen_at"}), (("user", ALL_COLUMNS),)
)
_MAX_USER_AGENT_LENGTH = 200
_MAX_NETWORK_LENGTH = 45
# How often a session's last use is stored. Staff sessions expire when idle, so theirs is stored more often.
_LAST_SEEN_INTERVAL = {
    SessionKind.APP: timedelta(hours=1),
    SessionKind.SERVICE: timedelta(hours=1),
    SessionKind.STAFF: timedelta(minutes=1),
}


@dataclass(frozen=True)
class Session:
    """A user with the token of the request.

    `lacks_totp`: the shop requires TOTP of its staff and the user has not set it up; the staff session can do
    nothing else until then.
    """

    user: User
    token_id: str
    expires_at: datetime
    kind: SessionKind = SessionKind.APP
    lacks_totp: bool = False


@dataclass(frozen=True, kw_only=True)
class Client:
    """What a session stores about the client that opened it, so that its owner can recognize it.

    `network` identifies the caller's network, as `domain.networks` defines it; attempts at codes are counted
    by it.
    """

    network: str
    user_agent: str | None = None


async def issue_token(
    app: AppContext, user: User, *, now: datetime, client: Client | None = None
) -> tuple[str, datetime]:
    """Issue a token of the app's kind for `user`; returns it with its expiry. Its row makes it revocable."""
    expires_at = now + app.settings.token_lifetime
    row = await AccessToken.create(
        id=_generate_id(),
        user=user,
        issued_at=now,
        expires_at=expires_at,
        user_agent=_truncate(client.user_agent, _MAX_USER_AGENT_LENGTH) if client else None,
        network=_truncate(client.network, _MAX_NETWORK_LENGTH) if client else None,
    )
    return _sign_token(app, row), expires_at


async def issue_staff_session(
    app: AppContext, user: User, *, now: datetime, client: Client | None = None
) -> tuple[str, datetime]:
    """Issue a staff session for `user`, freshly confirmed; returns it with its latest possible end."""
    expires_at = now + app.settings.staff_session_lifetime
    row = await AccessToken.create(
        id=_generate_id(),
        user=user,
        issued_at=now,
        expires_at=expires_at,
        kind=SessionKind.STAFF,
        last_seen_at=now,
        confirmed_at=now,
        user_agent=_truncate(client.user_agent, _MAX_USER_AGENT_LENGTH) if client else None,
        network=_truncate(client.network, _MAX_NETWORK_LENGTH) if client else None,
    )
    return _sign_token(app, row), expires_at


async def issue_service_token(
    app: AppContext,
    user: User,
    *,
    name: str,
    permissions: Collection[Permission],
    lifetime: timedelta,
    now: datetime,
) -> tuple[str, AccessToken]:
    """Issue a service token that acts as `user` within `permissions`; returns it with its row."""
    row = await AccessToken.create(
        id=_generate_id(),
        user=user,
        issued_at=now,
        expires_at=now + lifetime,
        kind=SessionKind.SERVICE,
        name=name,
        permissions=",".join(sorted(permissions)),
    )
    return _sign_token(app, row), row


async def authenticate(app: AppContext, bearer: str) -> Session | None:
    """The session of `bearer`; None if it is invalid, expired or revoked, or its user is blocked."""
    claims = app.tokens.verify(bearer, now=CLOCK.estimate())
    return None if claims is None else await load_session(app, claims)


async def load_session(app: AppContext, claims: Claims) -> Session | None:
    """The session of a verified token; None if it is revoked or idle too long, or its user is blocked.

    A revoked token is also dropped from this process's cache of verified tokens.
    """
    # Checked on every request, so that a token revoked in another process ends at once.
    row = await _TOKENS.get_by_key(claims.token_id, _UNREVOKED, projection=_WITH_USER)
    if row is None:
        app.tokens.reject(claims.token_id)
        return None
    if row.user_id != claims.user_id or not row.user.is_active:
        return None
    now, is_staff = CLOCK.estimate(), row.kind is SessionKind.STAFF
    unseen_for = now - (row.last_seen_at or row.issued_at)
    if is_staff and unseen_for > app.settings.staff_session_idle:
        return None
    if unseen_for >= _LAST_SEEN_INTERVAL[row.kind]:
        await _record_use(row.id, now=now)
    lacks_totp = is_staff and await _needs_totp_setup(app, row.user)
    return Session(
        user=row.user, token_id=row.id, expires_at=row.expires_at, kind=row.kind, lacks_totp=lacks_totp
    )


async def filter_active(app: AppContext, token_ids: Collection[str]) -> set[str]:
    """Those of the tokens that `authenticate` would still accept."""
    now = CLOCK.estimate()
    is_in_use = ~Q(kind=SessionKind.STAFF) | Q(last_seen_at__gte=now - app.settings.staff_session_idle)
    tokens = AccessToken.filter(
        is_in_use,
        id__in=list(token_ids),
        revoked_at=None,
        expires_at__gt=now,
        user__is_active=True,
    )
    return {str(token_id) for token_id in await tokens.values_list("id", flat=True)}


async def list_sessions(app: AppContext, viewer: Session) -> list[AccessToken]:
    """The user's open sessions, latest first: the app's and staff's, but no service tokens."""
    now = await database.now()
    return list(await _open_sessions(app, viewer.user, now=now).order_by("-issued_at", "id"))


async def get_session(app: AppContext, viewer: Session, *, session_id: str) -> AccessToken | None:
    """The user's open session with this `to_public_id`, or None."""
    rows = await list_sessions(app, viewer)
    return next((row for row in rows if to_public_id(row.id) == session_id), None)


def to_public_id(token_id: str) -> str:
    """The public id of a session or service token: it identifies one without revealing its token."""
    return hashlib.sha256(f"public id of {token_id}".encode()).hexdigest()[:32]


@declares_problems(SessionNotFound)
async def end_session(app: AppContext, viewer: Session, *, session_id: str) -> None:
    """Revoke one of the user's sessions by its `to_public_id`; it may be the current one.

    Raises:
        SessionNotFound: the user has none with this id, or it has ended.
    """
    now = await database.now()
    token_ids = await _open_sessions(app, viewer.user, now=now).values_list("id", flat=True)
    named = [token_id for token_id in token_ids if to_public_id(str(token_id)) == session_id]
    if not named or not await AccessToken.filter(id=named[0], revoked_at=None).update(revoked_at=now):
        raise SessionNotFound
    security_log.record(SecurityEvent.SESSION_REVOKED, user_id=viewer.user.id, reason="by_its_user")


def _open_sessions(app: AppContext, user: User, *, now: datetime) -> QuerySet[AccessToken]:
    is_in_use = Q(kind=SessionKind.APP) | Q(
        kind=SessionKind.STAFF, last_seen_at__gte=now - app.settings.staff_session_idle
    )
    return AccessToken.filter(is_in_use, user_id=user.id, revoked_at=None, expires_at__gt=now)


async def _record_use(token_id: str, *, now: datetime) -> None:
    """Store the session's last use. A read-only database must not end the session."""
    try:
        await AccessToken.filter(id=token_id).update(last_seen_at=now.replace(microsecond=0))
    except OperationalError as error:
        if database.is_unavailable(error):
            raise


async def _needs_totp_setup(app: AppContext, user: User) -> bool:
    if not app.settings.staff_totp_required:
        return False
    return not await TotpSecret.filter(user_id=user.id, secret__isnull=False).exists()


def _sign_token(app: AppContext, row: AccessToken) -> str:
    return app.tokens.issue(
        user_id=row.user_id, token_id=row.id, issued_at=row.issued_at, expires_at=row.expires_at
    )


def _generate_id() -> str:
    return secrets.token_hex(40)


def _truncate(text: str | None, length: int) -> str | None:
    """The client's description of itself, cut to the column's length."""
    return "".join(filter(str.isprintable, text))[:length] or None if text else None
