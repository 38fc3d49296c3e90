"""Subscriptions."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Annotated, TypeVar

import strawberry

from resolvers import subscriptions
from schema.context import Info
from schema.node import parse_id
from schema.notification import Notification
from schema.order import Order
from schema.ticket import TicketMessage

Row = TypeVar("Row")
Shown = TypeVar("Shown")


async def _render(
    rows: AsyncGenerator[Row, None], render: Callable[[Row], Shown]
) -> AsyncGenerator[Shown, None]:
    async with aclosing(rows):
        async for row in rows:
            yield render(row)


@strawberry.type(
    description="Live updates over WebSocket with the graphql-transport-ws protocol. Each event carries the "
    "record's current state. Rapid changes may be coalesced; the latest state is always delivered."
)
class Subscription:
    """The root of listening."""

    @strawberry.subscription(
        description="The viewer's orders whenever they change. Placing an order does not count as a change. "
        "Requires authentication. Errors: `INVALID_INPUT`, `ORDER_NOT_FOUND`, `FORBIDDEN`."
    )
    def order_updated(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - Relay's name
            strawberry.ID | None,
            strawberry.argument(description="Global id of an `Order`; null for all orders."),
        ] = None,
    ) -> AsyncGenerator[Order, None]:
        key = None if id is None else parse_id(id, "Order", field="id")
        rows = subscriptions.subscribe_to_orders(info.context.app.hub, info.context.user, order_id=key)
        return _render(rows, Order.from_model)

    @strawberry.subscription(description="New notifications for the viewer. Requires authentication.")
    def notification_added(self, info: Info) -> AsyncGenerator[Notification, None]:
        rows = subscriptions.subscribe_to_notifications(info.context.app.hub, info.context.user)
        return _render(rows, Notification.from_model)

    @strawberry.subscription(
        description="New messages in one of the viewer's tickets, from either side. Requires authentication. "
        "Errors: `INVALID_INPUT`, `TICKET_NOT_FOUND`, `FORBIDDEN`."
    )
    def ticket_message_added(
        self,
        info: Info,
        ticket_id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Ticket`.")],
    ) -> AsyncGenerator[TicketMessage, None]:
        user = info.context.user
        key = parse_id(ticket_id, "Ticket", field="ticketId")
        rows = subscriptions.subscribe_to_ticket_messages(info.context.app.hub, user, ticket_id=key)
        return _render(rows, partial(TicketMessage.from_model, viewer_id=user.id))
