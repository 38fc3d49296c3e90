"""Live updates: change events published to every listening process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import orjson

from database import connections

CHANNEL = "vitrin"


class LiveTopic(StrEnum):
    """The kind of record that changed."""

    ORDER = "order"
    NOTIFICATION = "notification"
    TICKET_MESSAGE = "ticket_message"


@dataclass(frozen=True)
class ChangeEvent:
    """A record of the user's changed; `key` is its primary key. The new state is read from its row."""

    user_id: int
    topic: LiveTopic
    key: str

    def to_json(self) -> str:
        """The payload for PostgreSQL: far below the 8,000 bytes that NOTIFY carries."""
        return orjson.dumps({"user": self.user_id, "topic": self.topic, "key": self.key}).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError: any other text.
        """
        try:
            message = orjson.loads(text)
            return cls(int(message["user"]), LiveTopic(message["topic"]), str(message["key"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no announcement: {text[:100]!r}") from error


Listener = Callable[[ChangeEvent], None]
_listeners: list[Listener] = []


@contextmanager
def local_listener(listener: Listener) -> Iterator[None]:
    """Call `listener` with this process's events on SQLite, where no server distributes them."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


async def publish_change(user_id: int, topic: LiveTopic, key: str) -> None:
    """Announce that a record of the user's changed; call it in the transaction that changes it.

    Listeners are notified after the commit, and not after a rollback. Only ids are sent.
    """
    event = ChangeEvent(user_id, topic, key)
    if connections.dialect() == "postgres":
        await connections.fetch("SELECT pg_notify($1, $2)", CHANNEL, event.to_json())
    else:
        connections.on_commit(lambda: _notify_listeners(event))


def _notify_listeners(event: ChangeEvent) -> None:
    for listener in tuple(_listeners):
        listener(event)
