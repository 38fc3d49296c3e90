"""A socket is closed when its token ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

import database
import schema
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets, SocketLimits
from models import AccessToken, Ticket, User
from resolvers import access_revocation
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.sockets import Client, open_socket, serve
from tests.subscription_waits import wait_for
from web.playground import page

RARELY = timedelta(hours=1)
OFTEN = timedelta(seconds=0.1)


@dataclass
class RunningApp:
    url: str
    app: AppContext


@asynccontextmanager
async def run_app(app: AppContext, *, check_interval: timedelta) -> AsyncIterator[RunningApp]:
    view = GraphQLView(schema.schema, app=app, context=schema.Context, ide=page.render_page)
    limits = SocketLimits(check_interval=check_interval)
    sockets = GraphQLSockets(view.engine, app=app, context=schema.Context, limits=limits)
    async with sockets.watch_sockets(), serve(sockets) as url:
        yield RunningApp(url, app)


@pytest_asyncio.fixture
async def watched_app(app: AppContext) -> AsyncIterator[RunningApp]:
    """A server that checks tokens continuously."""
    async with run_app(app, check_interval=OFTEN) as server:
        yield server


@asynccontextmanager
async def open_signed_in_socket(server: RunningApp, user: User) -> AsyncIterator[Client]:
    async with open_socket(server.url) as client:
        await client.initialise(await create_authorization(server.app, user))
        yield client


async def create_user_named(first_name: str) -> User:
    user = await create_user()
    await User.filter(id=user.id).update(first_name=first_name)
    return user


async def log_out(user: User) -> None:
    await access_revocation.revoke_access(
        user, now=await database.now(), spares=access_revocation.ALL_EXCEPT_SESSIONS
    )


async def expire(user: User) -> None:
    await AccessToken.filter(user=user).update(expires_at=await database.now() - timedelta(seconds=1))


async def block(user: User) -> None:
    await User.filter(id=user.id).update(is_active=False)


async def remove_tokens(user: User) -> None:
    await AccessToken.filter(user=user).delete()


Ending = Callable[[User], Awaitable[None]]
ENDINGS = [log_out, expire, block, remove_tokens]


@pytest.mark.parametrize("end", ENDINGS)
async def test_a_silent_socket_is_closed_when_its_token_ends(watched_app: RunningApp, end: Ending) -> None:
    user = await create_user()
    async with (
        open_signed_in_socket(watched_app, user) as client,
        open_signed_in_socket(watched_app, await create_user()) as other,
    ):
        await client.start("s", "subscription {notificationAdded {message}}")
        await end(user)

        assert await client.close_code() == 4401
        assert "data" in await other.query("{me {mobile}}")


async def test_a_socket_without_a_token_outlasts_every_check(watched_app: RunningApp) -> None:
    user = await create_user()
    async with open_socket(watched_app.url) as anonymous, open_signed_in_socket(watched_app, user) as client:
        await anonymous.initialise()
        await log_out(user)
        assert await client.close_code() == 4401

        assert await anonymous.query("{me {mobile}}") == {"data": {"me": None}}


async def test_a_token_may_come_with_the_upgrade_request(watched_app: RunningApp) -> None:
    user = await create_user_named("Mina")
    headers = await create_authorization(watched_app.app, user)
    async with open_socket(watched_app.url, additional_headers=headers) as client:
        await client.initialise()
        assert await client.query("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}

        await log_out(user)
        assert await client.close_code() == 4401


async def test_an_invalid_token_of_the_upgrade_request_is_closed_with_4401(watched_app: RunningApp) -> None:
    async with open_socket(watched_app.url, additional_headers={"Authorization": "Bearer x.y.z"}) as client:
        await client.send("connection_init")

        assert await client.close_code() == 4401


async def test_a_token_may_come_bare_in_connection_params(watched_app: RunningApp) -> None:
    bearer = (await create_authorization(watched_app.app, await create_user_named("Mina")))["Authorization"]
    for name in ("Authorization", "authorization"):
        async with open_socket(watched_app.url) as client:
            await client.initialise({name: bearer.removeprefix("Bearer ")})

            assert await client.query("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}
    async with open_socket(watched_app.url) as client:
        await client.send("connection_init", payload={"Authorization": "x.y.z"})

        assert await client.close_code() == 4401


async def test_a_token_in_connection_params_overrides_the_upgrade_request_s(
    watched_app: RunningApp,
) -> None:
    first, second = await create_user_named("Mina"), await create_user_named("Omid")
    headers = await create_authorization(watched_app.app, first)
    async with open_socket(watched_app.url, additional_headers=headers) as client:
        await client.initialise(await create_authorization(watched_app.app, second))

        assert await client.query("{me {firstName}}") == {"data": {"me": {"firstName": "Omid"}}}


@pytest.mark.parametrize("end", [log_out, block, remove_tokens])
async def test_an_operation_after_the_token_s_end_does_not_run(app: AppContext, end: Ending) -> None:
    user = await create_user()
    async with run_app(app, check_interval=RARELY) as server, open_signed_in_socket(server, user) as client:
        await end(user)
        await client.start("1", 'mutation {createTicket(subject: "s", description: "d") {__typename}}')

        assert await client.close_code() == 4401
    assert await Ticket.filter(user=user).count() == 0


async def test_the_token_that_logs_out_answers_that_and_nothing_more(app: AppContext) -> None:
    async with (
        run_app(app, check_interval=RARELY) as server,
        open_signed_in_socket(server, await create_user()) as client,
    ):
        assert "errors" not in await client.query("mutation {logout {__typename}}")
        await client.start("1", "{me {mobile}}")

        assert await client.close_code() == 4401


async def test_each_operation_sees_the_current_user(app: AppContext) -> None:
    user = await create_user(balance=5)
    async with run_app(app, check_interval=RARELY) as server, open_signed_in_socket(server, user) as client:
        await User.filter(id=user.id).update(first_name="Mina")

        assert await client.query("{me {firstName}}") == {"data": {"me": {"firstName": "Mina"}}}


async def test_a_mutation_s_own_notice_reaches_a_subscription_of_the_same_socket(app: AppContext) -> None:
    user = await create_user()
    async with (
        app.hub.listen(app.settings.effective_database_url),
        run_app(app, check_interval=RARELY) as server,
        open_signed_in_socket(server, user) as client,
    ):
        ticket = await client.query(
            'mutation {createTicket(subject: "s", description: "d") {... on Ticket {id}}}'
        )
        key = ticket["data"]["createTicket"]["id"]
        await client.start(
            "s", "subscription ($id: ID!) {ticketMessageAdded(ticketId: $id) {message isMine}}", id=key
        )
        # Sent together: the subscription is active before the socket's next message.
        await client.start(
            "m", 'mutation ($id: ID!) {replyToTicket(ticketId: $id, message: "hi") {__typename}}', id=key
        )

        seen = [await wait_for(client.receive()) for _ in range(3)]
        added = [message["payload"]["data"] for message in seen if message["id"] == "s"]
        assert added == [{"ticketMessageAdded": {"message": "hi", "isMine": True}}]
