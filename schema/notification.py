"""What the shop told a user."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from models import Notification as NotificationRow
from resolvers import notifications
from resolvers.pages import PageRequest
from schema.connections import After, Before, Connection, First, Last, connect
from schema.context import Info
from schema.enums import NotificationKind
from schema.fields import resolved
from schema.node import global_id, parse_uuid
from schema.problems import mutation


@strawberry.type(description="A sentence of the shop's for one user.")
class Notification:
    """A notification; unread while `read_at` is null."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    kind: NotificationKind = strawberry.field(description="What it tells of, for programs.")
    message: str = strawberry.field(description="What it tells, for people.")
    created_at: datetime = strawberry.field(description="When it was told.")
    read_at: datetime | None = strawberry.field(description="When it was marked as read; null while unread.")

    @classmethod
    def from_model(cls, row: NotificationRow) -> Self:
        return cls(
            id=global_id("Notification", row.id),
            kind=row.kind,
            message=row.message,
            created_at=row.created_at,
            read_at=row.read_at,
        )


@strawberry.type
class NotificationQuery:
    """Reading one's own notifications."""

    @resolved(
        description="The viewer's notifications, newest first. Needs a user. Bad page: `INVALID_INPUT`."
    )
    async def notifications(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        unread_only: Annotated[
            bool | None, strawberry.argument(description="Leave out what was read.")
        ] = False,
    ) -> Connection[Notification]:
        page = await notifications.notifications_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            unread_only=bool(unread_only),
        )
        return connect(page, Notification.from_model)


@strawberry.type(description="Notifications were marked as read.")
class NotificationsRead:
    """How many."""

    count: int = strawberry.field(description="How many were unread until now.")


@strawberry.type
class NotificationMutation:
    """Putting notifications away."""

    @mutation(
        notifications.mark_notifications_read,
        description="Mark the viewer's notifications as read. Needs a user.",
    )
    async def mark_notifications_read(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Global ids of `Notification`s; all, if null. Other users' are passed over."
            ),
        ] = None,
    ) -> NotificationsRead:
        keys = None if ids is None else [parse_uuid(each, "Notification", field="ids") for each in ids]
        return NotificationsRead(
            count=await notifications.mark_notifications_read(info.context.user, ids=keys)
        )
