"""The wheel of fortune: what it may give, how often, and what it tells."""

import asyncio
from datetime import timedelta

import pytest

from domain.problems import InvalidInput, NoGiftToWin, WheelTooSoon, WheelUsedUp
from domain.states import NotificationKind
from models import Category, Gift, Notification, Service, User, UserGift
from resolvers import gifts, wheel
from resolvers.shop import Shop
from tests.database_state import all_rows, stored_rows
from tests.fakes import create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_records import LINK, SECOND, Clock, columns, ledger_of, stop_clock
from tests.resolvers.records import create_gift, create_service, win_gift

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def spin(shop: Shop, user: User, *, key: str | None = None) -> UserGift:
    return await wheel.spin_wheel(shop, user, idempotency_key=key)


async def spun_by_many(shop: Shop, *, times: int) -> list[UserGift]:
    """What as many users win."""
    return [await spin(shop, await create_user()) for _ in range(times)]


async def test_a_turn_wins_a_gift_that_lasts_a_day(shop: Shop, clock: Clock) -> None:
    user = await create_user()
    gift = await create_gift(await create_service(name="Likes"), smallest=40, largest=40)

    won = await spin(shop, user)

    assert columns(won) == columns(await UserGift.get())
    assert (won.user_id, won.gift_id, won.quantity, won.is_used) == (user.id, gift.id, 40, False)
    assert (won.created_at, won.updated_at, won.expires_at) == (
        clock.moment,
        clock.moment,
        clock.moment + DAY,
    )
    assert won.gift.service.name == "Likes"
    assert await ledger_of(user) == []


async def test_a_gift_lasts_as_long_as_the_shop_says(shop: Shop, clock: Clock) -> None:
    await create_gift(await create_service())
    brief = with_settings(shop, gift_lifetime=timedelta(hours=2))

    assert (await spin(brief, await create_user())).expires_at == clock.moment + timedelta(hours=2)


async def test_the_winner_is_told_what_was_won(shop: Shop, clock: Clock) -> None:
    await create_gift(await create_service(name="  لایک "), smallest=40, largest=40)
    named, nameless = await create_user(), await create_user()
    await User.filter(id=nameless.id).update(first_name=None)

    for user in (named, await User.get(id=nameless.id)):
        await spin(shop, user)

    told = {row.user_id: row for row in await Notification.all()}
    assert told[named.id].message == "Sara عزیز، شما برنده 40 عدد «لایک» شدید."
    assert told[nameless.id].message == "کاربر عزیز، شما برنده 40 عدد «لایک» شدید."
    assert {row.kind for row in told.values()} == {NotificationKind.GIFT_WON}
    assert {row.created_at for row in told.values()} == {clock.moment}


async def test_quantities_are_all_those_of_the_gifts_range_and_no_others(shop: Shop) -> None:
    await create_gift(await create_service(), smallest=3, largest=5)

    assert {won.quantity for won in await spun_by_many(shop, times=60)} == {3, 4, 5}


async def test_every_gift_on_the_wheel_is_won_by_somebody(shop: Shop) -> None:
    offered = {(await create_gift(await create_service())).id for _ in range(3)}

    assert {won.gift_id for won in await spun_by_many(shop, times=60)} == offered


@pytest.mark.parametrize("reason", ["inactive gift", "service off", "category off", "drip-feed"])
async def test_a_gift_that_cannot_be_given_is_never_drawn(reason: str, shop: Shop) -> None:
    sound = await create_gift(await create_service())
    service = await create_service(drip_feed=reason == "drip-feed")
    barred = await create_gift(service)
    await Gift.filter(id=barred.id).update(is_active=reason != "inactive gift")
    await Service.filter(id=service.id).update(is_active=reason != "service off")
    await Category.filter(id=service.category_id).update(is_active=reason != "category off")

    assert {won.gift_id for won in await spun_by_many(shop, times=20)} == {sound.id}


async def test_an_empty_wheel_refuses_and_costs_no_turn(shop: Shop) -> None:
    user = await create_user()
    gift = await create_gift(await create_service())
    await Gift.all().update(is_active=False)
    before = await stored_rows()

    with pytest.raises(NoGiftToWin):
        await spin(shop, user)
    assert await stored_rows() == before

    await Gift.all().update(is_active=True)
    assert (await spin(shop, user)).gift_id == gift.id


@pytest.mark.parametrize("days", [1, 3])
async def test_the_next_turn_waits_for_the_days_to_the_second(days: int, shop: Shop, clock: Clock) -> None:
    slow, user = with_settings(shop, wheel_interval_days=days), await create_user()
    await create_gift(await create_service())
    await spin(slow, user)

    clock.move(days * DAY - SECOND)
    before = await all_rows()
    with pytest.raises(WheelTooSoon) as refusal:
        await spin(slow, user)
    assert (refusal.value.days, await all_rows()) == (days, before)

    clock.move(SECOND)
    await spin(slow, user)
    assert await UserGift.all().count() == 2


async def test_no_more_than_the_monthly_number_is_won_in_thirty_days_to_the_second(
    shop: Shop, clock: Clock
) -> None:
    rare, user = with_settings(shop, wheel_gifts_per_month=2), await create_user()
    await create_gift(await create_service())
    await spin(rare, user)
    clock.move(DAY)
    await spin(rare, user)

    clock.move(MONTH - DAY - SECOND)
    before = await stored_rows()
    with pytest.raises(WheelUsedUp):
        await spin(rare, user)
    assert await stored_rows() == before

    clock.move(SECOND)
    await spin(rare, user)
    assert await UserGift.all().count() == 3


async def test_only_the_users_own_gifts_count(shop: Shop, clock: Clock) -> None:
    rare, gift = with_settings(shop, wheel_gifts_per_month=1), await create_gift(await create_service())
    await win_gift(await create_user(), gift, now=clock.moment)

    await spin(rare, await create_user())

    assert await UserGift.all().count() == 2


async def test_turns_at_once_win_one_gift(shop: Shop) -> None:
    user = await create_user()
    await create_gift(await create_service())

    outcomes = await asyncio.gather(*(spin(shop, user) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, WheelTooSoon) for outcome in outcomes) == 5
    assert (await UserGift.all().count(), await Notification.all().count()) == (1, 1)


async def test_the_same_key_gives_the_same_gift(shop: Shop) -> None:
    user = await create_user()
    await create_gift(await create_service(name="Likes"))
    first = await spin(shop, user, key="k")
    before = await stored_rows()

    again = await spin(shop, user, key="k")

    assert columns(again) == columns(first)
    assert again.gift.service.name == "Likes"
    assert await stored_rows() == before


async def test_the_same_key_gives_the_gift_as_it_was_won_even_after_its_use(shop: Shop) -> None:
    user = await create_user()
    await create_gift(await create_service())
    first = await spin(shop, user, key="k")
    await gifts.use_gift(user, user_gift_id=first.id, link=LINK)

    assert columns(await spin(shop, user, key="k")) == columns(first)


async def test_a_refusal_with_a_key_is_given_again(shop: Shop, clock: Clock) -> None:
    user = await create_user()
    with pytest.raises(NoGiftToWin):
        await spin(shop, user, key="k")
    await create_gift(await create_service())

    with pytest.raises(NoGiftToWin):
        await spin(shop, user, key="k")

    await spin(shop, user, key="another")


async def test_a_malformed_key_wins_nothing(shop: Shop) -> None:
    await create_gift(await create_service())

    with pytest.raises(InvalidInput):
        await spin(shop, await create_user(), key="")

    assert not await UserGift.exists()
