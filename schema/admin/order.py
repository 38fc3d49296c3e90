"""Everybody's orders, for staff."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import ids
from domain.money import Toman
from domain.problems import InvalidInput
from models import Order as OrderRow
from resolvers.pagination import PageRequest
from resolvers.staff import order_lists, orders
from resolvers.staff.order_lists import OrderFilter
from schema.admin.enums import OrderDispatch
from schema.admin.fields import admin_mutation
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import Direction, OrderOrderField, OrderSource, OrderStatus, PublicReason, ServiceType
from schema.fields import resolved_field
from schema.filters import SEARCH_COST, DateTimeRange, IdIn, TextContains, parse_ids
from schema.node import parse_id, to_global_id, to_optional_global_id
from schema.order import OrderStatusIn
from schema.order_event import AdminOrderEvent
from schema.scalars import Count


@strawberry.type(
    description="What a user bought, how far it is, and how its dealing with the provider stands."
)
class AdminOrder:
    """An order as staff see it."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    number: int = strawberry.field(description="The number that people and the legacy API know it by.")
    status: OrderStatus = strawberry.field(description="How far it is.")
    dispatch: OrderDispatch = strawberry.field(description="How far its dealing with the provider is.")
    type: ServiceType = strawberry.field(description="The service's type when it was placed.")
    source: OrderSource = strawberry.field(description="The door it came through.")
    service_id: strawberry.ID = strawberry.field(description="What was bought.")
    provider_id: strawberry.ID | None = strawberry.field(description="Who delivers, if a provider does.")
    provider_order_number: Count = strawberry.field(
        description="`providerOrderId` where it is a whole number, else 0."
    )
    provider_order_id: str | None = strawberry.field(
        description="The provider's number for it, which may hold letters; null until it was sent."
    )
    link: str = strawberry.field(description="What it is delivered to.")
    quantity: Count = strawberry.field(description="Units in all.")
    charge: Toman = strawberry.field(description="What it cost, in Toman.")
    refunded: Toman = strawberry.field(description="Toman given back so far.")
    start_count: Count = strawberry.field(description="Units that the link had before.")
    remains: Count = strawberry.field(description="Units not delivered yet.")
    attempts: int = strawberry.field(description="How often sending it was tried.")
    due_at: datetime | None = strawberry.field(
        description="When the worker next has something to do with it."
    )
    note: str | None = strawberry.field(description="The remark that its buyer sees.")
    staff_note: str | None = strawberry.field(
        description="What the provider or the worker said of it; no buyer sees it."
    )
    public_reason: PublicReason | None = strawberry.field(
        description="What its buyer reads instead of `staffNote`."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    user_id: strawberry.Private[int]

    @resolved_field(description="Who bought it. Needs `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser:
        return await load_user(info, self.user_id)

    @resolved_field(description="What happened to it, oldest first; the old panel's orders have no history.")
    async def history(self, info: Info) -> list[AdminOrderEvent]:
        return [
            AdminOrderEvent.from_model(row) for row in await info.context.loaders.events.load(self.number)
        ]

    @classmethod
    def from_model(cls, row: OrderRow) -> Self:
        return cls(
            id=to_global_id("AdminOrder", row.id),
            number=row.id,
            status=row.status,
            dispatch=row.dispatch,
            type=row.service_type,
            source=row.source,
            service_id=to_global_id("AdminService", row.service_id),
            provider_id=to_optional_global_id("AdminProvider", row.provider_id),
            provider_order_number=Count(ids.to_number(row.provider_order_id)),
            provider_order_id=row.provider_order_id,
            link=row.link,
            quantity=Count(row.quantity),
            charge=Toman(row.charge),
            refunded=Toman(row.refunded),
            start_count=Count(row.start_count),
            remains=Count(row.remains),
            attempts=row.attempts,
            due_at=row.due_at,
            note=row.note,
            staff_note=row.staff_note,
            public_reason=row.public_reason,
            created_at=row.created_at,
            updated_at=row.updated_at,
            user_id=row.user_id,
        )


@strawberry.input(description="One of several states of the dealing with the provider.")
class OrderDispatchIn:
    """Orders by their dealing with the provider."""

    any_of: list[OrderDispatch] = strawberry.field(
        name="in", description="States; an empty list matches nothing."
    )


@strawberry.input(description="Which orders; what is left out, or null, does not count.")
class AdminOrderWhere:
    """Criteria, all of which must hold."""

    id: IdIn | None = strawberry.field(default=None, description="One of these orders.")
    user: IdIn | None = strawberry.field(default=None, description="Of one of these users.")
    service: IdIn | None = strawberry.field(default=None, description="Of one of these services.")
    provider: IdIn | None = strawberry.field(default=None, description="Of one of these providers.")
    status: OrderStatusIn | None = strawberry.field(default=None, description="In one of these states.")
    dispatch: OrderDispatchIn | None = strawberry.field(default=None, description="So far with the provider.")
    link: TextContains | None = strawberry.field(
        default=None, description="By a part of the link.", metadata={"cost": 4 * SEARCH_COST}
    )
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="In this span, ends included."
    )

    def to_filter(self) -> OrderFilter:
        """The same, in the operation's terms; InvalidInput for an id of another type."""
        return OrderFilter(
            ids=parse_ids(self.id, "AdminOrder", field="id"),
            user_ids=parse_ids(self.user, "AdminUser", field="user"),
            service_ids=parse_ids(self.service, "AdminService", field="service"),
            provider_ids=parse_ids(self.provider, "AdminProvider", field="provider"),
            statuses=self.status.any_of if self.status else None,
            dispatches=self.dispatch.any_of if self.dispatch else None,
            link_contains=self.link.contains if self.link else None,
            created_gte=self.created_at.gte if self.created_at else None,
            created_lte=self.created_at.lte if self.created_at else None,
        )


@strawberry.input(description="How orders are sorted.")
class AdminOrderOrder:
    """A column and a direction."""

    field: OrderOrderField = strawberry.field(description="The column.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Descending unless told otherwise."
    )


@strawberry.type
class AdminOrderQuery:
    """Reading orders."""

    @resolved_field(
        description="Everybody's orders, newest first by default. Needs `READ_ORDERS`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def orders(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminOrderWhere | None,
            strawberry.argument(description="Such as `{status: {in: [AWAITING, ERROR]}}`."),
        ] = None,
        order_by: Annotated[
            AdminOrderOrder | None,
            strawberry.argument(description="Such as `{field: UPDATED_AT, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminOrder]:
        order = order_by or AdminOrderOrder(field=OrderOrderField.ID)
        page = await order_lists.get_orders_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminOrderWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminOrder.from_model)


@strawberry.type
class AdminOrderMutation:
    """Setting orders right."""

    @admin_mutation(
        orders.set_order_status,
        InvalidInput,
        description="Say how far an order is that staff deliver or hold; moves no money. A queued one "
        "is not sent any more. Needs `CHANGE_ORDERS`.",
    )
    async def set_order_status(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        status: Annotated[
            OrderStatus,
            strawberry.argument(description="PROCESSING, INPROGRESS, COMPLETED, AWAITING or ERROR."),
        ],
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; the buyer sees it.")
        ] = "",
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.set_order_status(
                info.context.staff, order_id=parse_id(id, "AdminOrder", field="id"), status=status, note=note
            )
        )

    @admin_mutation(
        orders.resend_order,
        InvalidInput,
        description="Send an order in error, or an awaiting one, to its provider again. Needs "
        "`RESEND_ORDERS`.",
    )
    async def resend_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        is_not_at_provider: Annotated[
            bool,
            strawberry.argument(
                description="Whether you have looked into the provider's panel, and the order is not "
                "there. Needed unless the provider refused it."
            ),
        ] = False,
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.resend_order(
                info.context.staff,
                order_id=parse_id(id, "AdminOrder", field="id"),
                is_not_at_provider=is_not_at_provider,
            )
        )

    @admin_mutation(
        orders.set_order_partial,
        InvalidInput,
        description="End an order that was delivered in part, and give the rest of its charge back. "
        "Needs `REFUND_ORDERS`.",
    )
    async def set_order_partial(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        remains: Annotated[Count, strawberry.argument(description="Units not delivered, 1 to the quantity.")],
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; the buyer sees it.")
        ] = "",
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.set_order_partial(
                info.context.staff,
                order_id=parse_id(id, "AdminOrder", field="id"),
                remains=remains,
                note=note,
            )
        )

    @admin_mutation(
        orders.cancel_order,
        InvalidInput,
        description="End an order that is not delivered, and give its charge back. The provider is "
        "not told. Needs `REFUND_ORDERS`.",
    )
    async def cancel_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; the buyer sees it.")
        ] = "",
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.cancel_order(
                info.context.staff, order_id=parse_id(id, "AdminOrder", field="id"), note=note
            )
        )

    @admin_mutation(
        orders.refund_order,
        InvalidInput,
        description="Give back what is left of an order's charge, a delivered one's too. Needs "
        "`REFUND_ORDERS`.",
    )
    async def refund_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; the buyer sees it.")
        ] = "",
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.refund_order(
                info.context.staff, order_id=parse_id(id, "AdminOrder", field="id"), note=note
            )
        )

    @admin_mutation(
        orders.note_order,
        InvalidInput,
        description="Leave a remark on an order, which its buyer sees. Needs `NOTE_ORDERS`.",
    )
    async def note_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        note: Annotated[str, strawberry.argument(description="1 to 500 characters.")],
    ) -> AdminOrder:
        return AdminOrder.from_model(
            await orders.note_order(
                info.context.staff, order_id=parse_id(id, "AdminOrder", field="id"), note=note
            )
        )
