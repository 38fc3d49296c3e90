"""Staff sessions: opened by a login code and TOTP, and confirmed again for sensitive actions."""

from datetime import datetime

from tortoise.expressions import F
from tortoise.transactions import in_transaction

import database
from auth import login_codes
from domain import notification_texts
from domain.enums import NotificationKind, SmsNotice
from domain.problems import (
    Forbidden,
    InvalidInput,
    MalformedUsername,
    Problem,
    WrongLoginCode,
    declares_problems,
)
from domain.roles import UserRole
from domain.sessions import PROOF_LIFETIME, SessionKind
from domain.staff_problems import TotpCodeRequired, WrongTotpCode
from models import AccessToken, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import login, login_code_limits, notifications, sessions, totp
from resolvers.app_context import AppContext
from resolvers.authorization import raise_forbidden
from resolvers.login import IssuedSession, Recipient
from resolvers.sessions import Client, Session

MAX_FAILED_PROOFS = 5
"""Wrong codes after which a session ends."""


@declares_problems(
    InvalidInput, MalformedUsername, WrongLoginCode, TotpCodeRequired, WrongTotpCode, Forbidden
)
async def start_staff_session(
    app: AppContext, *, username: str, code: str, totp_code: str | None = None, client: Client
) -> IssuedSession:
    """Exchange a login code, and a TOTP code if the user has set it up, for a staff session.

    The login code is consumed when a session starts, or by a user who is not staff. Every attempt counts
    against it, so its limits bound TOTP attempts too. The user is notified, also by SMS, after the commit.

    Raises:
        InvalidInput: a code is not six digits.
        MalformedUsername: neither an e-mail address nor an Iranian mobile number.
        WrongLoginCode: wrong, used, void or expired.
        TotpCodeRequired: the login code is correct, and a TOTP code is needed as well.
        WrongTotpCode: the TOTP code is wrong or was used before.
        Forbidden: the user is not a member of staff.
    """
    name, digits = login_codes.parse_username(username), login_codes.parse_code(code)
    second = None if totp_code is None else login_codes.parse_code(totp_code, field="totpCode")
    async with in_transaction():
        now = await database.now()
        recipient = await login.find_recipient(app, name, now=now)
        # Refusals are raised after the commit: they must not roll back the counted attempt.
        outcome = await _start(app, recipient, code=digits, totp_code=second, client=client, now=now)
    if isinstance(outcome, Problem):
        security_log.record(
            SecurityEvent.STAFF_SIGN_IN_REFUSED,
            user_id=recipient.user.id if recipient.user else None,
            network=client.network,
            reason=outcome.code,
        )
        raise outcome
    security_log.record(SecurityEvent.STAFF_SIGNED_IN, user_id=outcome.user.id, network=client.network)
    app.sms.send_notice_later(
        mobile=str(outcome.user.mobile), notice=SmsNotice.STAFF_SIGNED_IN, detail=client.network
    )
    return outcome


@declares_problems(InvalidInput, Forbidden, WrongLoginCode, WrongTotpCode)
async def confirm_identity(app: AppContext, viewer: Session, *, code: str, client: Client) -> datetime:
    """Confirm the identity of the staff session's user by a fresh code; returns when the proof expires.

    The code is a TOTP code if the user has set it up, else a login code sent to the user's proven mobile.
    After five wrong ones the session ends. Attempts at a login code count for the network of `client`.

    Raises:
        InvalidInput: the code is not six digits.
        Forbidden: not a staff session, or it has ended.
        WrongLoginCode: the login code is wrong, used, void or expired.
        WrongTotpCode: the TOTP code is wrong or was used before.
    """
    if viewer.kind is not SessionKind.STAFF:
        raise_forbidden(viewer.user.id, permission="staff_session")
    digits = login_codes.parse_code(code)
    ended = 0
    async with in_transaction():
        now = await database.now()
        session = AccessToken.filter(id=viewer.token_id, revoked_at=None)
        # Counted before comparing: neither a crash nor a race gives a free guess.
        if not await session.update(failed_proofs=F("failed_proofs") + 1):
            raise_forbidden(viewer.user.id, permission="open_session")
        problem = await _find_proof_problem(app, viewer, code=digits, client=client, now=now)
        if problem is None:
            await session.update(confirmed_at=now, failed_proofs=0)
        else:
            ended = await session.filter(failed_proofs__gte=MAX_FAILED_PROOFS).update(revoked_at=now)
    _record_proof(viewer, client, problem=problem, ended=bool(ended))
    if problem is not None:
        raise problem
    return now + PROOF_LIFETIME


def _record_proof(viewer: Session, client: Client, *, problem: Problem | None, ended: bool) -> None:
    user_id, network = viewer.user.id, client.network
    if problem is None:
        security_log.record(SecurityEvent.IDENTITY_CONFIRMED, user_id=user_id, network=network)
        return
    security_log.record(SecurityEvent.IDENTITY_REFUSED, user_id=user_id, network=network, reason=problem.code)
    if ended:
        security_log.record(
            SecurityEvent.SESSION_REVOKED, user_id=user_id, network=network, reason="wrong_codes"
        )


async def _start(
    app: AppContext,
    recipient: Recipient,
    *,
    code: str,
    totp_code: str | None,
    client: Client,
    now: datetime,
) -> IssuedSession | Problem:
    live = await login.check_code(app, recipient.subject, code=code, client=client, now=now)
    if live is None or recipient.user is None:
        return WrongLoginCode()
    users = User.filter(id=recipient.user.id, mobile=recipient.mobile, mobile_verified=True, is_active=True)
    user = await users.select_for_update(no_key=True).first()
    if user is None or user.role is UserRole.USER:
        await login.consume_code(live)
        return Forbidden()
    if await totp.is_enabled(user):
        if totp_code is None:
            return TotpCodeRequired()
        if not await totp.consume_code(app, user, code=totp_code, now=now):
            return WrongTotpCode()
    await login.consume_code(live)
    await login_code_limits.remember_network(user, network=client.network, now=now)
    token, expires_at = await sessions.issue_staff_session(app, user, now=now, client=client)
    sentence = notification_texts.staff_signed_in(network=client.network)
    await notifications.notify(user.id, NotificationKind.STAFF_SIGN_IN, sentence, now=now)
    return IssuedSession(access_token=token, expires_at=expires_at, user=user)


async def _find_proof_problem(
    app: AppContext, viewer: Session, *, code: str, client: Client, now: datetime
) -> Problem | None:
    user = await User.get_or_none(id=viewer.user.id, is_active=True)
    if user is None:
        return Forbidden()
    if await totp.is_enabled(user):
        return None if await totp.consume_code(app, user, code=code, now=now) else WrongTotpCode()
    if user.mobile is None or not user.mobile_verified:
        return WrongLoginCode()
    live = await login.check_code(app, user.mobile, code=code, client=client, now=now)
    if live is None:
        return WrongLoginCode()
    await login.consume_code(live)
    return None
