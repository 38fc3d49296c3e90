"""Gifts that users won, and orders placed with them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from tortoise.queryset import QuerySet

import database
from database import inserts
from domain import ids, links, text_cleaning
from domain.money import Toman
from domain.order_details import Specification
from domain.order_state_machine import OrderActor
from domain.order_status import OrderSource
from domain.problems import (
    GiftNotFound,
    GiftSpent,
    IdempotencyKeyReused,
    InvalidInput,
    InvalidLink,
    ServiceUnavailable,
    declares_problems,
)
from models import Gift, Order, Service, User, UserGift
from resolvers import idempotency
from resolvers.filters import Filter, OnColumn, Range, columns_of
from resolvers.order_transitions import Change, record_event
from resolvers.pagination import Direction, order_by_columns

_NO_DETAILS = Toman(0)


@columns_of(UserGift)
class GiftOrderField(StrEnum):
    ID = "id"
    QUANTITY = "quantity"
    CREATED_AT = "created_at"
    EXPIRES_AT = "expires_at"


@dataclass(frozen=True, kw_only=True)
class GiftFilter(Filter[UserGift]):
    """Criteria for won gifts."""

    used: Annotated[bool | None, OnColumn("is_used")] = None
    expires_at: Range[datetime] | None = None


_NO_FILTER = GiftFilter()


async def list_gifts(
    user: User,
    *,
    where: GiftFilter = _NO_FILTER,
    order_by: GiftOrderField = GiftOrderField.ID,
    direction: Direction = Direction.ASC,
) -> list[UserGift]:
    """The user's gifts, oldest first by default, including used and expired ones.

    `gift` and `gift.service` are loaded.
    """
    gifts = where.apply(UserGift.filter(user_id=user.id))
    return await gifts.select_related("gift__service").order_by(*order_by_columns(order_by, direction))


async def get_user_gift(user: User, *, user_gift_id: int) -> UserGift | None:
    """A gift that the user won, with `gift` and `gift.service` loaded, or None."""
    if not ids.is_possible(user_gift_id):
        return None
    return await UserGift.get_or_none(id=user_gift_id, user_id=user.id).select_related("gift__service")


async def get_gift(user: User, *, gift_id: int) -> Gift | None:
    """The gift definition behind a gift that the user won, with `service` loaded, or None."""
    if not ids.is_possible(gift_id):
        return None
    won = await UserGift.filter(user_id=user.id, gift_id=gift_id).select_related("gift__service").first()
    return None if won is None else won.gift


@declares_problems(
    InvalidInput, InvalidLink, GiftNotFound, GiftSpent, ServiceUnavailable, IdempotencyKeyReused
)
async def use_gift(user: User, *, user_gift_id: int, link: str, idempotency_key: str | None = None) -> Order:
    """Order the service of a won gift free of charge, even below the service's minimum.

    Raises:
        InvalidInput: the key is malformed.
        InvalidLink: neither an http(s) address nor a page name.
        GiftNotFound: the user won no gift with this id.
        GiftSpent: it was used, or has expired.
        ServiceUnavailable: its service is switched off; the gift stays unused.
        IdempotencyKeyReused: the key was used for a different request.
    """
    arguments = {**locals(), "link": text_cleaning.strip(link)}
    attempt = idempotency.request_for(use_gift, arguments, user=user, key=idempotency_key)
    won = UserGift.filter(user_id=user.id, id=user_gift_id if ids.is_possible(user_gift_id) else 0)
    return await idempotency.run_once(
        attempt, _place_gift_order(user, won, link), load_result=Order.get_as_placed
    )


@declares_problems(
    InvalidInput, InvalidLink, GiftNotFound, GiftSpent, ServiceUnavailable, IdempotencyKeyReused
)
async def use_oldest_gift(
    user: User, *, gift_id: int, link: str, idempotency_key: str | None = None
) -> Order:
    """Like `use_gift`, with the user's oldest unused and unexpired win of the gift `gift_id`.

    Raises:
        InvalidInput: the key is malformed.
        InvalidLink: neither an http(s) address nor a page name.
        GiftNotFound: the user never won this gift.
        GiftSpent: every win was used or has expired.
        ServiceUnavailable: its service is switched off; the gift stays unused.
        IdempotencyKeyReused: the key was used for a different request.
    """
    arguments = {**locals(), "link": text_cleaning.strip(link)}
    attempt = idempotency.request_for(use_oldest_gift, arguments, user=user, key=idempotency_key)
    won = UserGift.filter(user_id=user.id, gift_id=gift_id if ids.is_possible(gift_id) else 0)
    return await idempotency.run_once(
        attempt, _place_gift_order(user, won, link), load_result=Order.get_as_placed
    )


def _place_gift_order(user: User, won: QuerySet[UserGift], link: str) -> Callable[[], Awaitable[Order]]:
    """The action that places an order with the oldest usable one of `won`."""

    async def use() -> Order:
        target = links.parse(link)
        now = await database.now()
        used = await _lock_oldest(won, now=now)
        service = await Service.get_on_sale(used.gift.service_id)
        if service is None:
            raise ServiceUnavailable
        order = Order.build(
            buyer=user,
            service=service,
            link=target,
            specification=Specification(units=used.quantity),
            charge=_NO_DETAILS,
            source=OrderSource.MOBILE_APP_GIFT,
            now=now,
        )
        await inserts.save(order)
        await record_event(order, Change(to=order.status, actor=OrderActor.BUYER), before=None, now=now)
        await UserGift.filter(id=used.id).update(link=target, order_id=order.id, updated_at=now)
        return order

    return use


async def _lock_oldest(won: QuerySet[UserGift], *, now: datetime) -> UserGift:
    usable = won.filter(is_used=False, expires_at__gt=now).select_related("gift").order_by("id")
    for candidate in await usable:
        # Guarded: a concurrent request may have used it since it was read; then the next one is tried.
        if await UserGift.filter(id=candidate.id, is_used=False).update(is_used=True):
            return candidate
    if await won.exists():
        raise GiftSpent
    raise GiftNotFound
