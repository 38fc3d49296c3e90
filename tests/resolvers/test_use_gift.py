"""Ordering with a gift: it costs nothing, works once, and only for its winner."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.order_status import OrderSource, OrderStatus
from domain.problems import GiftNotFound, GiftSpent, IdempotencyKeyReused, InvalidLink, ServiceUnavailable
from models import Category, Order, Service, User, UserGift
from resolvers import gifts
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.resolvers.factories import create_gift, create_service, win_gift
from tests.resolvers.money_steps import (
    LINK,
    SECOND,
    Clock,
    get_balance,
    get_columns,
    get_ledger,
    stop_clock,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
Use = Callable[..., Awaitable[Order]]


async def use_it(user: User, won: UserGift, *, link: str = LINK, key: str | None = None) -> Order:
    return await gifts.use_gift(user, user_gift_id=won.id, link=link, idempotency_key=key)


async def use_oldest(user: User, won: UserGift, *, link: str = LINK, key: str | None = None) -> Order:
    """The oldest one of the same gift."""
    return await gifts.use_oldest_gift(user, gift_id=won.gift_id, link=link, idempotency_key=key)


EITHER_WAY = pytest.mark.parametrize("use", [use_it, use_oldest])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def create_won_gift(user: User, clock: Clock, *, service: Service | None = None) -> UserGift:
    """A gift of 30 units, won just now, for a day."""
    return await win_gift(user, await create_gift(service or await create_service()), now=clock.current)


@EITHER_WAY
async def test_a_used_gift_is_an_order_that_costs_nothing(use: Use, clock: Clock) -> None:
    user, service = await create_user(balance=5), await create_service(price=1_000)
    won = await create_won_gift(user, clock, service=service)
    clock.move(SECOND)

    order = await use(user, won, link=f" {LINK}\n")

    assert get_columns(order) == get_columns(await Order.get())
    assert (order.user_id, order.service_id, order.category_id) == (user.id, service.id, service.category_id)
    assert (order.quantity, order.charge, order.link) == (30, 0, LINK)
    assert (order.source, order.status) == (OrderSource.MOBILE_APP_GIFT, OrderStatus.PENDING)
    assert (order.is_drip_feed, order.created_at) == (False, clock.current)
    assert (await get_balance(user), len(await get_ledger(user))) == (5, 1)


@EITHER_WAY
async def test_a_used_gift_names_its_order_and_link(use: Use, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)
    clock.move(SECOND)

    order = await use(user, won, link=f" {LINK}\n")

    stored = await UserGift.get()
    assert (stored.is_used, stored.link, stored.order_id) == (True, LINK, order.id)
    assert (stored.updated_at, stored.created_at) == (clock.current, won.created_at)


@EITHER_WAY
async def test_a_gift_may_be_below_the_services_minimum(use: Use, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock, service=await create_service(min_quantity=500))

    assert (await use(user, won)).quantity == 30


@EITHER_WAY
async def test_a_gift_works_once(use: Use, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)
    await use(user, won)
    before = await read_stored_rows()

    with pytest.raises(GiftSpent):
        await use(user, won, link="https://example.com/p/2")

    assert await read_stored_rows() == before


@EITHER_WAY
async def test_a_gift_works_until_the_second_in_which_it_expires(use: Use, clock: Clock) -> None:
    user = await create_user()
    won, late = await create_won_gift(user, clock), await create_won_gift(user, clock)

    clock.move(timedelta(days=1) - SECOND)
    await use(user, won)
    clock.move(SECOND)
    before = await read_stored_rows()

    with pytest.raises(GiftSpent):
        await use(user, late)
    assert await read_stored_rows() == before


@EITHER_WAY
async def test_a_gift_of_another_user_is_not_found(use: Use, clock: Clock) -> None:
    won, stranger = await create_won_gift(await create_user(), clock), await create_user()
    before = await read_stored_rows()

    with pytest.raises(GiftNotFound):
        await use(stranger, won)

    assert await read_stored_rows() == before


@pytest.mark.parametrize("gift_id", [0, -1, 999_999, 2**31, 2**63, 10**30])
async def test_an_id_of_no_gift_is_not_found(gift_id: int, clock: Clock) -> None:
    user = await create_user()
    await create_won_gift(user, clock)

    with pytest.raises(GiftNotFound):
        await gifts.use_gift(user, user_gift_id=gift_id, link=LINK)
    with pytest.raises(GiftNotFound):
        await gifts.use_oldest_gift(user, gift_id=gift_id, link=LINK)


async def test_the_oldest_gift_that_can_be_used_is_taken(clock: Clock) -> None:
    user, gift = await create_user(), await create_gift(await create_service())
    expired = await win_gift(user, gift, now=clock.current, lasts=timedelta(0))
    used = await win_gift(user, gift, now=clock.current)
    await UserGift.filter(id=used.id).update(is_used=True)
    await win_gift(await create_user(), gift, now=clock.current)
    oldest, newer = [await win_gift(user, gift, now=clock.current) for _ in range(2)]

    orders = [await use_oldest(user, oldest), await use_oldest(user, oldest)]

    taken = {row.order_id: row.id for row in await UserGift.filter(order_id__isnull=False)}
    assert [taken[order.id] for order in orders] == [oldest.id, newer.id]
    with pytest.raises(GiftSpent):
        await use_oldest(user, expired)


async def test_a_gift_of_another_kind_is_not_taken_in_its_stead(clock: Clock) -> None:
    user = await create_user()
    won, other = await create_won_gift(user, clock), await create_won_gift(user, clock)
    await use_oldest(user, won)

    with pytest.raises(GiftSpent):
        await use_oldest(user, won)

    assert not (await UserGift.get(id=other.id)).is_used


@EITHER_WAY
@pytest.mark.parametrize("switched_off", [Service, Category])
async def test_a_gift_whose_service_is_off_stays_unused_until_it_is_back(
    use: Use, switched_off: type[Service | Category], clock: Clock
) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)
    await switched_off.all().update(is_active=False)
    before = await read_stored_rows()

    with pytest.raises(ServiceUnavailable):
        await use(user, won)
    assert await read_stored_rows() == before

    await switched_off.all().update(is_active=True)
    assert (await use(user, won)).quantity == 30


@EITHER_WAY
@pytest.mark.parametrize(
    "link", ["", "not a link!", "\ud800", "https://example.com/" + "x" * 2_000], ids=ascii
)
async def test_a_wrong_link_is_refused_and_leaves_the_gift_unused(use: Use, link: str, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)
    before = await read_stored_rows()

    with pytest.raises(InvalidLink):
        await use(user, won, link=link)

    assert await read_stored_rows() == before


@EITHER_WAY
async def test_a_gift_used_at_once_by_many_requests_is_one_order(use: Use, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)

    outcomes = await asyncio.gather(*(use(user, won) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, GiftSpent) for outcome in outcomes) == 5
    assert await Order.all().count() == 1


@EITHER_WAY
async def test_the_same_key_returns_the_order_as_placed(use: Use, clock: Clock) -> None:
    user, gift = await create_user(), await create_gift(await create_service())
    won = await win_gift(user, gift, now=clock.current)
    await win_gift(user, gift, now=clock.current)
    first = await use(user, won, key="k")
    await Order.all().update(status=OrderStatus.COMPLETED, start_count=9)

    assert get_columns(await use(user, won, key="k")) == get_columns(first)
    assert await UserGift.filter(is_used=True).count() == 1


@EITHER_WAY
async def test_a_key_is_refused_for_another_link(use: Use, clock: Clock) -> None:
    user, gift = await create_user(), await create_gift(await create_service())
    won = await win_gift(user, gift, now=clock.current)
    await win_gift(user, gift, now=clock.current)
    await use(user, won, key="k")

    with pytest.raises(IdempotencyKeyReused):
        await use(user, won, link="https://example.com/p/2", key="k")

    assert await Order.all().count() == 1


@EITHER_WAY
async def test_a_problem_is_returned_for_the_same_key_after_its_cause_is_gone(use: Use, clock: Clock) -> None:
    user = await create_user()
    won = await create_won_gift(user, clock)
    await Service.all().update(is_active=False)
    with pytest.raises(ServiceUnavailable):
        await use(user, won, key="k")
    await Service.all().update(is_active=True)

    with pytest.raises(ServiceUnavailable):
        await use(user, won, key="k")

    assert (await use(user, won, key="another")).quantity == 30
