"""Free credit: a small random amount that users may claim periodically."""

import secrets
from datetime import datetime, timedelta

from tortoise.expressions import Q

import database
from config.settings import Settings
from domain.enums import LedgerKind
from domain.money import Toman
from domain.problems import (
    FreeCreditsUsedUp,
    FreeCreditTooSoon,
    IdempotencyKeyReused,
    InvalidInput,
    declares_problems,
)
from models import LedgerEntry, User
from resolvers import idempotency, wallet
from resolvers.app_context import AppContext

_MONTH = timedelta(days=30)
_ONE_SECOND = timedelta(seconds=1)


@declares_problems(InvalidInput, FreeCreditTooSoon, FreeCreditsUsedUp, IdempotencyKeyReused)
async def claim_free_credit(
    app: AppContext, user: User, *, idempotency_key: str | None = None
) -> LedgerEntry:
    """Credit the user with a random whole amount of Toman within the shop's range; returns the ledger entry.

    Raises:
        InvalidInput: the key is malformed.
        FreeCreditTooSoon: the last claim is too recent.
        FreeCreditsUsedUp: the user reached the limit for 30 days.
        IdempotencyKeyReused: the key was used for a different request.
    """

    async def give() -> LedgerEntry:
        now, settings = await database.now(), await app.get_settings()
        await _claim_turn(settings, user, now=now)
        return await wallet.credit(
            user.id,
            _draw_amount(settings),
            kind=LedgerKind.FREE_CREDIT,
            # Claims are at least a second apart.
            cause=f"free_credit:{user.id}:{int(now.timestamp())}",
            now=now,
        )

    attempt = idempotency.request_for(claim_free_credit, locals(), user=user, key=idempotency_key)
    return await idempotency.run_once(attempt, give, load_result=_get_entry)


async def _get_entry(entry_id: int) -> LedgerEntry:
    return await LedgerEntry.get(id=entry_id)


async def _claim_turn(settings: Settings, user: User, *, now: datetime) -> None:
    """Record the claim; the guarded update also blocks the user's concurrent claims until the commit."""
    interval = settings.free_credit_interval
    ready = User.filter(Q(free_credit_at=None) | Q(free_credit_at__lte=now - interval), id=user.id)
    if not await ready.update(free_credit_at=now):
        last = (await User.get(id=user.id)).free_credit_at or now
        raise FreeCreditTooSoon(retry_after=max(last + interval - now, _ONE_SECOND))
    recent_credits = LedgerEntry.filter(
        user_id=user.id, kind=LedgerKind.FREE_CREDIT, created_at__gt=now - _MONTH
    )
    if await recent_credits.count() >= settings.free_credits_per_month:
        raise FreeCreditsUsedUp


def _draw_amount(settings: Settings) -> Toman:
    minimum, maximum = settings.free_credit_min, settings.free_credit_max
    return Toman(minimum + secrets.randbelow(maximum - minimum + 1))
