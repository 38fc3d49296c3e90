"""What one process does reaches the subscribers of another, through lost connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tortoise.transactions import in_transaction

import database
from domain.enums import NotificationKind
from domain.order_state_machine import OrderActor
from domain.order_status import OrderStatus
from models import Order, User
from resolvers import notifications, order_transitions
from resolvers.order_transitions import Change
from tests.api_parity.scenario import to_global_id
from tests.fakes import create_user
from tests.money.server_fleet import Fleet
from tests.resolvers.factories import create_order, create_service, create_ticket
from tests.sockets import Client, open_socket
from tests.subscription_waits import break_listeners

pytestmark = pytest.mark.processes

ORDERS = "subscription {orderUpdated {id status}}"
REPLY = "mutation ($id: ID!, $text: String!) {replyToTicket(ticketId: $id, message: $text) {__typename}}"


@asynccontextmanager
async def subscribe(
    fleet: Fleet, user: User, query: str, *, server: int, **variables: object
) -> AsyncIterator[Client]:
    """A client of one server with the active subscription `s`."""
    async with open_socket(fleet.servers[server].url) as client:
        await client.initialise(await fleet.create_token(user))
        await client.start("s", query, **variables)
        await client.query("{__typename}")
        yield client


async def post(fleet: Fleet, user: User, query: str, *, server: int, **variables: object) -> None:
    headers = await fleet.create_token(user)
    async with open_socket(fleet.servers[server].url) as client:
        await client.initialise(headers)
        assert "errors" not in await client.query(query, **variables)


async def change_order(order: Order, to: OrderStatus) -> None:
    """Change an order as a worker does, in this process."""
    async with in_transaction():
        locked = await order_transitions.lock_order(order.id)
        change = Change(to=to, actor=OrderActor.PROVIDER)
        await order_transitions.change_order(locked, change, now=await database.now())


async def change_order_with_retries(order: Order, to: OrderStatus) -> None:
    """The same, again while this process's own connections turn out to be lost."""
    while True:
        try:
            return await change_order(order, to)
        except Exception as error:
            if not database.is_unavailable(error):
                raise


async def create_orders(buyer: User, number: int) -> list[Order]:
    service, now = await create_service(), await database.now()
    return [await create_order(buyer, service, created_at=now) for _ in range(number)]


async def test_a_reply_at_one_server_reaches_a_subscriber_of_the_other(fleet: Fleet) -> None:
    user = await create_user()
    ticket = to_global_id("Ticket", (await create_ticket(user)).id)
    query = "subscription ($id: ID!) {ticketMessageAdded(ticketId: $id) {message}}"
    async with subscribe(fleet, user, query, server=0, id=ticket) as client:
        for text in ("first", "second"):
            await post(fleet, user, REPLY, server=1, id=ticket, text=text)
            assert await client.next("s") == {"data": {"ticketMessageAdded": {"message": text}}}


async def test_changes_by_a_worker_reach_the_subscribers_of_every_server(fleet: Fleet) -> None:
    buyer = await create_user()
    (order,) = await create_orders(buyer, 1)
    async with (
        subscribe(fleet, buyer, ORDERS, server=0) as first,
        subscribe(fleet, buyer, ORDERS, server=1) as second,
        subscribe(fleet, await create_user(), ORDERS, server=1) as stranger,
    ):
        await change_order(order, OrderStatus.PROCESSING)
        for client in (first, second):
            event = await client.next("s")
            assert event["data"]["orderUpdated"] == {
                "id": to_global_id("Order", order.id),
                "status": "PROCESSING",
            }
        assert await stranger.query("{__typename}") == {"data": {"__typename": "Query"}}


async def test_a_notification_reaches_its_user_at_every_server(fleet: Fleet) -> None:
    user = await create_user()
    query = "subscription {notificationAdded {message}}"
    async with (
        subscribe(fleet, user, query, server=0) as first,
        subscribe(fleet, user, query, server=1) as second,
    ):
        async with in_transaction():
            now = await database.now()
            await notifications.notify(user.id, NotificationKind.GIFT_WON, "You won", now=now)
        for client in (first, second):
            assert await client.next("s") == {"data": {"notificationAdded": {"message": "You won"}}}


async def test_nothing_is_missed_while_listeners_lose_their_connections(fleet: Fleet) -> None:
    buyer = await create_user()
    orders = await create_orders(buyer, 60)
    async with (
        subscribe(fleet, buyer, ORDERS, server=0) as first,
        subscribe(fleet, buyer, ORDERS, server=1) as second,
    ):
        cut = 0
        for number, order in enumerate(orders):
            if number % 10 == 5:
                cut += await break_listeners()
            await change_order(order, OrderStatus.PROCESSING)
        assert cut > 0

        awaited = {to_global_id("Order", order.id) for order in orders}
        for client in (first, second):
            seen: list[str] = []
            while set(seen) != awaited:
                seen.append((await client.next("s"))["data"]["orderUpdated"]["id"])
            assert len(seen) == len(awaited)


async def test_subscriptions_outlive_the_loss_of_every_connection_to_the_database(fleet: Fleet) -> None:
    buyer = await create_user()
    orders = await create_orders(buyer, 20)
    async with subscribe(fleet, buyer, ORDERS, server=0) as client:
        for number, order in enumerate(orders):
            if number % 5 == 2:
                await database.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await change_order_with_retries(order, OrderStatus.PROCESSING)

        expected = {to_global_id("Order", order.id) for order in orders}
        seen: set[str] = set()
        while len(seen) < len(expected):
            seen.add((await client.next("s"))["data"]["orderUpdated"]["id"])
        assert seen == expected


async def test_logging_out_at_one_server_ends_the_user_s_sockets_at_the_other(fleet: Fleet) -> None:
    user = await create_user()
    headers = await fleet.create_token(user)
    async with (
        open_socket(fleet.servers[0].url) as leaving,
        open_socket(fleet.servers[1].url) as client,
        subscribe(fleet, user, ORDERS, server=1) as elsewhere,
    ):
        await leaving.initialise(headers)
        await client.initialise(headers)
        assert "errors" not in await leaving.query("mutation {logout {__typename}}")

        assert await client.close_code() == 4401
        # Its token is another, which stays.
        assert await elsewhere.query("{__typename}") == {"data": {"__typename": "Query"}}
