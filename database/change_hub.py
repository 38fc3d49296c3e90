"""The subscribers to live updates in this process, and the distribution of events to them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from database import change_events, change_listener, connections
from database.change_events import ChangeEvent, LiveTopic

MAX_KEYS = 100
"""Keys kept for a slow subscriber; beyond this limit it has to read everything again."""


class Changes:
    """An endless iterator of changes for one subscriber since its last read; of bounded size.

    Each item holds the keys in commit order, or None if some were lost: then anything may have changed.
    """

    def __init__(self, *, only: str | None) -> None:
        self._only = only
        self._keys: dict[str, None] = {}
        self._has_lost = False
        self._wakeup = asyncio.Event()

    def add(self, key: str) -> None:
        """Record the change, if the subscriber follows it."""
        if self._has_lost or self._only not in (None, key):
            return
        # Moved to the end: whatever changed before it must be delivered first.
        self._keys.pop(key, None)
        self._keys[key] = None
        if len(self._keys) > MAX_KEYS:
            self.mark_lost()
        self._wakeup.set()

    def mark_lost(self) -> None:
        """Record that anything may have changed."""
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
    """Receives events from the database, and passes each to its user's subscribers in this process.

    It holds no pooled connection and no rows: subscribers read what changed themselves.
    """

    def __init__(self) -> None:
        self._subscribers: dict[tuple[int, LiveTopic], set[Changes]] = {}

    @contextmanager
    def subscribe(self, user_id: int, topic: LiveTopic, *, key: str | None = None) -> Iterator[Changes]:
        """Future changes of the user's records of one topic, or of one record if `key` is given."""
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
        """The number of subscribers."""
        return sum(map(len, self._subscribers.values()))

    def publish(self, event: ChangeEvent) -> None:
        """Pass an event to its subscribers."""
        for changes in self._subscribers.get((event.user_id, event.topic), ()):
            changes.add(event.key)

    def resync(self) -> None:
        """Notify every subscriber that events may have been lost."""
        for subscribers in self._subscribers.values():
            for changes in subscribers:
                changes.mark_lost()

    @asynccontextmanager
    async def listen(self, url: str) -> AsyncIterator[None]:
        """Receive events: on PostgreSQL of all processes, on SQLite of this process.

        A lost connection is reopened, after which every subscriber resyncs.
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
