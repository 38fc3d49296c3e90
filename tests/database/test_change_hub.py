"""Committed changes reach the subscribers they concern."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tortoise.transactions import in_transaction

import database
from database import change_events
from database.change_events import CHANNEL, ChangeEvent, LiveTopic, publish_change
from database.change_hub import MAX_KEYS, Hub
from tests.databases import database_url_on, execute_as_administrator
from tests.subscription_waits import break_listeners, listening_hub, wait_for

pytestmark = pytest.mark.both_databases

FIRST_USER, SECOND_USER = 1, 2


@pytest_asyncio.fixture
async def hub(db: str) -> AsyncIterator[Hub]:
    async with listening_hub(db) as hub:
        yield hub


async def test_a_committed_change_reaches_its_user_s_subscribers(hub: Hub) -> None:
    with (
        hub.subscribe(FIRST_USER, LiveTopic.ORDER) as first,
        hub.subscribe(FIRST_USER, LiveTopic.ORDER) as second,
    ):
        async with in_transaction():
            await publish_change(FIRST_USER, LiveTopic.ORDER, "7")

        assert await wait_for(anext(first)) == ["7"]
        assert await wait_for(anext(second)) == ["7"]


async def test_nothing_is_delivered_before_the_commit(hub: Hub) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        waiting = asyncio.ensure_future(anext(changes))
        async with in_transaction():
            await publish_change(FIRST_USER, LiveTopic.ORDER, "7")
            # Enough time for a premature message to arrive.
            await asyncio.sleep(0.1)
            assert not waiting.done()

        assert await wait_for(waiting) == ["7"]


async def test_rolled_back_changes_are_not_delivered(hub: Hub) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        async with in_transaction() as transaction:
            await publish_change(FIRST_USER, LiveTopic.ORDER, "7")
            await transaction.rollback()
        await publish_change(FIRST_USER, LiveTopic.ORDER, "8")

        assert await wait_for(anext(changes)) == ["8"]


async def test_changes_are_not_delivered_to_other_users_or_topics(hub: Hub) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        await publish_change(SECOND_USER, LiveTopic.ORDER, "1")
        await publish_change(FIRST_USER, LiveTopic.NOTIFICATION, "2")
        await publish_change(FIRST_USER, LiveTopic.ORDER, "3")

        assert await wait_for(anext(changes)) == ["3"]


async def test_a_subscriber_to_one_record_gets_no_changes_of_others(hub: Hub) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER, key="2") as changes:
        for key in ("1", "2", "3"):
            await publish_change(FIRST_USER, LiveTopic.ORDER, key)

        assert await wait_for(anext(changes)) == ["2"]


async def test_pending_changes_keep_their_order_and_are_deduplicated() -> None:
    hub = Hub()
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        for key in ("1", "2", "3", "1"):
            hub.publish(ChangeEvent(FIRST_USER, LiveTopic.ORDER, key))

        assert await wait_for(anext(changes)) == ["2", "3", "1"]


async def test_an_idle_subscriber_holds_a_bounded_number_of_keys() -> None:
    hub = Hub()
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        for key in range(MAX_KEYS * 10):
            hub.publish(ChangeEvent(FIRST_USER, LiveTopic.ORDER, str(key)))

        assert await wait_for(anext(changes)) is None
        hub.publish(ChangeEvent(FIRST_USER, LiveTopic.ORDER, "last"))
        assert await wait_for(anext(changes)) == ["last"]


async def test_a_subscriber_that_unsubscribes_is_removed() -> None:
    hub = Hub()
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER), hub.subscribe(FIRST_USER, LiveTopic.ORDER, key="1"):
        assert hub.subscriptions == 2

    assert hub.subscriptions == 0
    hub.publish(ChangeEvent(FIRST_USER, LiveTopic.ORDER, "1"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_stopped_hub_receives_nothing(db: str) -> None:
    async with listening_hub(db) as hub:
        pass
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        await publish_change(FIRST_USER, LiveTopic.ORDER, "1")
        hub.publish(ChangeEvent(FIRST_USER, LiveTopic.ORDER, "2"))

        assert await wait_for(anext(changes)) == ["2"]
    assert change_events._listeners == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_commit_is_published_when_its_task_is_cancelled(hub: Hub) -> None:
    async def act() -> None:
        async with in_transaction():
            await publish_change(FIRST_USER, LiveTopic.ORDER, "7")
            # Delivered at the next await, which is the commit's.
            task.cancel()

    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        task = asyncio.create_task(act())
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await wait_for(anext(changes)) == ["7"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_lost_connection_is_reopened_and_every_subscriber_notified(hub: Hub) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        assert await break_listeners() == 1
        assert await wait_for(anext(changes)) is None

        await publish_change(FIRST_USER, LiveTopic.ORDER, "1")
        assert await wait_for(anext(changes)) == ["1"]


async def test_a_hub_waits_for_a_database_that_is_unavailable_at_start(postgres_server: str) -> None:
    name = f"vitrin_late_{uuid.uuid4().hex[:12]}"
    hub = Hub()
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        async with hub.listen(database_url_on(postgres_server, name)):
            reported = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.5)
            assert not reported.done()

            await execute_as_administrator(postgres_server, f"CREATE DATABASE {name}")
            assert await wait_for(reported) is None
    await execute_as_administrator(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "1", "null", '{"user": "x"}', '{"user":1,"topic":"?","key":""}']
)
async def test_a_notification_from_another_sender_is_ignored(hub: Hub, payload: str) -> None:
    with hub.subscribe(FIRST_USER, LiveTopic.ORDER) as changes:
        await database.fetch("SELECT pg_notify($1, $2)", CHANNEL, payload)
        await publish_change(FIRST_USER, LiveTopic.ORDER, "1")

        assert await wait_for(anext(changes)) == ["1"]
