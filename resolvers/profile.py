"""A user's own profile."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

import database
from domain import emails, mobiles, notification_texts, text_cleaning
from domain.enums import NotificationKind, SmsNotice
from domain.problems import EmailTaken, InvalidInput, MobileTaken, QuotaReached, declares_problems
from domain.quotas import Quota
from domain.roles import UserRole
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired
from models import User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import access_revocation, identity_proofs, notifications, quotas
from resolvers.app_context import AppContext
from resolvers.sessions import Session

_MAX_NAME_LENGTH = 100
_MAX_PASSWORD_LENGTH = 128
_hasher = PasswordHasher()
# Argon2 is slow by design: it runs off the event loop, with a limit that leaves a core for requests.
_MAX_CONCURRENT_HASHES = 2
_hash_executor = ThreadPoolExecutor(_MAX_CONCURRENT_HASHES, thread_name_prefix="argon2")


@declares_problems(InvalidInput, MobileTaken, EmailTaken, FreshCodeRequired, QuotaReached)
async def update_profile(
    app: AppContext,
    user: User,
    *,
    session: Session | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    password: str | None = None,
    mobile: str | None = None,
) -> User:
    """Change the given values and leave the rest; nothing is saved if one value is invalid.

    A new mobile is stored unproven, see `login.find_recipient`. Staff can change theirs only in a staff
    `session` with a fresh proof, and must prove the new one by `login.confirm_mobile`; their other sessions
    end. The previous number, if proven, gets an SMS about the change after the commit.

    Raises:
        InvalidInput: a malformed e-mail or mobile, a name not of 1 to 100 characters, a password of 1 to 128.
        MobileTaken: another user has verified the mobile.
        EmailTaken: another user has the e-mail address.
        FreshCodeRequired: a member of staff changes the mobile without a fresh proof.
        QuotaReached: the user set as many passwords as an hour allows.
    """
    changes: dict[str, object] = {}
    if first_name is not None:
        changes["first_name"] = _clean_name(first_name, field="firstName")
    if last_name is not None:
        changes["last_name"] = _clean_name(last_name, field="lastName")
    if email is not None:
        changes["email"] = _parse_email(email)
    if mobile is not None:
        changes.update(mobile=_parse_mobile(mobile), mobile_verified=False)
    if password is not None:
        changes["password_hash"] = await _hash_password(user, password)
    return await _save(app, user, changes, session=session)


async def _save(app: AppContext, user: User, changes: dict[str, object], *, session: Session | None) -> User:
    try:
        async with in_transaction():
            # Locked and re-read: the request's own copy may be older than another change.
            current = await User.filter(id=user.id).select_for_update(no_key=True).get()
            if changes.get("mobile") == current.mobile:
                changes = {name: value for name, value in changes.items() if not name.startswith("mobile")}
            await _check_unique(user, changes)
            if "mobile" in changes:
                await _prepare_mobile(current, changes, session=session)
            if changes:
                await User.filter(id=user.id).update(**changes, updated_at=await database.now())
            saved = await User.get(id=user.id)
    except IntegrityError as error:
        raise EmailTaken from error
    if "mobile" in changes:
        security_log.record(SecurityEvent.MOBILE_CHANGED, user_id=user.id)
        if current.mobile is not None and current.mobile_verified:
            app.sms.send_notice_later(
                mobile=current.mobile,
                notice=SmsNotice.MOBILE_CHANGED,
                detail=mobiles.mask(str(changes["mobile"])),
            )
    return saved


async def _prepare_mobile(current: User, changes: dict[str, object], *, session: Session | None) -> None:
    """Apply the consequences of a changed number to the account before it is stored."""
    now = await database.now()
    changes["mobile_claimed_at"] = now
    if current.role is UserRole.USER:
        return
    if session is None or session.kind is not SessionKind.STAFF:
        raise FreshCodeRequired
    await identity_proofs.require_fresh_session(session)
    await access_revocation.revoke_access(
        current, now=now, spares=access_revocation.KEPT_ON_MOBILE_CHANGE, but_session=session.token_id
    )
    sentence = notification_texts.mobile_changed(mobile=mobiles.mask(str(changes["mobile"])))
    await notifications.notify(current.id, NotificationKind.MOBILE_CHANGED, sentence, now=now)


async def _check_unique(user: User, changes: dict[str, object]) -> None:
    others = User.exclude(id=user.id)
    if "mobile" in changes and await others.filter(mobile=changes["mobile"], mobile_verified=True).exists():
        raise MobileTaken
    if "email" in changes and await others.filter(email=changes["email"]).exists():
        raise EmailTaken


def _clean_name(text: str, *, field: str) -> str:
    return text_cleaning.clean_bounded_line(text, field=field, max_length=_MAX_NAME_LENGTH)


def _parse_email(text: str) -> str:
    email = emails.normalize(text)
    if email is None:
        raise InvalidInput(field="email")
    return email


def _parse_mobile(text: str) -> str:
    mobile = mobiles.normalize(text)
    if mobile is None:
        raise InvalidInput(field="mobile")
    return mobile


async def _hash_password(user: User, password: str) -> str:
    if not 1 <= len(password) <= _MAX_PASSWORD_LENGTH or not text_cleaning.is_storable(password):
        raise InvalidInput(field="password")
    # Consumed before the work, and committed: CPU time spent on hashing cannot be undone.
    await quotas.consume(user, Quota.PASSWORD_HASHES, now=await database.now())
    return await asyncio.get_running_loop().run_in_executor(_hash_executor, _hasher.hash, password)
