"""Signed-in sessions: issuing tokens, recognising and revoking them."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.tokens import Claims
from models import AccessToken, User
from models.clock import CLOCK
from models.rows import EVERYTHING, Rows, Wanted
from resolvers.shop import Shop

_TOKENS = Rows.of(AccessToken)
_UNREVOKED = "t.revoked_at IS NULL"
WHO_IS_SIGNED_IN = (
    "(SELECT s.user_id FROM access_tokens s JOIN users u ON u.id = s.user_id"
    " WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND u.is_active)"
)
"""In SQL: the id of whom `recognise` knows by the claims' token and user, or NULL."""

_WITH_USER = Wanted(frozenset({"expires_at"}), (("user", EVERYTHING),))


@dataclass(frozen=True)
class SignedIn:
    """A user with the token that the request carried."""

    user: User
    token_id: str
    expires_at: datetime


async def issue_token(shop: Shop, user: User, *, now: datetime) -> tuple[str, datetime]:
    """A new token for `user` and the moment it expires; its row makes it revocable."""
    expires_at = now + shop.settings.token_lifetime
    row = await AccessToken.create(id=secrets.token_hex(40), user=user, issued_at=now, expires_at=expires_at)
    token = shop.tokens.issue(user_id=user.id, token_id=row.id, issued_at=now, expires_at=expires_at)
    return token, expires_at


async def authenticate(shop: Shop, bearer: str) -> SignedIn | None:
    """Who holds `bearer`; None where it is invalid, expired or revoked, or its user blocked."""
    claims = shop.tokens.verify(bearer, now=CLOCK.estimate())
    return None if claims is None else await recognise(shop, claims)


async def recognise(shop: Shop, claims: Claims) -> SignedIn | None:
    """Who holds the verified token; None where it is revoked, or its user blocked.

    A token that was revoked is none of ours from then on, in this process.
    """
    # Every time: a token that was revoked in another process ends at once.
    row = await _TOKENS.with_key(claims.token_id, _UNREVOKED, wanted=_WITH_USER)
    if row is None:
        shop.tokens.end(claims.token_id)
        return None
    if row.user_id != claims.user_id or not row.user.is_active:
        return None
    return SignedIn(user=row.user, token_id=row.id, expires_at=row.expires_at)


async def still_signed_in(token_ids: Collection[str]) -> set[str]:
    """Those of the tokens that `authenticate` would still recognise."""
    tokens = AccessToken.filter(
        id__in=list(token_ids),
        revoked_at=None,
        expires_at__gt=CLOCK.estimate(),
        user__is_active=True,
    )
    return {str(token_id) for token_id in await tokens.values_list("id", flat=True)}


async def revoke_tokens(user: User, *, now: datetime) -> None:
    """Sign `user` out everywhere."""
    await AccessToken.filter(user=user, revoked_at=None).update(revoked_at=now)
