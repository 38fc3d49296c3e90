"""Ending access: what opens an account ends here, wherever the account changes hands."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from domain.sessions import SessionKind
from models import AccessToken, OpenIdIdentity, TotpSecret, User


class Credential(StrEnum):
    """Everything that opens an account. A new kind of credential gets a member here and an end below."""

    SESSIONS = "sessions"
    SERVICE_TOKENS = "service_tokens"
    API_KEY = "api_key"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    OPENID_IDENTITIES = "openid_identities"
    TOTP_SECRET = "totp_secret"  # noqa: S105 - the name of a kind


ALL_EXCEPT_SESSIONS = frozenset(Credential) - {Credential.SESSIONS}
"""Signed out everywhere."""
NONE = frozenset[Credential]()
"""Take-over: nothing of what the account was opened by survives."""
KEPT_ON_BLOCK = frozenset({Credential.OPENID_IDENTITIES, Credential.TOTP_SECRET})
"""A blocked user's identity must still be known, or it would open a new account; neither opens this one."""
KEPT_ON_ROLE_CHANGE = frozenset({Credential.API_KEY, Credential.PASSWORD, Credential.TOTP_SECRET})
"""A key orders with the user's own money in any role; a second factor must not end by a promotion."""
KEPT_ON_MOBILE_CHANGE = KEPT_ON_ROLE_CHANGE | {Credential.SERVICE_TOKENS}
"""A member of staff who changed their number keeps what does not sign in as them."""


async def revoke_access(
    user: User, *, now: datetime, spares: Collection[Credential] = NONE, but_session: str | None = None
) -> None:
    """End every credential of `user` but the kinds in `spares`, and the session `but_session`.

    Call it in the transaction of the change that makes it necessary. `user` is changed along.
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
