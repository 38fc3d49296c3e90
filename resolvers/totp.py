"""Staff's second factor: codes of an authenticator app (RFC 6238)."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

import database
from auth import login_codes, secret_encryption
from auth import totp as rules
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired, TotpNotStarted, WrongTotpCode
from models import AccessToken, TotpSecret, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import identity_proofs
from resolvers.app_context import AppContext
from resolvers.authorization import raise_forbidden
from resolvers.sessions import Session

_logger = logging.getLogger("vitrin.totp")
_ISSUER = "Vitrin"


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """The secret for an authenticator app; shown only once."""

    secret: str
    uri: str


@declares_problems(Forbidden, FreshCodeRequired)
async def enable_totp(app: AppContext, viewer: Session) -> Enrolment:
    """Create a secret that is activated by its first code; the current one stays active until then.

    Raises:
        Forbidden: not a staff session.
        FreshCodeRequired: the session was not confirmed recently.
    """
    secret = secrets.token_bytes(rules.SECRET_BYTES)
    async with in_transaction():
        session = await identity_proofs.require_fresh_session(viewer)
        sealed = _encrypt(app, session.user, secret)
        defaults = {"pending_secret": sealed, "updated_at": await database.now()}
        await TotpSecret.update_or_create(user_id=session.user_id, defaults=defaults)
    account = session.user.mobile or f"#{session.user_id}"
    return Enrolment(
        secret=rules.to_base32(secret), uri=rules.build_uri(secret, issuer=_ISSUER, account=account)
    )


@declares_problems(Forbidden, InvalidInput, TotpNotStarted, WrongTotpCode)
async def confirm_totp(app: AppContext, viewer: Session, *, code: str) -> None:
    """Activate the pending secret by its first code, which also confirms the session.

    Raises:
        Forbidden: not a staff session.
        InvalidInput: the code is not six digits.
        TotpNotStarted: there is no pending secret.
        WrongTotpCode: it is not a code of the pending secret.
    """
    if viewer.kind is not SessionKind.STAFF:
        raise_forbidden(viewer.user.id, permission="staff_session")
    digits = login_codes.parse_code(code)
    async with in_transaction():
        now = await database.now()
        row = await TotpSecret.filter(user_id=viewer.user.id).select_for_update(no_key=True).first()
        if row is None or row.pending_secret is None:
            raise TotpNotStarted
        secret = _decrypt(app, viewer.user, row.pending_secret)
        step = None if secret is None else rules.find_matching_step(secret, digits, now=now, after=0)
        if step is None:
            raise WrongTotpCode
        await TotpSecret.filter(id=row.id).update(
            secret=row.pending_secret, pending_secret=None, last_step=step, updated_at=now
        )
        await AccessToken.filter(id=viewer.token_id).update(confirmed_at=now)
    security_log.record(SecurityEvent.TOTP_ENABLED, user_id=viewer.user.id)


@declares_problems(Forbidden, FreshCodeRequired)
async def disable_totp(viewer: Session) -> None:
    """Delete the user's secrets.

    Raises:
        Forbidden: not a staff session.
        FreshCodeRequired: the session was not confirmed recently.
    """
    async with in_transaction():
        session = await identity_proofs.require_fresh_session(viewer)
        await TotpSecret.filter(user_id=session.user_id).delete()
    security_log.record(SecurityEvent.TOTP_DISABLED, user_id=viewer.user.id)


async def is_enabled(user: User) -> bool:
    """Whether the user must enter codes of an authenticator app."""
    return await TotpSecret.filter(user_id=user.id, secret__isnull=False).exists()


async def consume_code(app: AppContext, user: User, *, code: str, now: datetime) -> bool:
    """Whether `code` is an unused code of the user's active secret.

    Call it in a transaction: of two concurrent uses of the same code, one is accepted.
    """
    row = await TotpSecret.filter(user_id=user.id, secret__isnull=False).first()
    secret = _decrypt(app, user, row.secret) if row and row.secret else None
    if row is None or secret is None:
        return False
    step = rules.find_matching_step(secret, code, now=now, after=row.last_step)
    if step is None:
        return False
    unused = TotpSecret.filter(id=row.id, secret=row.secret, last_step__lt=step)
    return await unused.update(last_step=step, updated_at=now) == 1


def _derive_key(app: AppContext) -> bytes:
    # Saves a separate key; changing LOGIN_CODE_KEY requires staff to set TOTP up again (docs/staff.md).
    return hmac.digest(app.login_code_key, b"totp secrets", "sha256")


def _encrypt(app: AppContext, user: User, secret: bytes) -> str:
    return secret_encryption.encrypt(_derive_key(app), secret, context=f"user:{user.id}")


def _decrypt(app: AppContext, user: User, sealed: str) -> bytes | None:
    secret = secret_encryption.decrypt(_derive_key(app), sealed, context=f"user:{user.id}")
    if secret is None:
        _logger.error(
            "TOTP secret cannot be decrypted: user=%d; if LOGIN_CODE_KEY was changed, run main.py admin "
            "reset-totp",
            user.id,
        )
    return secret
