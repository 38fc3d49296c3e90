"""The wheel of fortune: a periodic gift, drawn from those that the shop offers."""

import secrets
from datetime import datetime, timedelta

from tortoise.expressions import Q

import database
from domain import notification_texts
from domain.enums import NotificationKind
from domain.problems import (
    IdempotencyKeyReused,
    InvalidInput,
    NoGiftToWin,
    WheelTooSoon,
    WheelUsedUp,
    declares_problems,
)
from models import Gift, User, UserGift
from resolvers import idempotency, notifications
from resolvers.app_context import AppContext

_MONTH = timedelta(days=30)


@declares_problems(InvalidInput, WheelTooSoon, WheelUsedUp, NoGiftToWin, IdempotencyKeyReused)
async def spin_wheel(app: AppContext, user: User, *, idempotency_key: str | None = None) -> UserGift:
    """Draw one of the active gifts with equal probability, in a random quantity within its bounds.

    Returns it with `gift` and `gift.service` loaded.

    Raises:
        InvalidInput: the key is malformed.
        WheelTooSoon: the last spin is too recent.
        WheelUsedUp: the user reached the limit for 30 days.
        NoGiftToWin: no gift is active whose service is on sale and not a drip-feed.
        IdempotencyKeyReused: the key was used for a different request.
    """

    async def win() -> UserGift:
        now = await database.now()
        await _claim_turn(app, user, now=now)
        won = await _draw(app, user, now=now)
        await notifications.notify(
            user.id,
            NotificationKind.GIFT_WON,
            notification_texts.gift_won(
                user.first_name, quantity=won.quantity, service_name=won.gift.service.name
            ),
            now=now,
        )
        return won

    attempt = idempotency.request_for(spin_wheel, locals(), user=user, key=idempotency_key)
    return await idempotency.run_once(attempt, win, load_result=_get_won_gift)


async def _get_won_gift(user_gift_id: int) -> UserGift:
    won = await UserGift.get(id=user_gift_id).select_related("gift__service")
    return won.as_won()


async def _claim_turn(app: AppContext, user: User, *, now: datetime) -> None:
    """Record the spin; the guarded update also blocks the user's concurrent spins until the commit."""
    settings = await app.get_settings()
    days = settings.wheel_interval_days
    ready = User.filter(Q(wheel_spun_at=None) | Q(wheel_spun_at__lte=now - timedelta(days=days)), id=user.id)
    if not await ready.update(wheel_spun_at=now):
        raise WheelTooSoon(days=days)
    won = UserGift.filter(user_id=user.id, created_at__gt=now - _MONTH)
    if await won.count() >= settings.wheel_gifts_per_month:
        raise WheelUsedUp


async def _draw(app: AppContext, user: User, *, now: datetime) -> UserGift:
    on_the_wheel = Gift.filter(
        is_active=True, service__is_active=True, service__category__is_active=True, service__drip_feed=False
    )
    gifts = await on_the_wheel.select_related("service").order_by("id")
    if not gifts:
        raise NoGiftToWin
    gift = secrets.choice(gifts)
    return await UserGift.create(
        user_id=user.id,
        gift=gift,
        quantity=gift.min_quantity + secrets.randbelow(gift.max_quantity - gift.min_quantity + 1),
        created_at=now,
        updated_at=now,
        expires_at=now + app.settings.gift_lifetime,
    )
