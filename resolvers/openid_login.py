"""Sign-in by an identity that an OpenID provider has verified; see decision 10."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import database
from auth.key_hashing import hash_key
from domain import emails, text_cleaning
from domain.roles import UserRole
from models import OpenIdAttempt, OpenIdIdentity, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import access_revocation, sessions
from resolvers.app_context import AppContext
from resolvers.login import IssuedSession
from resolvers.sessions import Client

_MAX_NAME_LENGTH = 100
_MAX_SUBJECT_LENGTH = 255


class SignInRejected(Exception):
    """The identity may not sign in: its user is blocked, or the shop accepts no new users."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The person signing in, from the claims of a verified ID token. `email` was verified by the provider."""

    issuer: str
    subject: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


async def sign_in(app: AppContext, identity: Identity, *, client: Client) -> IssuedSession:
    """A token for the identity's user, who is created if necessary.

    Raises:
        SignInRejected: the user is blocked, the shop accepts no new users, or the subject is invalid.
    """
    if not 1 <= len(identity.subject) <= _MAX_SUBJECT_LENGTH:
        record_rejection(client, reason="malformed_subject")
        raise SignInRejected
    # Serialized: two first sign-ins of one person must not create two users.
    async with database.exclusive_transaction("openid sign-in"):
        now = await database.now()
        found = await _find_user(app, identity, now=now)
        if found is None:
            record_rejection(client, reason="registration_closed")
            raise SignInRejected
        user, is_new_link = found
        if not user.is_active:
            record_rejection(client, reason="blocked", user_id=user.id)
            raise SignInRejected
        token, expires_at = await sessions.issue_token(app, user, now=now, client=client)
    if is_new_link:
        security_log.record(SecurityEvent.OPENID_LINKED, user_id=user.id, network=client.network)
    security_log.record(SecurityEvent.SIGNED_IN, user_id=user.id, network=client.network, method="openid")
    return IssuedSession(access_token=token, expires_at=expires_at, user=user)


def record_rejection(client: Client, *, reason: str, user_id: int | None = None) -> None:
    """Log an OpenID sign-in that the provider or the shop refused."""
    security_log.record(
        SecurityEvent.SIGN_IN_REFUSED, user_id=user_id, network=client.network, method="openid", reason=reason
    )


async def store_attempt(key: str, data: str, *, lifetime: timedelta) -> None:
    """Store the state that the callback needs."""
    expires_at = await database.now() + lifetime
    await OpenIdAttempt.create(id=hash_key(key), data=data, expires_at=expires_at)


async def pop_attempt(key: str) -> str | None:
    """Return the stored state and delete it; None if it is missing or expired."""
    statement = "DELETE FROM openid_attempts WHERE id = $1 AND expires_at > $2 RETURNING data"
    rows = await database.fetch(statement, hash_key(key), await database.now())
    return str(rows[0]["data"]) if rows else None


async def _find_user(app: AppContext, identity: Identity, *, now: datetime) -> tuple[User, bool] | None:
    """The identity's user, and whether they are newly linked; None if the shop accepts no new users."""
    known = OpenIdIdentity.filter(issuer=identity.issuer, subject=identity.subject)
    if found := await known.select_related("user").first():
        return found.user, False
    email = emails.normalize(identity.email) if identity.email else None
    owner = await User.get_or_none(email=email) if email else None
    if owner is not None and _can_take_over(owner):
        user = await _take_over(app, owner, now=now)
    elif app.settings.registration_open:
        user = await User.create(
            email=None if owner else email,
            login_type=app.settings.openid_login_type,
            first_name=_clean_name(identity.first_name),
            last_name=_clean_name(identity.last_name),
            created_at=now,
            updated_at=now,
        )
    else:
        return None
    await OpenIdIdentity.create(user=user, issuer=identity.issuer, subject=identity.subject, created_at=now)
    return user, True


def _can_take_over(user: User) -> bool:
    """Whether a verified e-mail address is stronger proof than any that the account was opened with."""
    return user.is_active and user.role is UserRole.USER and not user.mobile_verified


async def _take_over(app: AppContext, user: User, *, now: datetime) -> User:
    """`user` for the owner of its e-mail address: all other credentials are revoked."""
    await access_revocation.revoke_access(user, now=now, spares=access_revocation.NONE)
    user.mobile, user.mobile_claimed_at = None, None
    user.login_type, user.updated_at = app.settings.openid_login_type, now
    await user.save(update_fields=["mobile", "mobile_claimed_at", "login_type", "updated_at"])
    return user


def _clean_name(claim: str | None) -> str | None:
    name = text_cleaning.clean_name(claim or "")[:_MAX_NAME_LENGTH]
    return name if name and text_cleaning.is_storable(name) else None
