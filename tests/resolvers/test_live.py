"""Following orders, notifications and tickets."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar

import pytest
import pytest_asyncio
from tortoise.exceptions import DBConnectionError
from tortoise.transactions import in_transaction

from domain.order_life import OrderActor
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, TicketNotFound
from domain.states import NotificationKind
from models import Order, User, database
from models.hub import MOST_KEYS, Hub
from models.live import Announcement, LiveTopic
from resolvers import live, notifications, order_life, tickets
from resolvers.order_life import Change
from tests.fakes import create_user
from tests.live_updates import listening_hub, soon
from tests.resolvers.records import create_notification, create_order, create_service, create_ticket

pytestmark = pytest.mark.both_databases


@pytest_asyncio.fixture
async def hub(db: str) -> AsyncIterator[Hub]:
    async with listening_hub(db) as hub:
        yield hub


async def change(order: Order, *, to: OrderStatus | None = None, **columns: object) -> None:
    """Change an order as the worker does."""
    async with in_transaction():
        locked = await order_life.lock_order(order.id)
        asked = Change(to=to or locked.status, actor=OrderActor.PROVIDER, columns=columns)
        await order_life.change_order(locked, asked, now=await database.now())


async def tell(user: User, message: str) -> None:
    async with in_transaction():
        await notifications.notify(user.id, NotificationKind.GIFT_WON, message, now=await database.now())


async def reply_as_staff(user: User, ticket_id: int, message: str) -> None:
    ticket = await tickets.get_ticket(user, ticket_id=ticket_id)
    async with in_transaction():
        now = await database.now()
        await tickets.add_message(ticket, writer=await create_user(), message=message, now=now)


async def orders_of(buyer: User, number: int) -> list[Order]:
    service = await create_service()
    now = await database.now()
    return [await create_order(buyer, service, created_at=now) for _ in range(number)]


Row = TypeVar("Row")


async def followed(rows: AsyncGenerator[Row, None], hub: Hub) -> "asyncio.Future[Row]":
    """The first row to come; it is being waited for when this returns."""
    first = asyncio.ensure_future(anext(rows))
    await asyncio.sleep(0)
    # The hub's own test of its beginning is the other one.
    assert hub.subscriptions == 2
    return first


async def test_a_changed_order_is_yielded_as_it_is_now(hub: Hub) -> None:
    buyer = await create_user()
    (order,) = await orders_of(buyer, 1)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        first = await followed(updates, hub)
        await change(order, to=OrderStatus.PROCESSING, start_count=50)
        updated = await soon(first)
        assert (updated.id, updated.status, updated.start_count) == (order.id, OrderStatus.PROCESSING, 50)

        await change(order, to=OrderStatus.INPROGRESS)
        await change(order, to=OrderStatus.COMPLETED)
        seen = [await soon(anext(updates))]
        while seen[-1].status is not OrderStatus.COMPLETED:
            seen.append(await soon(anext(updates)))
        assert len(seen) <= 2


async def test_a_change_between_subscribing_and_the_first_reading_is_not_missed(hub: Hub) -> None:
    buyer = await create_user()
    orders = await orders_of(buyer, 5)
    for order in orders:
        async with aclosing(live.order_updates(hub, buyer, order_id=order.id)) as updates:
            first = asyncio.ensure_future(anext(updates))
            changed = asyncio.ensure_future(change(order, to=OrderStatus.PROCESSING))
            assert (await soon(first)).id == order.id
            await changed


async def test_an_announcement_without_a_change_yields_nothing(hub: Hub) -> None:
    buyer = await create_user()
    first, second = await orders_of(buyer, 2)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        waiting = await followed(updates, hub)
        hub.publish(Announcement(buyer.id, LiveTopic.ORDER, str(first.id)))
        await change(first, to=OrderStatus.PROCESSING)
        assert (await soon(waiting)).id == first.id

        for _ in range(3):
            hub.publish(Announcement(buyer.id, LiveTopic.ORDER, str(first.id)))
        await change(second, to=OrderStatus.PROCESSING)
        assert (await soon(anext(updates))).id == second.id


async def test_what_changed_in_a_gap_is_yielded_once_and_nothing_else(hub: Hub) -> None:
    buyer = await create_user()
    placed, given, changed = await orders_of(buyer, 3)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        waiting = await followed(updates, hub)
        await change(given, to=OrderStatus.PROCESSING)
        assert (await soon(waiting)).id == given.id

        # Unheard: as if the listener had been away.
        now = await database.now()
        await Order.filter(id=changed.id).update(status=OrderStatus.PROCESSING, updated_at=now)
        hub.resync()
        assert (await soon(anext(updates))).id == changed.id

        hub.resync()
        await change(placed, to=OrderStatus.CANCELED)
        assert (await soon(anext(updates))).id == placed.id


async def test_a_slow_subscriber_gets_every_order_s_last_state(hub: Hub) -> None:
    buyer = await create_user()
    orders = await orders_of(buyer, MOST_KEYS + 20)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        waiting = await followed(updates, hub)
        async with in_transaction():
            for order in orders:
                await order_life.change_order(
                    order,
                    Change(to=OrderStatus.PROCESSING, actor=OrderActor.PROVIDER),
                    now=await database.now(),
                )
        seen = {(await soon(waiting)).id}
        while len(seen) < len(orders):
            seen.add((await soon(anext(updates))).id)

        assert seen == {order.id for order in orders}


async def test_an_order_is_read_when_it_is_yielded(hub: Hub) -> None:
    buyer = await create_user()
    first, second = await orders_of(buyer, 2)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        waiting = await followed(updates, hub)
        for order in (first, second):
            hub.publish(Announcement(buyer.id, LiveTopic.ORDER, str(order.id)))
        now = await database.now()
        await Order.filter(id=first.id).update(status=OrderStatus.PROCESSING, updated_at=now)
        hub.publish(Announcement(buyer.id, LiveTopic.ORDER, str(first.id)))
        assert (await soon(waiting)).id == first.id

        await change(second, to=OrderStatus.PROCESSING)
        await change(second, to=OrderStatus.COMPLETED)
        assert (await soon(anext(updates))).status is OrderStatus.COMPLETED


async def test_another_user_s_orders_are_not_yielded(hub: Hub) -> None:
    buyer, other = await create_user(), await create_user()
    (theirs,), (own,) = await orders_of(other, 1), await orders_of(buyer, 1)
    async with aclosing(live.order_updates(hub, buyer)) as updates:
        waiting = await followed(updates, hub)
        hub.publish(Announcement(buyer.id, LiveTopic.ORDER, str(theirs.id)))
        await change(theirs, to=OrderStatus.PROCESSING)
        await change(own, to=OrderStatus.PROCESSING)

        assert (await soon(waiting)).id == own.id


async def test_one_order_may_be_followed_alone(hub: Hub) -> None:
    buyer = await create_user()
    other, order = await orders_of(buyer, 2)
    async with aclosing(live.order_updates(hub, buyer, order_id=order.id)) as updates:
        waiting = await followed(updates, hub)
        await change(other, to=OrderStatus.PROCESSING)
        hub.resync()
        await change(order, to=OrderStatus.PROCESSING)

        assert (await soon(waiting)).id == order.id


async def test_an_unknown_order_and_another_user_s_are_refused(hub: Hub) -> None:
    buyer = await create_user()
    (theirs,) = await orders_of(await create_user(), 1)
    for order_id, refusal in ((999_999, OrderNotFound), (2**70, OrderNotFound), (theirs.id, Forbidden)):
        with pytest.raises(refusal):
            await anext(live.order_updates(hub, buyer, order_id=order_id))
    assert hub.subscriptions == 1


async def test_each_notification_is_yielded_once_also_after_a_gap(hub: Hub) -> None:
    user = await create_user()
    await create_notification(user)
    async with aclosing(live.added_notifications(hub, user)) as added:
        waiting = await followed(added, hub)
        await tell(await create_user(), "another's")
        await tell(user, "first")
        assert (await soon(waiting)).message == "first"

        await notifications.mark_notifications_read(user)
        hub.resync()
        await tell(user, "second")
        assert (await soon(anext(added))).message == "second"


async def test_both_sides_messages_in_a_ticket_are_yielded(hub: Hub) -> None:
    user = await create_user()
    ticket, another = await create_ticket(user), await create_ticket(user)
    rows = live.added_ticket_messages(hub, user, ticket_id=ticket.id)
    async with aclosing(rows) as added:
        waiting = await followed(added, hub)
        await tickets.reply_to_ticket(user, ticket_id=another.id, message="elsewhere")
        await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="Where is it?")
        assert (await soon(waiting)).message == "Where is it?"

        await reply_as_staff(user, ticket.id, "Soon.")
        assert (await soon(anext(added))).message == "Soon."


async def test_an_unknown_ticket_and_another_user_s_are_refused(hub: Hub) -> None:
    user = await create_user()
    theirs = await create_ticket(await create_user())
    for ticket_id, refusal in ((999_999, TicketNotFound), (theirs.id, Forbidden)):
        with pytest.raises(refusal):
            await anext(live.added_ticket_messages(hub, user, ticket_id=ticket_id))


async def test_a_follower_that_stops_leaves_the_hub(hub: Hub) -> None:
    user = await create_user()
    updates = live.order_updates(hub, user)
    waiting = await followed(updates, hub)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert hub.subscriptions == 1


async def test_reading_goes_on_when_the_database_is_back() -> None:
    failures = [DBConnectionError("gone"), ConnectionResetError()]

    async def read() -> str:
        if failures:
            raise failures.pop()
        return "row"

    assert await soon(live._patiently(read)) == "row"


async def test_a_fault_of_ours_is_not_tried_again() -> None:
    async def read() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await live._patiently(read)
