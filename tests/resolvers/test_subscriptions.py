"""Following orders, notifications and tickets."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar

import pytest
import pytest_asyncio
from tortoise.exceptions import DBConnectionError
from tortoise.transactions import in_transaction

import database
from database.change_events import ChangeEvent, LiveTopic
from database.change_hub import MAX_KEYS, Hub
from domain.enums import NotificationKind
from domain.order_state_machine import OrderActor
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, TicketNotFound
from models import Order, User
from resolvers import notifications, order_transitions, subscriptions, tickets
from resolvers.order_transitions import Change
from tests.fakes import create_user
from tests.resolvers.factories import create_notification, create_order, create_service, create_ticket
from tests.subscription_waits import listening_hub, wait_for

pytestmark = pytest.mark.both_databases


@pytest_asyncio.fixture
async def hub(db: str) -> AsyncIterator[Hub]:
    async with listening_hub(db) as hub:
        yield hub


async def change_order(order: Order, *, to: OrderStatus | None = None, **columns: object) -> None:
    """Change an order as the worker does."""
    async with in_transaction():
        locked = await order_transitions.lock_order(order.id)
        change = Change(to=to or locked.status, actor=OrderActor.PROVIDER, columns=columns)
        await order_transitions.change_order(locked, change, now=await database.now())


async def notify(user: User, message: str) -> None:
    async with in_transaction():
        await notifications.notify(user.id, NotificationKind.GIFT_WON, message, now=await database.now())


async def reply_as_staff(user: User, ticket_id: int, message: str) -> None:
    ticket = await tickets.get_ticket(user, ticket_id=ticket_id)
    async with in_transaction():
        now = await database.now()
        await tickets.add_message(ticket, writer=await create_user(), message=message, now=now)


async def create_orders(buyer: User, number: int) -> list[Order]:
    service = await create_service()
    now = await database.now()
    return [await create_order(buyer, service, created_at=now) for _ in range(number)]


Row = TypeVar("Row")


async def subscribe(rows: AsyncGenerator[Row, None], hub: Hub) -> "asyncio.Future[Row]":
    """The first row, as a task that is already waiting."""
    first = asyncio.ensure_future(anext(rows))
    await asyncio.sleep(0)
    # The hub's own test of its beginning is the other one.
    assert hub.subscriptions == 2
    return first


async def test_a_changed_order_is_yielded_as_it_is_now(hub: Hub) -> None:
    buyer = await create_user()
    (order,) = await create_orders(buyer, 1)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        first = await subscribe(updates, hub)
        await change_order(order, to=OrderStatus.PROCESSING, start_count=50)
        updated = await wait_for(first)
        assert (updated.id, updated.status, updated.start_count) == (order.id, OrderStatus.PROCESSING, 50)

        await change_order(order, to=OrderStatus.INPROGRESS)
        await change_order(order, to=OrderStatus.COMPLETED)
        seen = [await wait_for(anext(updates))]
        while seen[-1].status is not OrderStatus.COMPLETED:
            seen.append(await wait_for(anext(updates)))
        assert len(seen) <= 2


async def test_a_change_between_subscribing_and_the_first_reading_is_not_missed(hub: Hub) -> None:
    buyer = await create_user()
    orders = await create_orders(buyer, 5)
    for order in orders:
        async with aclosing(subscriptions.subscribe_to_orders(hub, buyer, order_id=order.id)) as updates:
            first = asyncio.ensure_future(anext(updates))
            changed = asyncio.ensure_future(change_order(order, to=OrderStatus.PROCESSING))
            assert (await wait_for(first)).id == order.id
            await changed


async def test_an_announcement_without_a_change_yields_nothing(hub: Hub) -> None:
    buyer = await create_user()
    first, second = await create_orders(buyer, 2)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        waiting = await subscribe(updates, hub)
        hub.publish(ChangeEvent(buyer.id, LiveTopic.ORDER, str(first.id)))
        await change_order(first, to=OrderStatus.PROCESSING)
        assert (await wait_for(waiting)).id == first.id

        for _ in range(3):
            hub.publish(ChangeEvent(buyer.id, LiveTopic.ORDER, str(first.id)))
        await change_order(second, to=OrderStatus.PROCESSING)
        assert (await wait_for(anext(updates))).id == second.id


async def test_changes_during_a_gap_are_yielded_once(hub: Hub) -> None:
    buyer = await create_user()
    placed, provided, changed = await create_orders(buyer, 3)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        waiting = await subscribe(updates, hub)
        await change_order(provided, to=OrderStatus.PROCESSING)
        assert (await wait_for(waiting)).id == provided.id

        # Unheard: as if the listener had been away.
        now = await database.now()
        await Order.filter(id=changed.id).update(status=OrderStatus.PROCESSING, updated_at=now)
        hub.resync()
        assert (await wait_for(anext(updates))).id == changed.id

        hub.resync()
        await change_order(placed, to=OrderStatus.CANCELED)
        assert (await wait_for(anext(updates))).id == placed.id


async def test_a_slow_subscriber_gets_every_order_s_last_state(hub: Hub) -> None:
    buyer = await create_user()
    orders = await create_orders(buyer, MAX_KEYS + 20)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        waiting = await subscribe(updates, hub)
        async with in_transaction():
            for order in orders:
                await order_transitions.change_order(
                    order,
                    Change(to=OrderStatus.PROCESSING, actor=OrderActor.PROVIDER),
                    now=await database.now(),
                )
        seen = {(await wait_for(waiting)).id}
        while len(seen) < len(orders):
            seen.add((await wait_for(anext(updates))).id)

        assert seen == {order.id for order in orders}


async def test_an_order_is_read_when_it_is_yielded(hub: Hub) -> None:
    buyer = await create_user()
    first, second = await create_orders(buyer, 2)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        waiting = await subscribe(updates, hub)
        for order in (first, second):
            hub.publish(ChangeEvent(buyer.id, LiveTopic.ORDER, str(order.id)))
        now = await database.now()
        await Order.filter(id=first.id).update(status=OrderStatus.PROCESSING, updated_at=now)
        hub.publish(ChangeEvent(buyer.id, LiveTopic.ORDER, str(first.id)))
        assert (await wait_for(waiting)).id == first.id

        await change_order(second, to=OrderStatus.PROCESSING)
        await change_order(second, to=OrderStatus.COMPLETED)
        assert (await wait_for(anext(updates))).status is OrderStatus.COMPLETED


async def test_another_user_s_orders_are_not_yielded(hub: Hub) -> None:
    buyer, other = await create_user(), await create_user()
    (theirs,), (own,) = await create_orders(other, 1), await create_orders(buyer, 1)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer)) as updates:
        waiting = await subscribe(updates, hub)
        hub.publish(ChangeEvent(buyer.id, LiveTopic.ORDER, str(theirs.id)))
        await change_order(theirs, to=OrderStatus.PROCESSING)
        await change_order(own, to=OrderStatus.PROCESSING)

        assert (await wait_for(waiting)).id == own.id


async def test_one_order_may_be_followed_alone(hub: Hub) -> None:
    buyer = await create_user()
    other, order = await create_orders(buyer, 2)
    async with aclosing(subscriptions.subscribe_to_orders(hub, buyer, order_id=order.id)) as updates:
        waiting = await subscribe(updates, hub)
        await change_order(other, to=OrderStatus.PROCESSING)
        hub.resync()
        await change_order(order, to=OrderStatus.PROCESSING)

        assert (await wait_for(waiting)).id == order.id


async def test_an_unknown_order_and_another_user_s_are_refused(hub: Hub) -> None:
    buyer = await create_user()
    (theirs,) = await create_orders(await create_user(), 1)
    for order_id, refusal in ((999_999, OrderNotFound), (2**70, OrderNotFound), (theirs.id, Forbidden)):
        with pytest.raises(refusal):
            await anext(subscriptions.subscribe_to_orders(hub, buyer, order_id=order_id))
    assert hub.subscriptions == 1


async def test_each_notification_is_yielded_once_also_after_a_gap(hub: Hub) -> None:
    user = await create_user()
    await create_notification(user)
    async with aclosing(subscriptions.subscribe_to_notifications(hub, user)) as added:
        waiting = await subscribe(added, hub)
        await notify(await create_user(), "another's")
        await notify(user, "first")
        assert (await wait_for(waiting)).message == "first"

        await notifications.mark_notifications_read(user)
        hub.resync()
        await notify(user, "second")
        assert (await wait_for(anext(added))).message == "second"


async def test_both_sides_messages_in_a_ticket_are_yielded(hub: Hub) -> None:
    user = await create_user()
    ticket, another = await create_ticket(user), await create_ticket(user)
    rows = subscriptions.subscribe_to_ticket_messages(hub, user, ticket_id=ticket.id)
    async with aclosing(rows) as added:
        waiting = await subscribe(added, hub)
        await tickets.reply_to_ticket(user, ticket_id=another.id, message="elsewhere")
        await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="Where is it?")
        assert (await wait_for(waiting)).message == "Where is it?"

        await reply_as_staff(user, ticket.id, "Soon.")
        assert (await wait_for(anext(added))).message == "Soon."


async def test_an_unknown_ticket_and_another_user_s_are_refused(hub: Hub) -> None:
    user = await create_user()
    theirs = await create_ticket(await create_user())
    for ticket_id, refusal in ((999_999, TicketNotFound), (theirs.id, Forbidden)):
        with pytest.raises(refusal):
            await anext(subscriptions.subscribe_to_ticket_messages(hub, user, ticket_id=ticket_id))


async def test_a_follower_that_stops_leaves_the_hub(hub: Hub) -> None:
    user = await create_user()
    updates = subscriptions.subscribe_to_orders(hub, user)
    waiting = await subscribe(updates, hub)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert hub.subscriptions == 1


async def test_reading_resumes_when_the_database_is_back() -> None:
    failures = [DBConnectionError("gone"), ConnectionResetError()]

    async def read() -> str:
        if failures:
            raise failures.pop()
        return "row"

    assert await wait_for(subscriptions._retry_while_unavailable(read)) == "row"


async def test_an_internal_error_is_not_retried() -> None:
    async def read() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await subscriptions._retry_while_unavailable(read)
