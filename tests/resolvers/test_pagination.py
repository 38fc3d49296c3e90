"""Keyset pages: nothing twice, nothing skipped, and no cursor but one of the same list."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.problems import InvalidInput
from models import Notification, Order, Service, User
from resolvers import catalogue, notifications, orders, tickets
from resolvers.catalogue import ServiceFilter, ServiceOrderField
from resolvers.notifications import NotificationFilter
from resolvers.orders import OrderFilter, OrderOrderField
from resolvers.pagination import Direction, Page, PageRequest
from resolvers.tickets import TicketFilter
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_notification, create_order, create_service, create_ticket
from tests.search_depth import DEPTH
from tests.subtest_cases import for_each

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
Reader = Callable[[PageRequest], Awaitable[Page[Order]]]
SECOND = timedelta(seconds=1)


def reader(
    user: User, *, by: OrderOrderField = OrderOrderField.ID, direction: Direction = Direction.ASC
) -> Reader:
    """Reads pages of the user's orders."""

    async def read(page: PageRequest) -> Page[Order]:
        return await orders.get_orders_page(
            user, page=page, where=OrderFilter(), order_by=by, direction=direction
        )

    return read


async def walk_forward(read: Reader, *, size: int) -> list[int]:
    ids: list[int] = []
    page = await read(PageRequest(first=size))
    assert not page.has_previous_page
    while True:
        assert len(page.nodes) <= size
        ids += [order.id for order in page.nodes]
        if not page.has_next_page:
            return ids
        assert len(page.nodes) == size
        page = await read(PageRequest(first=size, after=page.cursor(page.nodes[-1])))
        assert page.has_previous_page


async def walk_backward(read: Reader, *, size: int) -> list[int]:
    ids: list[int] = []
    page = await read(PageRequest(last=size))
    assert not page.has_next_page
    while True:
        assert len(page.nodes) <= size
        ids = [order.id for order in page.nodes] + ids
        if not page.has_previous_page:
            return ids
        assert len(page.nodes) == size
        page = await read(PageRequest(last=size, before=page.cursor(page.nodes[0])))
        assert page.has_next_page


def list_cursors(page: Page[Order]) -> list[str]:
    return [page.cursor(order) for order in page.nodes]


async def create_orders(user: User, count: int) -> list[Order]:
    """Orders in groups with equal timestamps, charges falling while ids rise."""
    service = await create_service()
    return [
        await create_order(
            user, service, charge=1_000 - number // 4, created_at=TIMESTAMP + (number // 5) * SECOND
        )
        for number in range(count)
    ]


def sorted_ids(rows: list[Order], *, by: OrderOrderField, direction: Direction) -> list[int]:
    def key(order: Order) -> tuple[datetime | int, int]:
        return getattr(order, by.value), order.id

    return [order.id for order in sorted(rows, key=key, reverse=direction is Direction.DESC)]


def forge_cursors(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.random_search
@settings(max_examples=10 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 26),
    by=st.sampled_from(OrderOrderField),
    direction=st.sampled_from(Direction),
    count=st.integers(0, 24),
)
async def test_paging_by_any_size_in_either_direction_returns_every_row_once_in_order(
    size: int, by: OrderOrderField, direction: Direction, count: int
) -> None:
    await Order.all().delete()
    user = await create_user()
    rows = await create_orders(user, count)
    read = reader(user, by=by, direction=direction)

    expected = sorted_ids(rows, by=by, direction=direction)
    assert await walk_forward(read, size=size) == expected
    assert await walk_backward(read, size=size) == expected


@pytest.mark.parametrize("direction", list(Direction))
async def test_paging_stays_complete_while_rows_are_added_and_removed(direction: Direction) -> None:
    user = await create_user()
    rows = await create_orders(user, 9)
    read = reader(user, by=OrderOrderField.CREATED_AT, direction=direction)
    expected = sorted_ids(rows, by=OrderOrderField.CREATED_AT, direction=direction)
    first = await read(PageRequest(first=4))

    # Before the place we have reached: neither may move it.
    early = TIMESTAMP - SECOND if direction is Direction.ASC else TIMESTAMP + 9 * SECOND
    service = await Service.get()
    for _ in range(3):
        await create_order(user, service, created_at=early)
    await Order.filter(id=first.nodes[-1].id).delete()

    rest = await read(PageRequest(first=100, after=first.cursor(first.nodes[-1])))
    assert [order.id for order in first.nodes + rest.nodes] == expected


async def test_a_page_between_two_cursors_holds_what_lies_between_them() -> None:
    user = await create_user()
    ids = [order.id for order in await create_orders(user, 7)]
    read = reader(user)
    cursors = list_cursors(await read(PageRequest(first=100)))

    forward = await read(PageRequest(first=2, after=cursors[0], before=cursors[5]))
    backward = await read(PageRequest(last=2, after=cursors[0], before=cursors[5]))

    assert [order.id for order in forward.nodes] == ids[1:3]
    assert (forward.has_previous_page, forward.has_next_page) == (True, True)
    assert [order.id for order in backward.nodes] == ids[3:5]
    assert (backward.has_previous_page, backward.has_next_page) == (True, True)


async def test_before_alone_gives_the_rows_just_before() -> None:
    user = await create_user()
    ids = [order.id for order in await create_orders(user, 25)]
    cursors = list_cursors(await reader(user)(PageRequest(first=100)))

    page = await reader(user)(PageRequest(before=cursors[24]))

    assert [order.id for order in page.nodes] == ids[4:24]


async def test_a_page_has_twenty_rows_by_default_and_a_hundred_at_most() -> None:
    user, service = await create_user(), await create_service()
    template = await create_order(user, service)
    await Order.bulk_create([template.clone() for _ in range(100)])
    read = reader(user)

    assert len((await read(PageRequest())).nodes) == 20
    largest = await read(PageRequest(first=100))
    assert (len(largest.nodes), largest.has_next_page) == (100, True)
    assert await largest.total_count() == 101


async def test_total_count_counts_all_pages_of_what_matches() -> None:
    user = await create_user()
    await create_orders(user, 7)
    cursors = list_cursors(await reader(user)(PageRequest()))

    page = await reader(user)(PageRequest(first=2, after=cursors[3]))

    assert await page.total_count() == 7


async def test_an_empty_list_has_one_empty_page() -> None:
    page = await reader(await create_user())(PageRequest())

    assert (page.nodes, page.has_next_page, page.has_previous_page) == ([], False, False)
    assert await page.total_count() == 0


async def test_no_cursor_shows_rows_of_another_user() -> None:
    user, other = await create_user(), await create_user()
    await create_orders(other, 3)
    theirs = await reader(other)(PageRequest())

    page = await reader(user)(PageRequest(after=theirs.cursor(theirs.nodes[0])))

    assert page.nodes == []


async def test_notifications_are_paged_by_timestamp_and_uuid() -> None:
    user = await create_user()
    for number in range(7):
        await create_notification(user, created_at=TIMESTAMP + (number // 4) * SECOND)
    ids = []
    page = await notifications.get_notifications_page(
        user, page=PageRequest(first=2), where=NotificationFilter()
    )
    ids += [row.id for row in page.nodes]
    while page.has_next_page:
        page = await notifications.get_notifications_page(
            user, page=PageRequest(first=2, after=page.cursor(page.nodes[-1])), where=NotificationFilter()
        )
        ids += [row.id for row in page.nodes]

    timestamps = [(await Notification.get(id=number)).created_at for number in ids]
    assert len(set(ids)) == len(ids) == 7
    assert timestamps == sorted(timestamps, reverse=True)


async def test_services_page_by_names_of_any_script_and_length() -> None:
    names = ["😀" * 300, "لایک", "Likes", "Likes", '"\\' * 150, "%_'"]
    for name in names:
        await create_service(name=name)

    walked, cursor = [], None
    while True:
        page = await catalogue.get_services_page(
            page=PageRequest(first=1, after=cursor),
            where=ServiceFilter(),
            order_by=ServiceOrderField.NAME,
            direction=Direction.ASC,
        )
        walked += [service.name for service in page.nodes]
        cursor = page.cursor(page.nodes[-1])
        if not page.has_next_page:
            break

    assert sorted(walked) == sorted(names)


@for_each("size", [0, -1, 101, 10**30])
@for_each("field", ["first", "last"])
async def test_a_size_outside_one_to_a_hundred_is_refused_by_its_field(size: int, field: str) -> None:
    request = PageRequest(first=size) if field == "first" else PageRequest(last=size)

    with pytest.raises(InvalidInput) as refusal:
        await reader(await create_user())(request)

    assert refusal.value.field == field


async def test_first_and_last_at_once_are_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        await reader(await create_user())(PageRequest(first=1, last=1))

    assert refusal.value.field == "last"


@for_each(
    "cursor",
    [
        "",
        "=",
        "%%%",
        "سلام",
        "\x00",
        "\ud800",
        "bm90IGpzb24",
        "A" * 3_000,
        forge_cursors(),
        forge_cursors("orders.id", 1),
        forge_cursors("orders.id", 1, 1, 1),
        forge_cursors("id", 1, 1),
        forge_cursors("orders.charge", 1, 1),
        forge_cursors("orders.password_hash", 1, 1),
        forge_cursors("orders.id", "1", "1"),
        forge_cursors("orders.id", 1.5, 1.5),
        forge_cursors("orders.id", True, True),
        forge_cursors("orders.id", None, None),
        forge_cursors("orders.id", [1], {"a": 1}),
        forge_cursors("orders.id", 1, 2**31),
        forge_cursors("orders.id", 1, 2**63),
        forge_cursors("orders.id", 1, 10**30),
        forge_cursors("orders.id", 1, -(10**30)),
        base64.urlsafe_b64encode(b'"orders.id"').decode(),
        base64.urlsafe_b64encode(b"[" * 900).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
@for_each("field", ["after", "before"])
async def test_a_forged_cursor_is_refused_by_its_field(cursor: str, field: str) -> None:
    request = PageRequest(after=cursor) if field == "after" else PageRequest(before=cursor)

    with pytest.raises(InvalidInput) as refusal:
        await reader(await create_user())(request)

    assert refusal.value.field == field


@for_each("timestamp", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", 5, None, "9" * 30, "\x00"])
async def test_a_cursor_without_a_valid_timestamp_is_refused(timestamp: object) -> None:
    read = reader(await create_user(), by=OrderOrderField.CREATED_AT)
    await read(PageRequest(after=forge_cursors("orders.created_at", "2026-01-01T00:00:00+00:00", 1)))

    with pytest.raises(InvalidInput):
        await read(PageRequest(after=forge_cursors("orders.created_at", timestamp, 1)))


@for_each("timestamp", ["0001-01-01T00:00:00+03:30", "9999-12-31T23:59:59-08:00"])
async def test_a_cursor_with_an_out_of_range_timestamp_is_refused(timestamp: str) -> None:
    read = reader(await create_user(), by=OrderOrderField.CREATED_AT)

    with pytest.raises(InvalidInput):
        await read(PageRequest(after=forge_cursors("orders.created_at", timestamp, 1)))


@for_each("name", [5, None, "a\x00b", ["a"]])
async def test_a_cursor_without_a_valid_text_is_refused(name: object) -> None:
    with pytest.raises(InvalidInput):
        await catalogue.get_services_page(
            page=PageRequest(after=forge_cursors("services.name", name, 1)),
            where=ServiceFilter(),
            order_by=ServiceOrderField.NAME,
            direction=Direction.ASC,
        )


async def test_a_cursor_of_another_list_is_refused() -> None:
    user = await create_user()
    await create_orders(user, 1)
    await create_ticket(user)
    by_id = await reader(user)(PageRequest())
    by_charge = await reader(user, by=OrderOrderField.CHARGE)(PageRequest())

    with pytest.raises(InvalidInput):
        await reader(user)(PageRequest(after=by_charge.cursor(by_charge.nodes[0])))
    with pytest.raises(InvalidInput):
        await tickets.get_tickets_page(
            user,
            page=PageRequest(after=by_id.cursor(by_id.nodes[0])),
            where=TicketFilter(),
            direction=Direction.ASC,
        )
