"""Gifts that users won."""

from datetime import timedelta

import pytest

from models import Gift, User, UserGift
from resolvers import gifts
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


async def win(user: User, *, is_used: bool = False, expires_after: timedelta = timedelta(days=1)) -> UserGift:
    service = await create_service(name="Likes")
    gift = await Gift.create(
        service=service, min_quantity=1, max_quantity=9, created_at=TIMESTAMP, updated_at=TIMESTAMP
    )
    return await UserGift.create(
        user=user,
        gift=gift,
        quantity=5,
        is_used=is_used,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
        expires_at=TIMESTAMP + expires_after,
    )


async def test_list_gifts_gives_the_users_own_oldest_first_used_and_expired_ones_too() -> None:
    user = await create_user()
    won = [await win(user), await win(user, is_used=True), await win(user, expires_after=timedelta(0))]
    await win(await create_user())

    assert [gift.id for gift in await gifts.list_gifts(user)] == [gift.id for gift in won]


async def test_a_listed_gift_comes_with_its_service() -> None:
    user = await create_user()
    await win(user)

    (won,) = await gifts.list_gifts(user)

    assert (won.quantity, won.gift.max_quantity, won.gift.service.name) == (5, 9, "Likes")
