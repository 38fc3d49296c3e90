"""Live updates: what changed for whom, told to every process that listens."""

from enum import StrEnum

import orjson

from models import database

CHANNEL = "vitrin"


class LiveTopic(StrEnum):
    """What changed."""

    ORDER = "order"
    NOTIFICATION = "notification"
    TICKET_MESSAGE = "ticket_message"


async def announce(user_id: int, topic: LiveTopic, key: str) -> None:
    """Tell that a record of the user's changed; call it in the transaction that changes it.

    PostgreSQL tells the listeners at the commit, and nothing after a rollback. Only ids travel.
    """
    message = orjson.dumps({"user": user_id, "topic": topic.value, "key": key}).decode()
    if database.dialect() == "postgres":
        await database.fetch("SELECT pg_notify($1, $2)", CHANNEL, message)
