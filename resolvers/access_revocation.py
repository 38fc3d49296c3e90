"""Revoking the credentials of an account when it is blocked, changes hands or changes role."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from domain.sessions import SessionKind
from models import AccessToken, OpenIdIdentity, TotpSecret, User


class Credential(StrEnum):
    """Every kind of credential for an account. A new kind needs a branch in `revoke_access`."""

    SESSIONS = "sessions"
    SERVICE_TOKENS = "service_tokens"
    API_KEY = "api_key"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    OPENID_IDENTITIES = "openid_identities"
    TOTP_SECRET = "totp_secret"  # noqa: S105 - the name of a kind


ALL_EXCEPT_SESSIONS = frozenset(Credential) - {Credential.SESSIONS}
"""Signs the user out everywhere."""
NONE = frozenset[Credential]()
"""For an account take-over: nothing that the previous holder could use remains."""
KEPT_ON_BLOCK = frozenset({Credential.OPENID_IDENTITIES, Credential.TOTP_SECRET})
"""A blocked user's identity stays linked, or the person could open a new account with it."""
KEPT_ON_ROLE_CHANGE = frozenset({Credential.API_KEY, Credential.PASSWORD, Credential.TOTP_SECRET})
"""An API key spends the user's own money in any role, and a promotion must not remove the second factor."""
KEPT_ON_MOBILE_CHANGE = KEPT_ON_ROLE_CHANGE | {Credential.SERVICE_TOKENS}
"""A staff member who changed their number keeps the credentials that do not sign in as them."""


async def revoke_access(
    user: User, *, now: datetime, spares: Collection[Credential] = NONE, but_session: str | None = None
) -> None:
    """Revoke every credential of `user` except the kinds in `spares` and the session `but_session`.

    Call it in the transaction of the change that requires it. The fields of `user` are updated too.
    """
    ending = frozenset(Credential) - frozenset(spares)
    tokens = AccessToken.filter(user_id=user.id, revoked_at=None).exclude(id=but_session or "")
    if Credential.SESSIONS in ending:
        await tokens.exclude(kind=SessionKind.SERVICE).update(revoked_at=now)
    if Credential.SERVICE_TOKENS in ending:
        await tokens.filter(kind=SessionKind.SERVICE).update(revoked_at=now)
    if Credential.OPENID_IDENTITIES in ending:
        await OpenIdIdentity.filter(user_id=user.id).delete()
    if Credential.TOTP_SECRET in ending:
        await TotpSecret.filter(user_id=user.id).delete()
    columns = {Credential.API_KEY: "api_key_hash", Credential.PASSWORD: "password_hash"}
    emptied = [column for credential, column in columns.items() if credential in ending]
    if emptied:
        for column in emptied:
            setattr(user, column, None)
        await user.save(update_fields=emptied)
