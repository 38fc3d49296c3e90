"""What the shop told a user."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.ids import check_number
from domain.problems import InvalidInput, refuses
from domain.states import NotificationKind
from models import Notification, User, database
from models.live import LiveTopic, announce
from resolvers.pages import Direction, Page, PageRequest, read_page


async def list_notifications(user: User, *, unread_only: bool = False) -> list[Notification]:
    """The user's notifications, newest first."""
    return await _of(user, unread_only=unread_only).order_by("-created_at", "-id")


async def notifications_page(user: User, *, page: PageRequest, unread_only: bool) -> Page[Notification]:
    """A page of the user's notifications, newest first.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    return await read_page(
        _of(user, unread_only=unread_only), page=page, by="created_at", direction=Direction.DESC
    )


@refuses(InvalidInput)
async def mark_notifications_read(user: User, *, ids: Sequence[UUID] | None = None) -> int:
    """Mark the given notifications of the user's, or all, as read; returns how many were unread.

    Raises:
        InvalidInput: more than 1,000 ids.
    """
    unread = _of(user, unread_only=True)
    if ids is not None:
        check_number(ids, field="ids")
        unread = unread.filter(id__in=list(ids))
    return await unread.update(read_at=await database.now())


async def notify(user_id: int, kind: NotificationKind, message: str, *, now: datetime) -> None:
    """Tell a user something; call it in the transaction of what it tells of."""
    told = await Notification.create(user_id=user_id, kind=kind, message=message, created_at=now)
    await announce(user_id, LiveTopic.NOTIFICATION, str(told.id))


def _of(user: User, *, unread_only: bool) -> QuerySet[Notification]:
    notifications = Notification.filter(user_id=user.id)
    return notifications.filter(read_at=None) if unread_only else notifications
