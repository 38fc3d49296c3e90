"""Subscriptions: each generator yields the current state of a row whenever it changes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Generic, Self, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

import database
from database.change_events import LiveTopic
from database.change_hub import Hub
from domain.problems import Forbidden, OrderNotFound, TicketNotFound, declares_problems
from models import Notification, Order, TicketMessage, User
from resolvers.orders import get_order
from resolvers.tickets import get_ticket

Row = TypeVar("Row", bound=Model)
Result = TypeVar("Result")

_MAX_COMMIT_DELAY = timedelta(seconds=10)
"""Exceeds the delay between a row's timestamp and its commit."""

_MAX_NOTICE_DELAY = timedelta(minutes=1)
"""Exceeds the time it takes to detect a dead connection, see `database.change_listener.HEARTBEAT`."""

_RETRY_DELAY = timedelta(seconds=1)


@declares_problems(OrderNotFound, Forbidden)
def subscribe_to_orders(hub: Hub, user: User, *, order_id: int | None = None) -> AsyncGenerator[Order, None]:
    """The user's orders, or one of them, whenever they change; placing an order is not a change.

    Raises:
        OrderNotFound: when first iterated, there is none with this id.
        Forbidden: when first iterated, it belongs to another user.
    """
    return _follow(
        hub,
        user,
        _Feed(
            topic=LiveTopic.ORDER,
            key=None if order_id is None else str(order_id),
            check=None if order_id is None else partial(get_order, user, order_id=order_id),
            rows=Order.filter(user_id=user.id),
            timestamp_column="updated_at",
            state=lambda order: None if order.is_unchanged_since_placed else hash(order.buyer_snapshot),
        ),
    )


def subscribe_to_notifications(hub: Hub, user: User) -> AsyncGenerator[Notification, None]:
    """The user's new notifications."""
    return _follow(
        hub,
        user,
        _Feed(
            topic=LiveTopic.NOTIFICATION,
            rows=Notification.filter(user_id=user.id),
            timestamp_column="created_at",
            state=lambda _: _PRESENT,
        ),
    )


@declares_problems(TicketNotFound, Forbidden)
def subscribe_to_ticket_messages(
    hub: Hub, user: User, *, ticket_id: int
) -> AsyncGenerator[TicketMessage, None]:
    """New messages in the user's ticket, from either side.

    Raises:
        TicketNotFound: when first iterated, there is none with this id.
        Forbidden: when first iterated, it belongs to another user.
    """
    return _follow(
        hub,
        user,
        _Feed(
            topic=LiveTopic.TICKET_MESSAGE,
            check=partial(get_ticket, user, ticket_id=ticket_id),
            rows=TicketMessage.filter(ticket_id=ticket_id),
            timestamp_column="created_at",
            state=lambda _: _PRESENT,
        ),
    )


_PRESENT = 1
"""The state of a row that never changes once it exists."""


@dataclass(frozen=True, kw_only=True)
class _Feed(Generic[Row]):
    """What a subscriber follows: `rows` of one `topic`, restricted to `key` if given.

    `timestamp_column` is the time of a row's last change. Two readings of a row with the same `state` look
    the same to the subscriber; None is the state of a row that is not to be delivered.
    """

    topic: LiveTopic
    rows: QuerySet[Row]
    timestamp_column: str
    state: Callable[[Row], int | None]
    key: str | None = None
    check: Callable[[], Awaitable[object]] | None = None

    async def read(self, key: object) -> Row | None:
        return await self.rows.get_or_none(id=key)

    async def get_keys_since(self, since: datetime) -> list[object]:
        news = self.rows.filter(**{f"{self.timestamp_column}__gte": since})
        if self.key is not None:
            news = news.filter(id=self.key)
        return list(await news.order_by(self.timestamp_column, "id").values_list("id", flat=True))


async def _follow(hub: Hub, user: User, feed: _Feed[Row]) -> AsyncGenerator[Row, None]:
    # Before anything is read, and before the first await, so that no later commit is missed.
    with hub.subscribe(user.id, feed.topic, key=feed.key) as changes:
        if feed.check is not None:
            await _retry_while_unavailable(feed.check)
        clock = await _retry_while_unavailable(_DatabaseClock.read)
        heard_until, delivered = clock.now() - _MAX_COMMIT_DELAY, _DeliveredStates()
        async for keys in changes:
            looked_at = clock.now()
            news = (
                await _retry_while_unavailable(partial(feed.get_keys_since, heard_until))
                if keys is None
                else keys
            )
            for key in news:
                # Read one by one: while a slow client consumes a row, the next ones may change.
                row = await _retry_while_unavailable(partial(feed.read, key))
                if row is not None and delivered.is_new(row.pk, feed.state(row), at=clock.now()):
                    yield row
            heard_until = max(heard_until, looked_at - _MAX_COMMIT_DELAY - _MAX_NOTICE_DELAY)
            delivered.forget_before(heard_until)


async def _retry_while_unavailable(read: Callable[[], Awaitable[Result]]) -> Result:
    """The result of `read`, retried while the database is unavailable."""
    while True:
        try:
            return await read()
        except Exception as error:
            if not database.is_unavailable(error):
                raise
        await asyncio.sleep(_RETRY_DELAY.total_seconds())


@dataclass(frozen=True)
class _DatabaseClock:
    """The database's clock, read once and advanced by this machine's monotonic one."""

    read_at: datetime
    monotonic_seconds: float

    @classmethod
    async def read(cls) -> Self:
        return cls(await database.now(), time.monotonic())

    def now(self) -> datetime:
        return self.read_at + timedelta(seconds=time.monotonic() - self.monotonic_seconds)


class _DeliveredStates:
    """Recently delivered states, so that the same state is not delivered twice."""

    def __init__(self) -> None:
        self._states: dict[object, tuple[int, datetime]] = {}

    def is_new(self, key: object, state: int | None, *, at: datetime) -> bool:
        """Record `state` for `key`; False if it is the one delivered last."""
        if state is None:
            return False
        last = self._states.pop(key, None)
        self._states[key] = (state, at)
        return last is None or last[0] != state

    def forget_before(self, timestamp: datetime) -> None:
        """Forget states delivered before `timestamp`: no later read reaches that far back."""
        for key in list(takewhile(lambda key: self._states[key][1] < timestamp, self._states)):
            del self._states[key]
