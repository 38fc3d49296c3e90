"""Live updates: what changed for whom, told to every process that listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import orjson

from database import connections

CHANNEL = "vitrin"


class LiveTopic(StrEnum):
    """What changed."""

    ORDER = "order"
    NOTIFICATION = "notification"
    TICKET_MESSAGE = "ticket_message"


@dataclass(frozen=True)
class ChangeEvent:
    """A record of the user's changed; `key` is its primary key. What it became is read from its row."""

    user_id: int
    topic: LiveTopic
    key: str

    def to_json(self) -> str:
        """As it travels through PostgreSQL: far below the 8,000 bytes that NOTIFY carries."""
        return orjson.dumps({"user": self.user_id, "topic": self.topic, "key": self.key}).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `written` wrote.

        Raises:
            ValueError: anything else.
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
    """Call `listener` with what this process announces on SQLite, where no server tells it around."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


async def publish_change(user_id: int, topic: LiveTopic, key: str) -> None:
    """Tell that a record of the user's changed; call it in the transaction that changes it.

    Listeners hear of it after the commit, and nothing after a rollback. Only ids travel.
    """
    event = ChangeEvent(user_id, topic, key)
    if connections.dialect() == "postgres":
        await connections.fetch("SELECT pg_notify($1, $2)", CHANNEL, event.to_json())
    else:
        connections.on_commit(lambda: _notify_listeners(event))


def _notify_listeners(event: ChangeEvent) -> None:
    for listener in tuple(_listeners):
        listener(event)
