"""Sign-in by a code sent to a mobile, and sign-out."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from domain import login_codes
from domain.problems import (
    InvalidInput,
    MalformedUsername,
    TooManyCodes,
    UnknownUser,
    WrongLoginCode,
    refuses,
)
from models import AccessToken, LoginCode, User, database
from resolvers import sessions
from resolvers.sessions import SignedIn
from resolvers.shop import Shop

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Session:
    """A fresh sign-in."""

    access_token: str
    expires_at: datetime
    user: User


@dataclass(frozen=True)
class Recipient:
    """Whom a username means. `subject` is what limits count; without `mobile` nobody can log in."""

    subject: str
    mobile: str | None
    user: User | None


@refuses(MalformedUsername, TooManyCodes)
async def request_login_code(shop: Shop, *, username: str, address: str) -> datetime:
    """Send a login code and return the moment it expires.

    A username that could never log in gets the same answer, limits and timing, but no code:
    nothing is learnt (OWASP Authentication Cheat Sheet). The SMS leaves after the commit.

    Raises:
        MalformedUsername: neither an e-mail address nor an Iranian mobile number.
        TooManyCodes: a limit of the number, the address or the installation is reached.
    """
    name = login_codes.parse_username(username)
    code = login_codes.new_code()
    async with database.exclusive("login codes"):
        now = await database.now()
        recipient = await _recipient(shop, name)
        await _check_limits(shop, recipient, address=address, now=now)
        expires_at = now + shop.settings.login_code_lifetime
        await LoginCode.filter(subject=recipient.subject, is_live=True).update(is_live=False)
        await LoginCode.create(
            user=recipient.user,
            subject=recipient.subject,
            address=address,
            code_hash=login_codes.hash_code(shop.login_code_key, subject=recipient.subject, code=code),
            is_sent=recipient.mobile is not None,
            created_at=now,
            expires_at=expires_at,
        )
    if recipient.mobile is not None:
        shop.sms.send_login_code_later(mobile=recipient.mobile, code=code)
    return expires_at


@refuses(InvalidInput, MalformedUsername, WrongLoginCode, UnknownUser)
async def verify_login_code(shop: Shop, *, username: str, code: str) -> Session:
    """Exchange a login code for a token; the first right code from an unknown mobile creates its user.

    Raises:
        InvalidInput: the code is not six digits.
        MalformedUsername: neither an e-mail address nor an Iranian mobile number.
        WrongLoginCode: wrong, used, void or expired.
        UnknownUser: the username could never log in.
    """
    name, digits = login_codes.parse_username(username), login_codes.parse_code(code)
    try:
        async with in_transaction():
            now = await database.now()
            recipient = await _recipient(shop, name)
            is_right = await _spend_code(shop, recipient, code=digits, now=now)
            session = await _sign_in(shop, recipient, now=now) if is_right and recipient.mobile else None
    except IntegrityError as error:
        # Another user verified the same number between our look-up and our write.
        raise WrongLoginCode from error
    if recipient.mobile is None:
        raise UnknownUser
    if session is None:
        raise WrongLoginCode
    return session


async def logout(viewer: SignedIn) -> None:
    """Revoke the token that the request carried; the user's other tokens stay."""
    await AccessToken.filter(id=viewer.token_id).update(revoked_at=await database.now())


async def _verify_mobile(user: User, *, now: datetime) -> None:
    """Mark the number as shown to be the user's.

    It may be a newcomer's that another had claimed: whatever else opened the account ends.
    """
    await sessions.revoke_tokens(user, now=now)
    user.mobile_verified, user.password_hash, user.api_key_hash = True, None, None
    await user.save(update_fields=["mobile_verified", "password_hash", "api_key_hash"])


async def _recipient(shop: Shop, name: str) -> Recipient:
    is_email = "@" in name
    user = await (User.get_or_none(email=name) if is_email else User.owner_of_mobile(name))
    if user is None:
        may_register = not is_email and shop.settings.registration_open
        return Recipient(subject=name, mobile=name if may_register else None, user=None)
    if not user.is_active or user.mobile is None:
        return Recipient(subject=user.mobile or name, mobile=None, user=user)
    return Recipient(subject=user.mobile, mobile=user.mobile, user=user)


async def _check_limits(shop: Shop, recipient: Recipient, *, address: str, now: datetime) -> None:
    for codes, window, limit in _limits(shop, recipient, address=address):
        if await codes.filter(created_at__gt=now - window).count() >= limit:
            raise TooManyCodes(retry_after=window)


def _limits(
    shop: Shop, recipient: Recipient, *, address: str
) -> Iterator[tuple[QuerySet[LoginCode], timedelta, int]]:
    settings = shop.settings
    to_number = LoginCode.filter(subject=recipient.subject)
    yield to_number, settings.login_code_interval, 1
    yield to_number, _HOUR, settings.login_codes_per_hour
    yield to_number, _DAY, settings.login_codes_per_day
    yield LoginCode.filter(address=address), _HOUR, settings.login_codes_per_address
    yield LoginCode.filter(is_sent=True), _DAY, settings.login_codes_daily_budget


async def _spend_code(shop: Shop, recipient: Recipient, *, code: str, now: datetime) -> bool:
    """Whether `code` is the live one; a right code is used up, a wrong try is counted."""
    live = await LoginCode.filter(subject=recipient.subject, is_live=True, expires_at__gt=now).first()
    offered = login_codes.hash_code(shop.login_code_key, subject=recipient.subject, code=code)
    # Counted before comparing, by a guarded update: neither a crash nor a race gives a free guess.
    usable = LoginCode.filter(
        id=live.id if live else 0, is_live=True, attempts__lt=shop.settings.login_code_tries
    )
    was_counted = await usable.update(attempts=F("attempts") + 1) == 1
    if (
        live is None
        or not was_counted
        or not live.is_sent
        or not hmac.compare_digest(live.code_hash, offered)
    ):
        return False
    await LoginCode.filter(id=live.id).update(is_live=False)
    return True


async def _sign_in(shop: Shop, recipient: Recipient, *, now: datetime) -> Session | None:
    if recipient.user is None:
        user: User | None = await User.create(
            mobile=recipient.mobile, mobile_verified=True, created_at=now, updated_at=now
        )
    else:
        # Locked and read again: the number may have been changed, or the user blocked, since the look-up.
        users = User.filter(id=recipient.user.id, mobile=recipient.mobile, is_active=True)
        user = await users.select_for_update(no_key=True).first()
    if user is None:
        return None
    if not user.mobile_verified:
        await _verify_mobile(user, now=now)
    token, expires_at = await sessions.issue_token(shop, user, now=now)
    return Session(access_token=token, expires_at=expires_at, user=user)
