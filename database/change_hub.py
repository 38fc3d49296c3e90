"""Who waits for live updates in this process, and how word reaches them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from database import change_events, change_listener, connections
from database.change_events import ChangeEvent, LiveTopic

MAX_KEYS = 100
"""Keys that are kept for a subscriber that does not look; beyond them it is told to read everything anew."""


class Changes:
    """What changed for one subscriber since it last looked, without end; of bounded size.

    Each turn gives the keys in the order of their commits, or None where some were lost: then anything may
    have changed.
    """

    def __init__(self, *, only: str | None) -> None:
        self._only = only
        self._keys: dict[str, None] = {}
        self._has_lost = False
        self._wakeup = asyncio.Event()

    def add(self, key: str) -> None:
        """Remember that the record changed, if the subscriber wants it."""
        if self._has_lost or self._only not in (None, key):
            return
        # Anew at the end: what it changed after must be told first.
        self._keys.pop(key, None)
        self._keys[key] = None
        if len(self._keys) > MAX_KEYS:
            self.mark_lost()
        self._wakeup.set()

    def mark_lost(self) -> None:
        """Remember that anything may have changed."""
        self._keys.clear()
        self._has_lost = True
        self._wakeup.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[str] | None:
        await self._wakeup.wait()
        keys = None if self._has_lost else list(self._keys)
        self._keys.clear()
        self._has_lost = False
        self._wakeup.clear()
        return keys


class Hub:
    """Takes announcements from the database, and hands each to its user's subscribers in this process.

    It holds no connection of the pool and no rows: subscribers read what changed by themselves.
    """

    def __init__(self) -> None:
        self._subscribers: dict[tuple[int, LiveTopic], set[Changes]] = {}

    @contextmanager
    def subscribe(self, user_id: int, topic: LiveTopic, *, key: str | None = None) -> Iterator[Changes]:
        """The changes of the user's records of one topic, one record's if `key` is given, from now on."""
        changes, subscription = Changes(only=key), (user_id, topic)
        self._subscribers.setdefault(subscription, set()).add(changes)
        try:
            yield changes
        finally:
            subscribers = self._subscribers[subscription]
            subscribers.remove(changes)
            if not subscribers:
                del self._subscribers[subscription]

    @property
    def subscriptions(self) -> int:
        """How many subscribers there are."""
        return sum(map(len, self._subscribers.values()))

    def publish(self, event: ChangeEvent) -> None:
        """Hand an announcement to those whom it concerns."""
        for changes in self._subscribers.get((event.user_id, event.topic), ()):
            changes.add(event.key)

    def resync(self) -> None:
        """Tell every subscriber that announcements may have been lost."""
        for subscribers in self._subscribers.values():
            for changes in subscribers:
                changes.mark_lost()

    @asynccontextmanager
    async def listen(self, url: str) -> AsyncIterator[None]:
        """Take announcements: on PostgreSQL every process's, on SQLite this process's own.

        A lost connection is opened again, and then everybody resyncs.
        """
        (dialect,) = connections.build_config(url)["connections"]
        if dialect == "sqlite":
            with change_events.local_listener(self.publish):
                yield
            return
        listener = asyncio.create_task(change_listener.listen(url, on_event=self.publish, resync=self.resync))
        try:
            yield
        finally:
            listener.cancel()
            await asyncio.wait([listener])
