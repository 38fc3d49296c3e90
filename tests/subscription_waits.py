"""Waiting for live updates, and breaking the connections that deliver them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

import database
from database import change_listener
from database.change_events import LiveTopic
from database.change_hub import Hub

PATIENCE_SECONDS = 180
_NOBODY = 0

Value = TypeVar("Value")


async def wait_for(value: Awaitable[Value]) -> Value:
    """The next message, or a failure after a timeout."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await value


@asynccontextmanager
async def listening_hub(url: str) -> AsyncIterator[Hub]:
    """A hub that hears what is announced in the database."""
    hub = Hub()
    with hub.subscribe(_NOBODY, LiveTopic.ORDER) as begun:
        async with hub.listen(url):
            if database.dialect() == "postgres":
                assert await wait_for(anext(begun)) is None
            yield hub


async def break_listeners() -> int:
    """Cut every connection that listens on PostgreSQL, as a network would; returns how many."""
    cut = await database.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = $1 AND datname = current_database()",
        change_listener.APPLICATION_NAME,
    )
    return len(cut)
