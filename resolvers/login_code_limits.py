"""Limits on sending login codes and on attempts per code.

Attackers who request codes for somebody's number, or guess them, must not lock its owner out: attempts are
counted per network, networks that the owner signed in from keep one reserved code, and part of the daily
budget is reserved for numbers of known users.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.queryset import QuerySet

import database
from auth.login_codes import Reserve
from config.settings import Settings
from domain.enums import SmsDelivery
from domain.problems import TooManyCodes
from domain.roles import UserRole
from models import KnownNetwork, LoginCode, User
from observability import security_log
from observability.security_log import SecurityEvent

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# A fifth of the budget is reserved for numbers of known users, a quarter of that for staff.
_KNOWN_USER_SHARE = 5
_STAFF_SHARE = 4
_COUNT_ATTEMPT = """
INSERT INTO login_code_tries (login_code_id, network, attempts) VALUES ($1, $2, 1)
ON CONFLICT (login_code_id, network) DO UPDATE SET attempts = login_code_tries.attempts + 1
WHERE login_code_tries.attempts < $3
RETURNING attempts
"""
_REMEMBER_NETWORK = """
INSERT INTO known_networks (user_id, network, signed_in_at) VALUES ($1, $2, $3)
ON CONFLICT (user_id, network) DO UPDATE SET signed_in_at = excluded.signed_in_at
"""


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """A request for a code to `subject`, whose `user` may not exist, from a network."""

    subject: str
    user: User | None
    network: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class _Limit:
    name: str
    codes: QuerySet[LoginCode]
    window: timedelta
    max_codes: int
    reserve: Reserve | None = None


async def check_code_request(settings: Settings, sending: CodeRequest) -> Reserve | None:
    """The reserve that this code uses, or None if no limit is reached.

    Call it in a transaction that excludes concurrent requests.

    Raises:
        TooManyCodes: a limit of the number, the network or the installation is reached.
    """
    reserve: Reserve | None = None
    for limit in _build_limits(settings, sending):
        if await limit.codes.filter(created_at__gt=sending.now - limit.window).count() < limit.max_codes:
            continue
        if limit.reserve is None or not await _has_reserve(sending, limit.reserve, limit.window):
            security_log.record(
                SecurityEvent.CODE_LIMIT_REACHED,
                user_id=sending.user.id if sending.user else None,
                network=sending.network,
                limit=limit.name,
            )
            raise TooManyCodes(retry_after=limit.window)
        reserve = limit.reserve
    return reserve


async def count_attempt(settings: Settings, code_id: int, *, network: str) -> bool:
    """Count an attempt, right or wrong; False if the code accepts no more from the network, or at all.

    Counted before the code is compared, by guarded statements, so neither a crash nor a race gives a free
    guess. A network beyond its own limit does not use up the attempts of others.
    """
    if not await database.fetch(_COUNT_ATTEMPT, code_id, network, settings.login_code_tries):
        security_log.record(SecurityEvent.CODE_VOIDED, network=network, scope="network")
        return False
    usable = LoginCode.filter(id=code_id, is_live=True, attempts__lt=settings.login_code_total_tries)
    if await usable.update(attempts=F("attempts") + 1) != 1:
        security_log.record(SecurityEvent.CODE_VOIDED, network=network, scope="code")
        return False
    return True


async def remember_network(user: User, *, network: str, now: datetime) -> None:
    """Record that the user signed in from the network; call it in the sign-in's transaction."""
    await database.fetch(_REMEMBER_NETWORK, user.id, network, now)


def _build_limits(settings: Settings, sending: CodeRequest) -> tuple[_Limit, ...]:
    # A code that the SMS service refused counts for nothing but the interval between two.
    counted = LoginCode.exclude(delivery=SmsDelivery.REFUSED)
    to_number = counted.filter(subject=sending.subject)
    from_network = counted.filter(network=sending.network)
    sent_codes = counted.filter(is_sent=True)
    budget = settings.login_codes_daily_budget - _count_reserved_codes(settings, sending.user)
    return (
        _Limit(
            name="interval",
            codes=LoginCode.filter(subject=sending.subject),
            window=settings.login_code_interval,
            max_codes=1,
        ),
        _Limit(
            name="hour",
            codes=to_number,
            window=_HOUR,
            max_codes=settings.login_codes_per_hour,
            reserve=Reserve.HOUR,
        ),
        _Limit(
            name="day",
            codes=to_number,
            window=_DAY,
            max_codes=settings.login_codes_per_day,
            reserve=Reserve.DAY,
        ),
        _Limit(name="network", codes=from_network, window=_HOUR, max_codes=settings.login_codes_per_address),
        _Limit(name="budget", codes=sent_codes, window=_DAY, max_codes=budget),
    )


def _count_reserved_codes(settings: Settings, user: User | None) -> int:
    """The part of the daily budget this user may not use: reserved for known users, or for staff."""
    for_users = settings.login_codes_daily_budget // _KNOWN_USER_SHARE
    # Someone who only claims a number is not a known user of it.
    if user is None or not user.mobile_verified:
        return for_users
    return for_users // _STAFF_SHARE if user.role is UserRole.USER else 0


async def _has_reserve(sending: CodeRequest, reserve: Reserve, window: timedelta) -> bool:
    """Whether a limit of the number may be exceeded once, because its user signed in from this network."""
    if sending.user is None:
        return False
    if not await KnownNetwork.filter(user_id=sending.user.id, network=sending.network).exists():
        return False
    used = LoginCode.filter(subject=sending.subject, network=sending.network, reserve=reserve)
    return not await used.filter(created_at__gt=sending.now - window).exists()
