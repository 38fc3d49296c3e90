"""Staff's second factor: codes of an authenticator app (RFC 6238)."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from domain import login_codes, secret_boxes
from domain import totp as rules
from domain.problems import Forbidden, InvalidInput, refuses
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired, TotpNotStarted, WrongTotpCode
from models import AccessToken, TotpSecret, User, database
from observation import security_log
from observation.security_log import SecurityEvent
from resolvers import proofs
from resolvers.refusals import forbid
from resolvers.sessions import SignedIn
from resolvers.shop import Shop

_logger = logging.getLogger("vitrin.totp")
_ISSUER = "Vitrin"


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What an authenticator app needs; shown this once."""

    secret: str
    uri: str


@refuses(Forbidden, FreshCodeRequired)
async def enable_totp(shop: Shop, viewer: SignedIn) -> Enrolment:
    """Make a secret that waits for its first code; one that is in use stays so until then.

    Raises:
        Forbidden: not a staff session.
        FreshCodeRequired: the session was not confirmed lately.
    """
    secret = secrets.token_bytes(rules.SECRET_BYTES)
    async with in_transaction():
        session = await proofs.fresh_session(viewer)
        sealed = _sealed(shop, session.user, secret)
        defaults = {"pending_secret": sealed, "updated_at": await database.now()}
        await TotpSecret.update_or_create(user_id=session.user_id, defaults=defaults)
    account = session.user.mobile or f"#{session.user_id}"
    return Enrolment(secret=rules.base32(secret), uri=rules.uri(secret, issuer=_ISSUER, account=account))


@refuses(Forbidden, InvalidInput, TotpNotStarted, WrongTotpCode)
async def confirm_totp(shop: Shop, viewer: SignedIn, *, code: str) -> None:
    """Put the waiting secret to use by its first code, which also confirms the session.

    Raises:
        Forbidden: not a staff session.
        InvalidInput: the code is not six digits.
        TotpNotStarted: no secret waits for a code.
        WrongTotpCode: it is not the code of the waiting secret.
    """
    if viewer.kind is not SessionKind.STAFF:
        forbid(viewer.user.id, permission="staff_session")
    digits = login_codes.parse_code(code)
    async with in_transaction():
        now = await database.now()
        row = await TotpSecret.filter(user_id=viewer.user.id).select_for_update(no_key=True).first()
        if row is None or row.pending_secret is None:
            raise TotpNotStarted
        secret = _unsealed(shop, viewer.user, row.pending_secret)
        step = None if secret is None else rules.matching_step(secret, digits, now=now, after=0)
        if step is None:
            raise WrongTotpCode
        await TotpSecret.filter(id=row.id).update(
            secret=row.pending_secret, pending_secret=None, last_step=step, updated_at=now
        )
        await AccessToken.filter(id=viewer.token_id).update(confirmed_at=now)
    security_log.record(SecurityEvent.TOTP_ENABLED, user_id=viewer.user.id)


@refuses(Forbidden, FreshCodeRequired)
async def disable_totp(viewer: SignedIn) -> None:
    """Forget the user's secrets.

    Raises:
        Forbidden: not a staff session.
        FreshCodeRequired: the session was not confirmed lately.
    """
    async with in_transaction():
        session = await proofs.fresh_session(viewer)
        await TotpSecret.filter(user_id=session.user_id).delete()
    security_log.record(SecurityEvent.TOTP_DISABLED, user_id=viewer.user.id)


async def is_enabled(user: User) -> bool:
    """Whether codes of an authenticator app are asked of the user."""
    return await TotpSecret.filter(user_id=user.id, secret__isnull=False).exists()


async def spend_code(shop: Shop, user: User, *, code: str, now: datetime) -> bool:
    """Whether `code` is one of the user's secret in use that was not accepted before.

    Call it in a transaction: of two that bring the same code at once, one is right.
    """
    row = await TotpSecret.filter(user_id=user.id, secret__isnull=False).first()
    secret = _unsealed(shop, user, row.secret) if row and row.secret else None
    if row is None or secret is None:
        return False
    step = rules.matching_step(secret, code, now=now, after=row.last_step)
    if step is None:
        return False
    unused = TotpSecret.filter(id=row.id, secret=row.secret, last_step__lt=step)
    return await unused.update(last_step=step, updated_at=now) == 1


def _key(shop: Shop) -> bytes:
    # One key less to keep; who changes LOGIN_CODE_KEY has staff set TOTP up again (docs/staff.md).
    return hmac.digest(shop.login_code_key, b"totp secrets", "sha256")


def _sealed(shop: Shop, user: User, secret: bytes) -> str:
    return secret_boxes.seal(_key(shop), secret, context=f"user:{user.id}")


def _unsealed(shop: Shop, user: User, sealed: str) -> bytes | None:
    secret = secret_boxes.unseal(_key(shop), sealed, context=f"user:{user.id}")
    if secret is None:
        _logger.error(
            "the TOTP secret of user %d cannot be decrypted; if LOGIN_CODE_KEY was changed, "
            "run main.py admin reset-totp",
            user.id,
        )
    return secret
