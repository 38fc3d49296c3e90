"""The wheel of fortune: its gifts, its interval, and its responses."""

import asyncio
from datetime import timedelta

import pytest

from domain.enums import NotificationKind
from domain.problems import InvalidInput, NoGiftToWin, WheelTooSoon, WheelUsedUp
from models import Category, Gift, Notification, Service, User, UserGift
from resolvers import gifts, wheel
from resolvers.app_context import AppContext
from tests.database_state import read_all_rows, read_stored_rows
from tests.fakes import create_user
from tests.resolvers.factories import create_gift, create_service, win_gift
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import LINK, SECOND, Clock, get_columns, get_ledger, stop_clock

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def spin(app: AppContext, user: User, *, key: str | None = None) -> UserGift:
    return await wheel.spin_wheel(app, user, idempotency_key=key)


async def spin_many(app: AppContext, *, times: int) -> list[UserGift]:
    """What as many users win."""
    return [await spin(app, await create_user()) for _ in range(times)]


async def test_a_turn_wins_a_gift_that_lasts_a_day(app: AppContext, clock: Clock) -> None:
    user = await create_user()
    gift = await create_gift(await create_service(name="Likes"), min_quantity=40, max_quantity=40)

    won = await spin(app, user)

    assert get_columns(won) == get_columns(await UserGift.get())
    assert (won.user_id, won.gift_id, won.quantity, won.is_used) == (user.id, gift.id, 40, False)
    assert (won.created_at, won.updated_at, won.expires_at) == (
        clock.current,
        clock.current,
        clock.current + DAY,
    )
    assert won.gift.service.name == "Likes"
    assert await get_ledger(user) == []


async def test_a_gift_expires_after_the_configured_time(app: AppContext, clock: Clock) -> None:
    await create_gift(await create_service())
    brief = with_settings(app, gift_lifetime=timedelta(hours=2))

    assert (await spin(brief, await create_user())).expires_at == clock.current + timedelta(hours=2)


async def test_the_winner_is_notified_of_the_gift(app: AppContext, clock: Clock) -> None:
    await create_gift(await create_service(name="  لایک "), min_quantity=40, max_quantity=40)
    named, nameless = await create_user(), await create_user()
    await User.filter(id=nameless.id).update(first_name=None)

    for user in (named, await User.get(id=nameless.id)):
        await spin(app, user)

    reported = {row.user_id: row for row in await Notification.all()}
    assert reported[named.id].message == "Sara عزیز، شما برنده 40 عدد «لایک» شدید."
    assert reported[nameless.id].message == "کاربر عزیز، شما برنده 40 عدد «لایک» شدید."
    assert {row.kind for row in reported.values()} == {NotificationKind.GIFT_WON}
    assert {row.created_at for row in reported.values()} == {clock.current}


async def test_quantities_are_all_those_of_the_gifts_range_and_no_others(app: AppContext) -> None:
    await create_gift(await create_service(), min_quantity=3, max_quantity=5)

    assert {won.quantity for won in await spin_many(app, times=60)} == {3, 4, 5}


async def test_every_gift_on_the_wheel_can_be_won(app: AppContext) -> None:
    offered = {(await create_gift(await create_service())).id for _ in range(3)}

    assert {won.gift_id for won in await spin_many(app, times=60)} == offered


@pytest.mark.parametrize("reason", ["inactive gift", "service off", "category off", "drip-feed"])
async def test_a_gift_that_cannot_be_delivered_is_never_drawn(reason: str, app: AppContext) -> None:
    sound = await create_gift(await create_service())
    service = await create_service(drip_feed=reason == "drip-feed")
    barred = await create_gift(service)
    await Gift.filter(id=barred.id).update(is_active=reason != "inactive gift")
    await Service.filter(id=service.id).update(is_active=reason != "service off")
    await Category.filter(id=service.category_id).update(is_active=reason != "category off")

    assert {won.gift_id for won in await spin_many(app, times=20)} == {sound.id}


async def test_an_empty_wheel_refuses_and_costs_no_turn(app: AppContext) -> None:
    user = await create_user()
    gift = await create_gift(await create_service())
    await Gift.all().update(is_active=False)
    before = await read_stored_rows()

    with pytest.raises(NoGiftToWin):
        await spin(app, user)
    assert await read_stored_rows() == before

    await Gift.all().update(is_active=True)
    assert (await spin(app, user)).gift_id == gift.id


@pytest.mark.parametrize("days", [1, 3])
async def test_the_next_turn_waits_for_the_days_to_the_second(
    days: int, app: AppContext, clock: Clock
) -> None:
    slow, user = with_settings(app, wheel_interval_days=days), await create_user()
    await create_gift(await create_service())
    await spin(slow, user)

    clock.move(days * DAY - SECOND)
    before = await read_all_rows()
    with pytest.raises(WheelTooSoon) as refusal:
        await spin(slow, user)
    assert (refusal.value.days, await read_all_rows()) == (days, before)

    clock.move(SECOND)
    await spin(slow, user)
    assert await UserGift.all().count() == 2


async def test_at_most_the_monthly_number_is_won_in_exactly_thirty_days(
    app: AppContext, clock: Clock
) -> None:
    rare, user = with_settings(app, wheel_gifts_per_month=2), await create_user()
    await create_gift(await create_service())
    await spin(rare, user)
    clock.move(DAY)
    await spin(rare, user)

    clock.move(MONTH - DAY - SECOND)
    before = await read_stored_rows()
    with pytest.raises(WheelUsedUp):
        await spin(rare, user)
    assert await read_stored_rows() == before

    clock.move(SECOND)
    await spin(rare, user)
    assert await UserGift.all().count() == 3


async def test_only_the_users_own_gifts_count(app: AppContext, clock: Clock) -> None:
    rare, gift = with_settings(app, wheel_gifts_per_month=1), await create_gift(await create_service())
    await win_gift(await create_user(), gift, now=clock.current)

    await spin(rare, await create_user())

    assert await UserGift.all().count() == 2


async def test_turns_at_once_win_one_gift(app: AppContext) -> None:
    user = await create_user()
    await create_gift(await create_service())

    outcomes = await asyncio.gather(*(spin(app, user) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, WheelTooSoon) for outcome in outcomes) == 5
    assert (await UserGift.all().count(), await Notification.all().count()) == (1, 1)


async def test_the_same_key_gives_the_same_gift(app: AppContext) -> None:
    user = await create_user()
    await create_gift(await create_service(name="Likes"))
    first = await spin(app, user, key="k")
    before = await read_stored_rows()

    again = await spin(app, user, key="k")

    assert get_columns(again) == get_columns(first)
    assert again.gift.service.name == "Likes"
    assert await read_stored_rows() == before


async def test_the_same_key_returns_the_won_gift_even_after_its_use(app: AppContext) -> None:
    user = await create_user()
    await create_gift(await create_service())
    first = await spin(app, user, key="k")
    await gifts.use_gift(user, user_gift_id=first.id, link=LINK)

    assert get_columns(await spin(app, user, key="k")) == get_columns(first)


async def test_a_problem_is_returned_again_for_the_same_key(app: AppContext, clock: Clock) -> None:
    user = await create_user()
    with pytest.raises(NoGiftToWin):
        await spin(app, user, key="k")
    await create_gift(await create_service())

    with pytest.raises(NoGiftToWin):
        await spin(app, user, key="k")

    await spin(app, user, key="another")


async def test_a_malformed_key_wins_nothing(app: AppContext) -> None:
    await create_gift(await create_service())

    with pytest.raises(InvalidInput):
        await spin(app, await create_user(), key="")

    assert not await UserGift.exists()
