"""A small schema over WebSocket, whose subscriptions report their progress; no database."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta

import strawberry
from strawberry.schema.config import StrawberryConfig

from domain.problems import Forbidden, OrderNotFound
from engine.transport.websocket import GraphQLSockets, SocketLimits
from resolvers.app_context import AppContext
from schema.context import Info
from schema.loaders import Loaders
from schema.scalars import SCALARS


@dataclass
class Events:
    """What the schema's subscriptions did."""

    running: int = 0
    sent: int = 0
    loaders: list[Loaders] = field(default_factory=list)


EVENTS = Events()


@strawberry.type
class Event:
    number: int

    @strawberry.field
    def loaders(self, info: Info) -> str:
        """The number of different loaders used for events so far."""
        # Kept, so that a new loader never has the memory address of an earlier one.
        if not any(known is info.context.loaders for known in EVENTS.loaders):
            EVENTS.loaders.append(info.context.loaders)
        return str(next(n for n, known in enumerate(EVENTS.loaders) if known is info.context.loaders))


@strawberry.type
class Query:
    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def secret(self) -> str | None:
        raise RuntimeError("the password is 1234")

    @strawberry.field
    def language(self, info: Info) -> str:
        return info.context.language

    @strawberry.field
    def private(self, info: Info) -> int | None:
        return info.context.user.id


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self) -> str:
        return "done"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[Event, None]:
        for number in range(to):
            yield Event(number=number)

    @strawberry.subscription
    async def wait(self) -> AsyncGenerator[int, None]:
        EVENTS.running += 1
        try:
            await asyncio.Event().wait()
            yield 0
        finally:
            EVENTS.running -= 1

    @strawberry.subscription
    async def flood(self) -> AsyncGenerator[str, None]:
        EVENTS.running += 1
        try:
            while True:
                EVENTS.sent += 1
                yield "x" * 10_000
        finally:
            EVENTS.running -= 1

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        raise OrderNotFound
        yield 0

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("the password is 1234")

    @strawberry.subscription
    def private(self, info: Info) -> AsyncGenerator[int, None]:
        raise Forbidden if info.context.user else RuntimeError


SCHEMA = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS))
LIMITS = SocketLimits(init_timeout=timedelta(seconds=0.3), send_timeout=timedelta(seconds=0.5))


@dataclass
class RunningApp:
    """A running server over the small schema; no database."""

    url: str
    app: AppContext
    sockets: GraphQLSockets


async def wait_until_running(running: int) -> None:
    while EVENTS.running != running:
        await asyncio.sleep(0.01)


async def wait_until_closed(running_app: RunningApp) -> None:
    while running_app.sockets.open_sockets:
        await asyncio.sleep(0.01)
