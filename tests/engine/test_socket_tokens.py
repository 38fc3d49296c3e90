"""A socket lasts no longer than the token that it began with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

import schema
from engine.view import GraphQLView
from engine.websocket import GraphQLSockets, SocketLimits
from models import AccessToken, Ticket, User, database
from playground import page
from resolvers import credentials
from resolvers.shop import Shop
from tests.fakes import create_user
from tests.fixtures import authorization
from tests.live_updates import soon
from tests.sockets import Client, opened, serving

RARELY = timedelta(hours=1)
OFTEN = timedelta(seconds=0.1)


@dataclass
class Served:
    url: str
    shop: Shop


@asynccontextmanager
async def served(shop: Shop, *, check_every: timedelta) -> AsyncIterator[Served]:
    view = GraphQLView(schema.schema, shop=shop, context=schema.Context, ide=page.page)
    limits = SocketLimits(check_every=check_every)
    sockets = GraphQLSockets(view.engine, shop=shop, context=schema.Context, limits=limits)
    async with sockets.watched(), serving(sockets) as url:
        yield Served(url, shop)


@pytest_asyncio.fixture
async def watching(shop: Shop) -> AsyncIterator[Served]:
    """A server that asks about tokens all the time."""
    async with served(shop, check_every=OFTEN) as server:
        yield server


@asynccontextmanager
async def signed_in(server: Served, user: User) -> AsyncIterator[Client]:
    async with opened(server.url) as client:
        await client.initialise(await authorization(server.shop, user))
        yield client


async def create_named(first_name: str) -> User:
    user = await create_user()
    await User.filter(id=user.id).update(first_name=first_name)
    return user


async def log_out(user: User) -> None:
    await credentials.end_access(user, now=await database.now(), spares=credentials.ALL_BUT_SESSIONS)


async def expire(user: User) -> None:
    await AccessToken.filter(user=user).update(expires_at=await database.now() - timedelta(seconds=1))


async def block(user: User) -> None:
    await User.filter(id=user.id).update(is_active=False)


async def remove_tokens(user: User) -> None:
    await AccessToken.filter(user=user).delete()


Ending = Callable[[User], Awaitable[None]]
ENDINGS = [log_out, expire, block, remove_tokens]


@pytest.mark.parametrize("end", ENDINGS)
async def test_a_silent_socket_is_closed_when_its_token_ends(watching: Served, end: Ending) -> None:
    user = await create_user()
    async with signed_in(watching, user) as client, signed_in(watching, await create_user()) as other:
        await client.start("s", "subscription {notificationAdded {message}}")
        await end(user)

        assert await client.close_code() == 4401
        assert "data" in await other.ask("{me {mobile}}")


async def test_a_socket_without_a_token_outlasts_every_check(watching: Served) -> None:
    user = await create_user()
    async with opened(watching.url) as anonymous, signed_in(watching, user) as client:
        await anonymous.initialise()
        await log_out(user)
        assert await client.close_code() == 4401

        assert await anonymous.ask("{me {mobile}}") == {"data": {"me": None}}


async def test_a_token_may_come_with_the_upgrade_request(watching: Served) -> None:
    user = await create_named("Mina")
    headers = await authorization(watching.shop, user)
    async with opened(watching.url, additional_headers=headers) as client:
        await client.initialise()
        assert await client.ask("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}

        await log_out(user)
        assert await client.close_code() == 4401


async def test_an_invalid_token_of_the_upgrade_request_is_closed_with_4401(watching: Served) -> None:
    async with opened(watching.url, additional_headers={"Authorization": "Bearer x.y.z"}) as client:
        await client.send("connection_init")

        assert await client.close_code() == 4401


async def test_a_token_may_come_bare_in_connection_params(watching: Served) -> None:
    bearer = (await authorization(watching.shop, await create_named("Mina")))["Authorization"]
    for name in ("Authorization", "authorization"):
        async with opened(watching.url) as client:
            await client.initialise({name: bearer.removeprefix("Bearer ")})

            assert await client.ask("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}
    async with opened(watching.url) as client:
        await client.send("connection_init", payload={"Authorization": "x.y.z"})

        assert await client.close_code() == 4401


async def test_a_token_of_connection_params_goes_before_the_upgrade_request_s(watching: Served) -> None:
    first, second = await create_named("Mina"), await create_named("Omid")
    headers = await authorization(watching.shop, first)
    async with opened(watching.url, additional_headers=headers) as client:
        await client.initialise(await authorization(watching.shop, second))

        assert await client.ask("{me {firstName}}") == {"data": {"me": {"firstName": "Omid"}}}


@pytest.mark.parametrize("end", [log_out, block, remove_tokens])
async def test_an_operation_after_the_token_s_end_does_not_run(shop: Shop, end: Ending) -> None:
    user = await create_user()
    async with served(shop, check_every=RARELY) as server, signed_in(server, user) as client:
        await end(user)
        await client.start("1", 'mutation {createTicket(subject: "s", description: "d") {__typename}}')

        assert await client.close_code() == 4401
    assert await Ticket.filter(user=user).count() == 0


async def test_the_token_that_logs_out_answers_that_and_nothing_more(shop: Shop) -> None:
    async with served(shop, check_every=RARELY) as server, signed_in(server, await create_user()) as client:
        assert "errors" not in await client.ask("mutation {logout {__typename}}")
        await client.start("1", "{me {mobile}}")

        assert await client.close_code() == 4401


async def test_each_operation_sees_its_user_as_it_is_by_then(shop: Shop) -> None:
    user = await create_user(balance=5)
    async with served(shop, check_every=RARELY) as server, signed_in(server, user) as client:
        await User.filter(id=user.id).update(first_name="Mina")

        assert await client.ask("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}


async def test_a_mutation_s_own_notice_reaches_a_subscription_of_the_same_socket(shop: Shop) -> None:
    user = await create_user()
    async with (
        shop.hub.listening(shop.settings.effective_database_url),
        served(shop, check_every=RARELY) as server,
        signed_in(server, user) as client,
    ):
        ticket = await client.ask(
            'mutation {createTicket(subject: "s", description: "d") {... on Ticket {id}}}'
        )
        key = ticket["data"]["createTicket"]["id"]
        await client.start(
            "s", "subscription ($id: ID!) {ticketMessageAdded(ticketId: $id) {message isMine}}", id=key
        )
        # Sent at once: the subscription stands before anything that its socket brings after it.
        await client.start(
            "m", 'mutation ($id: ID!) {replyToTicket(ticketId: $id, message: "hi") {__typename}}', id=key
        )

        seen = [await soon(client.receive()) for _ in range(3)]
        added = [message["payload"]["data"] for message in seen if message["id"] == "s"]
        assert added == [{"ticketMessageAdded": {"message": "hi", "isMine": True}}]
