"""Sign-in by a code sent to a mobile number, and sign-out."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

import database
from auth import login_codes
from domain.problems import (
    InvalidInput,
    MalformedUsername,
    MobileTaken,
    TooManyCodes,
    UnknownUser,
    WrongLoginCode,
    declares_problems,
)
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import AccessToken, LoginCode, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import access_revocation, login_code_delivery, login_code_limits, sessions
from resolvers.app_context import AppContext
from resolvers.login_code_limits import CodeRequest
from resolvers.sessions import Client, Session

CLAIM_LIFETIME = timedelta(hours=24)
"""How long a sole claim of an unproven number may be proven by signing in with the number."""


@dataclass(frozen=True)
class IssuedSession:
    """The result of a sign-in."""

    access_token: str
    expires_at: datetime
    user: User


@dataclass(frozen=True)
class Recipient:
    """The account and mobile number that a username refers to.

    Limits are counted by `subject`. The code is sent to `mobile`, if there is one. It signs in `user`, or
    creates a user if that is None; without `may_sign_in` it signs in nobody.
    """

    subject: str
    mobile: str | None
    user: User | None
    may_sign_in: bool


@declares_problems(MalformedUsername, TooManyCodes)
async def request_login_code(app: AppContext, *, username: str, network: str) -> datetime:
    """Send a login code and return when it expires.

    `network` identifies the caller's network, as `domain.networks` defines it. A username that could never
    sign in gets the same answer, limits and timing, but no code, so that accounts cannot be enumerated (OWASP
    Authentication Cheat Sheet). Only when the daily budget runs out are known numbers preferred. The SMS is
    sent after the commit.

    Raises:
        MalformedUsername: neither an e-mail address nor an Iranian mobile number.
        TooManyCodes: a limit of the number, the network or the installation is reached.
    """
    name = login_codes.parse_username(username)
    code = login_codes.generate_code()
    async with database.exclusive_transaction("login codes"):
        now = await database.now()
        recipient = await find_recipient(app, name, now=now)
        reserve = await login_code_limits.check_code_request(
            app.settings,
            CodeRequest(subject=recipient.subject, user=recipient.user, network=network, now=now),
        )
        expires_at = now + app.settings.login_code_lifetime
        await LoginCode.filter(subject=recipient.subject, is_live=True).update(is_live=False)
        code_row = await LoginCode.create(
            user=recipient.user,
            subject=recipient.subject,
            network=network,
            reserve=reserve,
            code_hash=login_codes.hash_code(app.login_code_key, subject=recipient.subject, code=code),
            is_sent=recipient.mobile is not None,
            created_at=now,
            expires_at=expires_at,
        )
    security_log.record(SecurityEvent.CODE_REQUESTED, user_id=_get_id(recipient.user), network=network)
    if recipient.mobile is not None:
        report = partial(login_code_delivery.record_delivery, app, code_row.id)
        app.sms.send_login_code_later(mobile=recipient.mobile, code=code, report=report)
    return expires_at


@declares_problems(InvalidInput, MalformedUsername, WrongLoginCode, UnknownUser)
async def verify_login_code(app: AppContext, *, username: str, code: str, client: Client) -> IssuedSession:
    """Exchange a login code for a token; the first correct code from an unknown mobile creates its user.

    Raises:
        InvalidInput: the code is not six digits.
        MalformedUsername: neither an e-mail address nor an Iranian mobile number.
        WrongLoginCode: wrong, used, void or expired.
        UnknownUser: the username could never sign in.
    """
    name, digits = login_codes.parse_username(username), login_codes.parse_code(code)
    session, is_taken_over = None, False
    try:
        async with in_transaction():
            now = await database.now()
            recipient = await find_recipient(app, name, now=now)
            live = await check_code(app, recipient.subject, code=digits, client=client, now=now)
            if live is not None and recipient.may_sign_in:
                await consume_code(live)
                session, is_taken_over = await _sign_in(app, recipient, client=client, now=now)
            if session is not None:
                await login_code_limits.remember_network(session.user, network=client.network, now=now)
    except IntegrityError as error:
        # Another user verified the same number between the lookup and the write.
        raise WrongLoginCode from error
    if session is None:
        _record_failure(recipient.user, client)
        raise WrongLoginCode if recipient.may_sign_in else UnknownUser
    if is_taken_over:
        security_log.record(
            SecurityEvent.CREDENTIALS_ENDED,
            user_id=session.user.id,
            network=client.network,
            reason="takeover",
        )
    security_log.record(
        SecurityEvent.SIGNED_IN, user_id=session.user.id, network=client.network, method="code"
    )
    return session


@declares_problems(InvalidInput, WrongLoginCode, MobileTaken)
async def confirm_mobile(app: AppContext, viewer: Session, *, code: str, client: Client) -> User:
    """Prove the user's mobile number by a code that was sent to it, without a new sign-in.

    Raises:
        InvalidInput: the code is not six digits.
        WrongLoginCode: wrong, used, void or expired, or the number has changed since.
        MobileTaken: another user has proven the number.
    """
    digits = login_codes.parse_code(code)
    try:
        async with in_transaction():
            now = await database.now()
            user = await User.filter(id=viewer.user.id).select_for_update(no_key=True).get()
            live = (
                None
                if user.mobile is None
                else await check_code(app, user.mobile, code=digits, client=client, now=now)
            )
            if live is not None:
                await consume_code(live)
                await _mark_mobile_verified(user, now=now)
    except IntegrityError as error:
        raise MobileTaken from error
    if live is None:
        _record_failure(user, client)
        raise WrongLoginCode
    security_log.record(SecurityEvent.MOBILE_CONFIRMED, user_id=user.id, network=client.network)
    return user


async def logout(viewer: Session) -> None:
    """Revoke the token of this request; the user's other tokens stay valid."""
    await AccessToken.filter(id=viewer.token_id).update(revoked_at=await database.now())
    is_staff = viewer.kind is SessionKind.STAFF
    security_log.record(
        SecurityEvent.STAFF_SIGNED_OUT if is_staff else SecurityEvent.SIGNED_OUT, user_id=viewer.user.id
    )


async def find_recipient(app: AppContext, name: str, *, now: datetime) -> Recipient:
    """The recipient that a parsed username refers to.

    A number that was entered but not proven belongs to nobody. Proving it signs in to the account that alone
    claimed it in the last 24 hours; with several claims, or older ones, a new account is created. A claim
    never gives access to a staff account.
    """
    if "@" in name:
        return _find_recipient_by_email(name, await User.get_or_none(email=name))
    owner = await User.get_by_verified_mobile(name)
    if owner is not None:
        return _find_recipient_by_mobile(name, owner)
    user = await _get_only_claimant(name, now=now)
    may_sign_in = user is not None or app.settings.registration_open
    # A user who claims a number may prove it by `confirm_mobile`, even if it does not sign them in.
    takes_code = may_sign_in or await User.exists(mobile=name, is_active=True)
    return Recipient(subject=name, mobile=name if takes_code else None, user=user, may_sign_in=may_sign_in)


def _find_recipient_by_email(email: str, user: User | None) -> Recipient:
    if user is None or user.mobile is None:
        return Recipient(subject=email, mobile=None, user=user, may_sign_in=False)
    return _find_recipient_by_mobile(user.mobile, user)


def _find_recipient_by_mobile(mobile: str, user: User) -> Recipient:
    may_sign_in = user.is_active and (user.mobile_verified or user.role is UserRole.USER)
    return Recipient(
        subject=mobile, mobile=mobile if may_sign_in else None, user=user, may_sign_in=may_sign_in
    )


async def _get_only_claimant(mobile: str, *, now: datetime) -> User | None:
    """The only customer who claims an unproven number, within the last 24 hours."""
    claims = await User.filter(mobile=mobile, is_active=True).limit(2)
    if len(claims) != 1 or claims[0].role is not UserRole.USER:
        return None
    claimed_at = claims[0].mobile_claimed_at
    return claims[0] if claimed_at is not None and now - claimed_at <= CLAIM_LIFETIME else None


async def _mark_mobile_verified(user: User, *, now: datetime) -> None:
    user.mobile_verified, user.mobile_claimed_at, user.updated_at = True, None, now
    await user.save(update_fields=["mobile_verified", "mobile_claimed_at", "updated_at"])


def _record_failure(user: User | None, client: Client) -> None:
    security_log.record(SecurityEvent.CODE_FAILED, user_id=_get_id(user), network=client.network)


def _get_id(user: User | None) -> int | None:
    return None if user is None else user.id


async def get_account_by_mobile(mobile: str) -> User | None:
    """The account that a code sent to `mobile` would sign in to now; for commands that take a number."""
    owner = await User.get_by_verified_mobile(mobile)
    return owner or await _get_only_claimant(mobile, now=await database.now())


async def check_code(
    app: AppContext, subject: str, *, code: str, client: Client, now: datetime
) -> LoginCode | None:
    """The live code of `subject` if `code` matches it, not consumed yet; a wrong attempt is counted."""
    live = await LoginCode.filter(subject=subject, is_live=True, expires_at__gt=now).first()
    offered = login_codes.hash_code(app.login_code_key, subject=subject, code=code)
    if (
        live is None
        or not await login_code_limits.count_attempt(app.settings, live.id, network=client.network)
        or not live.is_sent
        or not hmac.compare_digest(live.code_hash, offered)
    ):
        return None
    return live


async def consume_code(live: LoginCode) -> None:
    """Invalidate a code that matched; call it in the transaction of `check_code`."""
    await LoginCode.filter(id=live.id).update(is_live=False)


async def _sign_in(
    app: AppContext, recipient: Recipient, *, client: Client, now: datetime
) -> tuple[IssuedSession | None, bool]:
    """The session, if there is a user for it, and whether it took over an unproven claim."""
    if recipient.user is None:
        user: User | None = await User.create(
            mobile=recipient.mobile, mobile_verified=True, created_at=now, updated_at=now
        )
    else:
        # Locked and re-read: the number may have changed, or the user been blocked, since the lookup.
        users = User.filter(id=recipient.user.id, mobile=recipient.mobile, is_active=True)
        user = await users.select_for_update(no_key=True).first()
    if user is None:
        return None, False
    is_claim = not user.mobile_verified
    if is_claim:
        # The person who claimed the number may not be the one who proved it.
        await access_revocation.revoke_access(user, now=now, spares=access_revocation.NONE)
        await _mark_mobile_verified(user, now=now)
    token, expires_at = await sessions.issue_token(app, user, now=now, client=client)
    return IssuedSession(access_token=token, expires_at=expires_at, user=user), is_claim
