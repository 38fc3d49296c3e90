"""A user's notifications."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from models import Notification as NotificationRow
from resolvers import notifications
from resolvers.filters import OneOf
from resolvers.notifications import NotificationFilter
from resolvers.pagination import PageRequest
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import NotificationKind, NotificationOrderField
from schema.fields import View, column
from schema.filters import DateTimeRange, Sorting, Where
from schema.node import Node, id_field, parse_uuid
from schema.problem_unions import mutation_field


@strawberry.type(description="A message from the shop to a user.")
class Notification(Node, View[NotificationRow]):
    """A notification; unread while `read_at` is null."""

    id: strawberry.ID = id_field("Notification")
    kind: NotificationKind = column("kind", description="The kind of event, for programs.")
    message: str = column("message", description="The message, for people.")
    created_at: datetime = column("created_at", description="When it was sent.")
    read_at: datetime | None = column("read_at", description="When it was marked as read; null while unread.")

    @classmethod
    async def look_up(cls, info: Info, text: str, *, field: str) -> Self | None:
        key = parse_uuid(text, "Notification", field=field)
        found = await notifications.get_notification(info.context.user, notification_id=key)
        return cls.from_model(found) if found else None


@strawberry.input(description="Matches any of several kinds.")
class NotificationKindIn(OneOf[NotificationKind]):
    """Notifications by kind."""

    any_of: list[NotificationKind] = strawberry.field(
        name="in", description="Kinds to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for notifications. Omitted or null criteria are ignored.")
class NotificationWhere(Where[NotificationFilter]):
    kind: NotificationKindIn | None = strawberry.field(default=None, description="Filter by kind.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by the time it was sent, bounds included."
    )


@strawberry.input(description="Sort order for notifications.")
class NotificationOrder(Sorting[NotificationOrderField]):
    pass


@strawberry.type
class NotificationQuery:
    @strawberry.field(
        description="The viewer's notifications, newest first by default. Requires authentication. Errors: "
        "`INVALID_INPUT`."
    )
    async def notifications(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        unread_only: Annotated[
            bool | None, strawberry.argument(description="Only unread notifications.")
        ] = False,
        where: Annotated[
            NotificationWhere | None,
            strawberry.argument(description="For example, `{kind: {in: [ORDER_REFUNDED]}}`."),
        ] = None,
        order_by: Annotated[
            NotificationOrder | None,
            strawberry.argument(description="For example, `{field: CREATED_AT, direction: ASC}`."),
        ] = None,
    ) -> Connection[Notification]:
        order = order_by or NotificationOrder(field=NotificationOrderField.CREATED_AT)
        page = await notifications.get_notifications_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or NotificationWhere()).to_filter(),
            unread_only=bool(unread_only),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, Notification.from_model)


@strawberry.type(description="Notifications were marked as read.")
class NotificationsRead:
    """How many."""

    count: int = strawberry.field(description="The number of notifications that were unread.")


@strawberry.type
class NotificationMutation:
    @mutation_field(
        notifications.mark_notifications_read,
        description="Mark your notifications as read. Requires authentication.",
    )
    async def mark_notifications_read(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Global ids of notifications; null for all. Those of other users are ignored."
            ),
        ] = None,
    ) -> NotificationsRead:
        keys = None if ids is None else [parse_uuid(each, "Notification", field="ids") for each in ids]
        return NotificationsRead(
            count=await notifications.mark_notifications_read(info.context.user, ids=keys)
        )
