"""What one process does reaches the subscribers of another, through lost connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tortoise.transactions import in_transaction

from domain.order_life import OrderActor
from domain.order_status import OrderStatus
from domain.states import NotificationKind
from models import Order, User, database
from resolvers import notifications, order_life
from resolvers.order_life import Change
from tests.both_doors.world import global_id
from tests.fakes import create_user
from tests.live_updates import break_listeners
from tests.money.fleet import Fleet
from tests.resolvers.records import create_order, create_service, create_ticket
from tests.sockets import Client, opened

pytestmark = pytest.mark.processes

ORDERS = "subscription {orderUpdated {id status}}"
REPLY = "mutation ($id: ID!, $text: String!) {replyToTicket(ticketId: $id, message: $text) {__typename}}"


@asynccontextmanager
async def subscribed(
    fleet: Fleet, user: User, query: str, *, server: int, **variables: object
) -> AsyncIterator[Client]:
    """A client of one server whose subscription `s` stands."""
    async with opened(fleet.servers[server].url) as client:
        await client.initialise(await fleet.token_of(user))
        await client.start("s", query, **variables)
        await client.ask("{__typename}")
        yield client


async def post(fleet: Fleet, user: User, query: str, *, server: int, **variables: object) -> None:
    headers = await fleet.token_of(user)
    async with opened(fleet.servers[server].url) as client:
        await client.initialise(headers)
        assert "errors" not in await client.ask(query, **variables)


async def change(order: Order, to: OrderStatus) -> None:
    """Change an order as a worker does, in this process."""
    async with in_transaction():
        locked = await order_life.lock_order(order.id)
        asked = Change(to=to, actor=OrderActor.PROVIDER)
        await order_life.change_order(locked, asked, now=await database.now())


async def change_patiently(order: Order, to: OrderStatus) -> None:
    """The same, again while this process's own connections turn out to be lost."""
    while True:
        try:
            return await change(order, to)
        except Exception as error:
            if not database.is_unavailable(error):
                raise


async def orders_of(buyer: User, number: int) -> list[Order]:
    service, now = await create_service(), await database.now()
    return [await create_order(buyer, service, created_at=now) for _ in range(number)]


async def test_a_reply_at_one_server_reaches_a_subscriber_of_the_other(fleet: Fleet) -> None:
    user = await create_user()
    ticket = global_id("Ticket", (await create_ticket(user)).id)
    query = "subscription ($id: ID!) {ticketMessageAdded(ticketId: $id) {message}}"
    async with subscribed(fleet, user, query, server=0, id=ticket) as client:
        for text in ("first", "second"):
            await post(fleet, user, REPLY, server=1, id=ticket, text=text)
            assert await client.next("s") == {"data": {"ticketMessageAdded": {"message": text}}}


async def test_what_a_worker_does_reaches_the_subscribers_of_every_server(fleet: Fleet) -> None:
    buyer = await create_user()
    (order,) = await orders_of(buyer, 1)
    async with (
        subscribed(fleet, buyer, ORDERS, server=0) as first,
        subscribed(fleet, buyer, ORDERS, server=1) as second,
        subscribed(fleet, await create_user(), ORDERS, server=1) as stranger,
    ):
        await change(order, OrderStatus.PROCESSING)
        for client in (first, second):
            event = await client.next("s")
            assert event["data"]["orderUpdated"] == {
                "id": global_id("Order", order.id),
                "status": "PROCESSING",
            }
        assert await stranger.ask("{__typename}") == {"data": {"__typename": "Query"}}


async def test_a_notification_reaches_its_user_at_every_server(fleet: Fleet) -> None:
    user = await create_user()
    query = "subscription {notificationAdded {message}}"
    async with (
        subscribed(fleet, user, query, server=0) as first,
        subscribed(fleet, user, query, server=1) as second,
    ):
        async with in_transaction():
            now = await database.now()
            await notifications.notify(user.id, NotificationKind.GIFT_WON, "You won", now=now)
        for client in (first, second):
            assert await client.next("s") == {"data": {"notificationAdded": {"message": "You won"}}}


async def test_nothing_is_missed_while_listeners_lose_their_connections(fleet: Fleet) -> None:
    buyer = await create_user()
    orders = await orders_of(buyer, 60)
    async with (
        subscribed(fleet, buyer, ORDERS, server=0) as first,
        subscribed(fleet, buyer, ORDERS, server=1) as second,
    ):
        cut = 0
        for number, order in enumerate(orders):
            if number % 10 == 5:
                cut += await break_listeners()
            await change(order, OrderStatus.PROCESSING)
        assert cut > 0

        awaited = {global_id("Order", order.id) for order in orders}
        for client in (first, second):
            seen: list[str] = []
            while set(seen) != awaited:
                seen.append((await client.next("s"))["data"]["orderUpdated"]["id"])
            assert len(seen) == len(awaited)


async def test_subscriptions_outlive_the_loss_of_every_connection_to_the_database(fleet: Fleet) -> None:
    buyer = await create_user()
    orders = await orders_of(buyer, 20)
    async with subscribed(fleet, buyer, ORDERS, server=0) as client:
        for number, order in enumerate(orders):
            if number % 5 == 2:
                await database.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await change_patiently(order, OrderStatus.PROCESSING)

        seen: set[str] = set()
        while seen != {global_id("Order", order.id) for order in orders}:
            seen.add((await client.next("s"))["data"]["orderUpdated"]["id"])


async def test_logging_out_at_one_server_ends_the_user_s_sockets_at_the_other(fleet: Fleet) -> None:
    user = await create_user()
    headers = await fleet.token_of(user)
    async with (
        opened(fleet.servers[0].url) as leaving,
        opened(fleet.servers[1].url) as client,
        subscribed(fleet, user, ORDERS, server=1) as elsewhere,
    ):
        await leaving.initialise(headers)
        await client.initialise(headers)
        assert "errors" not in await leaving.ask("mutation {logout {__typename}}")

        assert await client.close_code() == 4401
        # Its token is another, which stays.
        assert await elsewhere.ask("{__typename}") == {"data": {"__typename": "Query"}}
