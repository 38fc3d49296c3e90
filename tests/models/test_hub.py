"""Announcements reach the subscribers whom they concern, once they are committed."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tortoise.transactions import in_transaction

from models import database, live
from models.hub import MOST_KEYS, Hub
from models.live import CHANNEL, Announcement, LiveTopic, announce
from tests.databases import administer, database_of
from tests.live_updates import break_listeners, listening_hub, soon

pytestmark = pytest.mark.both_databases

SARA, REZA = 1, 2


@pytest_asyncio.fixture
async def hub(db: str) -> AsyncIterator[Hub]:
    async with listening_hub(db) as hub:
        yield hub


async def test_a_committed_announcement_reaches_its_user_s_subscribers(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as first, hub.subscribe(SARA, LiveTopic.ORDER) as second:
        async with in_transaction():
            await announce(SARA, LiveTopic.ORDER, "7")

        assert await soon(anext(first)) == ["7"]
        assert await soon(anext(second)) == ["7"]


async def test_nobody_hears_of_it_before_the_commit(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        waiting = asyncio.ensure_future(anext(changes))
        async with in_transaction():
            await announce(SARA, LiveTopic.ORDER, "7")
            # Time enough for what was sent too early.
            await asyncio.sleep(0.1)
            assert not waiting.done()

        assert await soon(waiting) == ["7"]


async def test_nobody_hears_of_what_was_rolled_back(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        async with in_transaction() as transaction:
            await announce(SARA, LiveTopic.ORDER, "7")
            await transaction.rollback()
        await announce(SARA, LiveTopic.ORDER, "8")

        assert await soon(anext(changes)) == ["8"]


async def test_other_users_and_topics_are_not_told(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        await announce(REZA, LiveTopic.ORDER, "1")
        await announce(SARA, LiveTopic.NOTIFICATION, "2")
        await announce(SARA, LiveTopic.ORDER, "3")

        assert await soon(anext(changes)) == ["3"]


async def test_a_subscriber_to_one_record_hears_of_no_other(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER, key="2") as changes:
        for key in ("1", "2", "3"):
            await announce(SARA, LiveTopic.ORDER, key)

        assert await soon(anext(changes)) == ["2"]


async def test_what_comes_while_nobody_looks_is_kept_in_order_and_each_record_once() -> None:
    hub = Hub()
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        for key in ("1", "2", "3", "1"):
            hub.publish(Announcement(SARA, LiveTopic.ORDER, key))

        assert await soon(anext(changes)) == ["2", "3", "1"]


async def test_a_subscriber_that_does_not_look_holds_a_bounded_number_of_keys() -> None:
    hub = Hub()
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        for key in range(MOST_KEYS * 10):
            hub.publish(Announcement(SARA, LiveTopic.ORDER, str(key)))

        assert await soon(anext(changes)) is None
        hub.publish(Announcement(SARA, LiveTopic.ORDER, "last"))
        assert await soon(anext(changes)) == ["last"]


async def test_a_subscriber_that_leaves_is_forgotten() -> None:
    hub = Hub()
    with hub.subscribe(SARA, LiveTopic.ORDER), hub.subscribe(SARA, LiveTopic.ORDER, key="1"):
        assert hub.subscriptions == 2

    assert hub.subscriptions == 0
    hub.publish(Announcement(SARA, LiveTopic.ORDER, "1"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_hub_that_has_stopped_hears_nothing(db: str) -> None:
    async with listening_hub(db) as hub:
        pass
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        await announce(SARA, LiveTopic.ORDER, "1")
        hub.publish(Announcement(SARA, LiveTopic.ORDER, "2"))

        assert await soon(anext(changes)) == ["2"]
    assert live._listeners == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_commit_whose_task_is_cancelled_is_announced(hub: Hub) -> None:
    async def act() -> None:
        async with in_transaction():
            await announce(SARA, LiveTopic.ORDER, "7")
            # Delivered at the next await, which is the commit's.
            task.cancel()

    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        task = asyncio.create_task(act())
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await soon(anext(changes)) == ["7"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_lost_connection_is_opened_again_and_every_subscriber_told(hub: Hub) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        assert await break_listeners() == 1
        assert await soon(anext(changes)) is None

        await announce(SARA, LiveTopic.ORDER, "1")
        assert await soon(anext(changes)) == ["1"]


async def test_a_hub_waits_for_a_database_that_is_away_at_first(postgres_server: str) -> None:
    name = f"vitrin_late_{uuid.uuid4().hex[:12]}"
    hub = Hub()
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        async with hub.listening(database_of(postgres_server, name)):
            told = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.5)
            assert not told.done()

            await administer(postgres_server, f"CREATE DATABASE {name}")
            assert await soon(told) is None
    await administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "1", "null", '{"user": "x"}', '{"user":1,"topic":"?","key":""}']
)
async def test_a_notification_of_somebody_else_s_is_passed_over(hub: Hub, payload: str) -> None:
    with hub.subscribe(SARA, LiveTopic.ORDER) as changes:
        await database.fetch("SELECT pg_notify($1, $2)", CHANNEL, payload)
        await announce(SARA, LiveTopic.ORDER, "1")

        assert await soon(anext(changes)) == ["1"]
