"""Whether a staff session has recently confirmed its user's identity."""

from datetime import datetime

import database
from domain.sessions import PROOF_LIFETIME, SessionKind
from domain.staff_problems import FreshCodeRequired
from models import AccessToken
from resolvers.authorization import raise_forbidden
from resolvers.sessions import Session


def is_fresh(session: AccessToken, *, now: datetime) -> bool:
    """Whether the session was confirmed in the last five minutes."""
    return session.confirmed_at is not None and now - session.confirmed_at <= PROOF_LIFETIME


async def is_confirmed(viewer: Session) -> bool:
    """Whether the session of `viewer` has a fresh proof."""
    return is_fresh(await get_open_session(viewer), now=await database.now())


async def get_open_session(viewer: Session) -> AccessToken:
    """The session of `viewer` with its user, read from the database.

    Raises:
        Forbidden: the session has been revoked, or its user blocked.
    """
    found = AccessToken.filter(
        id=viewer.token_id, user_id=viewer.user.id, revoked_at=None, user__is_active=True
    )
    session = await found.select_related("user").first()
    if session is None:
        raise_forbidden(viewer.user.id, permission="open_session")
    return session


async def require_fresh_session(viewer: Session) -> AccessToken:
    """The same for a staff session, which must have a fresh proof.

    Raises:
        Forbidden: not a staff session, or revoked.
        FreshCodeRequired: it was not confirmed recently.
    """
    if viewer.kind is not SessionKind.STAFF:
        raise_forbidden(viewer.user.id, permission="staff_session")
    session = await get_open_session(viewer)
    if not is_fresh(session, now=await database.now()):
        raise FreshCodeRequired
    return session
