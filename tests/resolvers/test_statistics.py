"""Statistics that anyone may see."""

from datetime import UTC, timedelta, timezone

import pytest

from domain.order_status import OrderStatus
from domain.problems import InvalidInput
from resolvers import statistics
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
TEHRAN = timezone(timedelta(hours=3, minutes=30))
SECOND = timedelta(seconds=1)


async def test_users_rank_by_what_they_spent() -> None:
    service = await create_service()
    often, much, never = await create_user(), await create_user(), await create_user()
    for _ in range(3):
        await create_order(often, service, charge=100)
    await create_order(much, service, charge=301)

    rows = [(row.user.id, row.order_count, row.amount) for row in await statistics.list_top_users()]

    assert rows == [(much.id, 1, 301), (often.id, 3, 300)]
    assert never.id not in {user_id for user_id, *_ in rows}


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_only_canceled_and_refunded_orders_do_not_count(status: OrderStatus) -> None:
    user, service = await create_user(), await create_service()
    await create_order(user, service, charge=100, status=OrderStatus.COMPLETED)
    await create_order(user, service, charge=1_000, status=status)

    (top_user,), (top_service,) = await statistics.list_top_users(), await statistics.list_top_services()

    counts = status not in (OrderStatus.CANCELED, OrderStatus.REFUNDED)
    assert (top_user.order_count, top_user.amount) == ((2, 1_100) if counts else (1, 100))
    assert top_service.order_count == (2 if counts else 1)


@pytest.mark.parametrize("zone", [UTC, TEHRAN, timezone(-timedelta(hours=8))], ids=str)
async def test_since_takes_orders_of_that_very_second_in_and_older_ones_out(zone: timezone) -> None:
    user, service = await create_user(), await create_service()
    for step, charge in ((-1, 1), (0, 10), (1, 100)):
        await create_order(user, service, charge=charge, created_at=TIMESTAMP + step * SECOND)

    (row,) = await statistics.list_top_users(since=TIMESTAMP.astimezone(zone))

    assert (row.order_count, row.amount) == (2, 110)


async def test_the_ranking_is_empty_if_all_orders_are_older() -> None:
    await create_order(await create_user(), await create_service())

    assert await statistics.list_top_users(since=TIMESTAMP + SECOND) == []


async def test_equal_amounts_rank_by_id() -> None:
    service = await create_service()
    users = [await create_user() for _ in range(3)]
    for user in reversed(users):
        await create_order(user, service)

    assert [row.user.id for row in await statistics.list_top_users()] == [user.id for user in users]


async def test_services_rank_by_how_often_they_were_ordered() -> None:
    user = await create_user()
    once, thrice, other_once = await create_service(), await create_service(), await create_service()
    for service in (other_once, thrice, thrice, once, thrice):
        await create_order(user, service)

    rows = [(row.service.id, row.order_count) for row in await statistics.list_top_services()]

    assert rows == [(thrice.id, 3), (once.id, 1), (other_once.id, 1)]


async def test_a_table_has_at_most_ten_rows_or_the_requested_number() -> None:
    for _ in range(12):
        await create_order(await create_user(), await create_service())

    assert len(await statistics.list_top_users()) == len(await statistics.list_top_services()) == 10
    assert (
        len(await statistics.list_top_users(limit=3)) == len(await statistics.list_top_services(limit=3)) == 3
    )


@pytest.mark.parametrize("limit", [0, -1, 11, 10**30])
async def test_a_limit_outside_one_to_ten_is_refused(limit: int) -> None:
    for table in (statistics.list_top_users, statistics.list_top_services):
        with pytest.raises(InvalidInput) as refusal:
            await table(limit=limit)
        assert refusal.value.field == "limit"


async def test_amounts_beyond_32_bits_are_summed_exactly() -> None:
    user, service = await create_user(), await create_service()
    for _ in range(3):
        await create_order(user, service, charge=2**53 + 1)

    (row,) = await statistics.list_top_users()

    assert row.amount == 3 * (2**53 + 1)
