"""A user's own orders."""

from datetime import UTC, timedelta, timezone

import pytest

from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound
from models import User
from resolvers import orders
from resolvers.filters import Contains, Ids, OneOf, Range
from resolvers.orders import OrderFilter, OrderOrderField
from resolvers.pagination import Direction, PageRequest
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
TEHRAN = timezone(timedelta(hours=3, minutes=30))
SECOND = timedelta(seconds=1)


async def find_order_ids(user: User, where: OrderFilter) -> list[int]:
    """Ids of the orders that meet `where`, in their order."""
    page = await orders.get_orders_page(
        user, page=PageRequest(), where=where, order_by=OrderOrderField.ID, direction=Direction.ASC
    )
    assert await page.total_count() == len(page.nodes)
    return [order.id for order in page.nodes]


async def test_list_orders_gives_the_users_own_newest_first() -> None:
    user, other, service = await create_user(), await create_user(), await create_service()
    first = await create_order(user, service)
    await create_order(other, service)
    second = await create_order(user, service, created_at=TIMESTAMP - SECOND)

    assert [order.id for order in (await orders.list_orders(user)).objects] == [second.id, first.id]


async def test_get_order_gives_the_users_own() -> None:
    user = await create_user()
    order = await create_order(user, await create_service())

    assert (await orders.get_order(user, order_id=order.id)).id == order.id


@pytest.mark.parametrize("order_id", [0, -1, 999_999, 2**31, 2**63, 10**30, -(10**30)])
async def test_an_id_of_no_order_is_not_found(order_id: int) -> None:
    user = await create_user()
    await create_order(user, await create_service())

    with pytest.raises(OrderNotFound):
        await orders.get_order(user, order_id=order_id)


async def test_an_order_of_another_user_is_forbidden() -> None:
    order = await create_order(await create_user(), await create_service())

    with pytest.raises(Forbidden):
        await orders.get_order(await create_user(), order_id=order.id)


async def test_a_page_never_holds_the_orders_of_another_user() -> None:
    service = await create_service()
    order = await create_order(await create_user(), service)

    assert await find_order_ids(await create_user(), OrderFilter(service=Ids([order.service_id]))) == []


async def test_orders_are_found_by_status() -> None:
    user, service = await create_user(), await create_service()
    pending = await create_order(user, service, status=OrderStatus.PENDING)
    partial = await create_order(user, service, status=OrderStatus.PARTIAL)
    await create_order(user, service, status=OrderStatus.COMPLETED)

    where = OrderFilter(status=OneOf([OrderStatus.PARTIAL, OrderStatus.PENDING]))
    assert await find_order_ids(user, where) == [pending.id, partial.id]
    assert await find_order_ids(user, OrderFilter(status=OneOf([]))) == []
    assert len(await find_order_ids(user, OrderFilter())) == 3


async def test_orders_are_found_by_service_despite_impossible_ids() -> None:
    user = await create_user()
    order = await create_order(user, await create_service())
    await create_order(user, await create_service())

    ids = [0, -1, 2**31, 10**30]
    assert await find_order_ids(user, OrderFilter(service=Ids([*ids, order.service_id]))) == [order.id]
    assert await find_order_ids(user, OrderFilter(service=Ids(ids))) == []


@pytest.mark.parametrize("zone", [UTC, TEHRAN, timezone(-timedelta(hours=8))], ids=str)
async def test_time_bounds_are_inclusive_and_mean_the_same_in_every_zone(zone: timezone) -> None:
    user, service = await create_user(), await create_service()
    early, middle, late = [
        (await create_order(user, service, created_at=TIMESTAMP + step * SECOND)).id for step in (-1, 0, 1)
    ]
    timestamp = TIMESTAMP.astimezone(zone)

    assert await find_order_ids(user, OrderFilter(created_at=Range(gte=timestamp))) == [middle, late]
    assert await find_order_ids(user, OrderFilter(created_at=Range(lte=timestamp))) == [early, middle]
    assert await find_order_ids(user, OrderFilter(created_at=Range(gte=timestamp, lte=timestamp))) == [middle]


@pytest.mark.parametrize(
    ("part", "is_found"),
    [
        ("EXAMPLE.com/p", True),
        ("100%_\\'", True),
        ("example_com", False),
        ("p/%/", False),
        ("\x00", False),
        ("\ud800", False),
    ],
    ids=ascii,
)
async def test_orders_are_found_by_a_literal_part_of_their_link(part: str, is_found: bool) -> None:
    user, service = await create_user(), await create_service()
    order = await create_order(user, service, link="https://example.com/p/100%_\\'")

    assert await find_order_ids(user, OrderFilter(link=Contains(part))) == ([order.id] if is_found else [])
