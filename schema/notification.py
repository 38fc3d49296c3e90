"""What the shop told a user."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from models import Notification as NotificationRow
from resolvers import notifications
from resolvers.notifications import NotificationFilter
from resolvers.pagination import PageRequest
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import Direction, NotificationKind, NotificationOrderField
from schema.fields import query_field
from schema.filters import DateTimeRange
from schema.node import Node, parse_uuid, to_global_id
from schema.problem_unions import mutation_field


@strawberry.type(description="A sentence of the shop's for one user.")
class Notification(Node):
    """A notification; unread while `read_at` is null."""

    kind: NotificationKind = strawberry.field(description="What it tells of, for programs.")
    message: str = strawberry.field(description="What it tells, for people.")
    created_at: datetime = strawberry.field(description="When it was told.")
    read_at: datetime | None = strawberry.field(description="When it was marked as read; null while unread.")

    @classmethod
    def from_model(cls, row: NotificationRow) -> Self:
        return cls(
            id=to_global_id("Notification", row.id),
            kind=row.kind,
            message=row.message,
            created_at=row.created_at,
            read_at=row.read_at,
        )

    @classmethod
    async def look_up(cls, info: Info, text: str, *, field: str) -> Self | None:
        key = parse_uuid(text, "Notification", field=field)
        found = await notifications.get_notification(info.context.user, notification_id=key)
        return cls.from_model(found) if found else None


@strawberry.input(description="One of several kinds.")
class NotificationKindIn:
    """Notifications by kind."""

    any_of: list[NotificationKind] = strawberry.field(
        name="in", description="Kinds; an empty list matches nothing."
    )


@strawberry.input(description="Which notifications; what is left out, or null, does not count.")
class NotificationWhere:
    """Criteria, all of which must hold."""

    kind: NotificationKindIn | None = strawberry.field(default=None, description="Of one of these kinds.")
    created_at: DateTimeRange | None = strawberry.field(default=None, description="Told within this span.")

    def to_filter(self, *, unread_only: bool) -> NotificationFilter:
        """The same, in the operation's terms."""
        return NotificationFilter(
            unread_only=unread_only,
            kinds=self.kind.any_of if self.kind else None,
            created_gte=self.created_at.gte if self.created_at else None,
            created_lte=self.created_at.lte if self.created_at else None,
        )


@strawberry.input(description="How notifications are sorted.")
class NotificationOrder:
    """A column and a direction."""

    field: NotificationOrderField = strawberry.field(description="The column.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Descending unless told otherwise."
    )


@strawberry.type
class NotificationQuery:
    """Reading one's own notifications."""

    @query_field(
        description="The viewer's notifications, newest first by default. Needs a user. "
        "Bad page: `INVALID_INPUT`."
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
        where: Annotated[
            NotificationWhere | None,
            strawberry.argument(description="Such as `{kind: {in: [ORDER_REFUNDED]}}`."),
        ] = None,
        order_by: Annotated[
            NotificationOrder | None,
            strawberry.argument(description="Such as `{field: CREATED_AT, direction: ASC}`."),
        ] = None,
    ) -> Connection[Notification]:
        order = order_by or NotificationOrder(field=NotificationOrderField.CREATED_AT)
        page = await notifications.get_notifications_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or NotificationWhere()).to_filter(unread_only=bool(unread_only)),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, Notification.from_model)


@strawberry.type(description="Notifications were marked as read.")
class NotificationsRead:
    """How many."""

    count: int = strawberry.field(description="How many were unread until now.")


@strawberry.type
class NotificationMutation:
    """Putting notifications away."""

    @mutation_field(
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
