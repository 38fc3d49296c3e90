"""A user's notifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise.queryset import QuerySet

import database
from database.change_events import LiveTopic, publish_change
from domain.enums import NotificationKind
from domain.ids import check_number
from domain.problems import InvalidInput, declares_problems
from models import Notification, User
from resolvers.filters import Filter, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_chunk, read_page


@columns_of(Notification)
class NotificationOrderField(StrEnum):
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class NotificationFilter(Filter[Notification]):
    """Criteria for notifications."""

    kind: OneOf[NotificationKind] | None = None
    created_at: Range[datetime] | None = None


async def list_notifications(
    user: User, *, unread_only: bool = False, after: Notification | None = None
) -> list[Notification]:
    """Up to `CHUNK_SIZE` notifications of the user, newest first, or the next older ones."""
    own = _notifications_of(user, unread_only=unread_only)
    return await read_chunk(own, by="created_at", direction=Direction.DESC, after=after)


async def get_notifications_page(
    user: User,
    *,
    page: PageRequest,
    where: NotificationFilter,
    unread_only: bool = False,
    order_by: NotificationOrderField = NotificationOrderField.CREATED_AT,
    direction: Direction = Direction.DESC,
) -> Page[Notification]:
    """A page of the user's notifications.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    notifications = where.apply(_notifications_of(user, unread_only=unread_only))
    return await read_page(lambda: notifications, page=page, by=order_by.value, direction=direction)


async def get_notification(user: User, *, notification_id: UUID) -> Notification | None:
    """One of the user's notifications, or None."""
    return await Notification.get_or_none(id=notification_id, user_id=user.id)


@declares_problems(InvalidInput)
async def mark_notifications_read(user: User, *, ids: Sequence[UUID] | None = None) -> int:
    """Mark the given notifications of the user, or all, as read; returns how many were unread.

    Raises:
        InvalidInput: more than 1,000 ids.
    """
    unread = _notifications_of(user, unread_only=True)
    if ids is not None:
        check_number(ids, field="ids")
        unread = unread.filter(id__in=list(ids))
    return await unread.update(read_at=await database.now())


async def notify(user_id: int, kind: NotificationKind, message: str, *, now: datetime) -> None:
    """Create a notification; call it in the transaction of the event it reports."""
    notification = await Notification.create(user_id=user_id, kind=kind, message=message, created_at=now)
    await publish_change(user_id, LiveTopic.NOTIFICATION, str(notification.id))


def _notifications_of(user: User, *, unread_only: bool) -> QuerySet[Notification]:
    notifications = Notification.filter(user_id=user.id)
    return notifications.filter(read_at=None) if unread_only else notifications
