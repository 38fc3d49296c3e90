"""All users' orders, for staff."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain import ids
from domain.money import Toman
from domain.problems import InvalidInput
from engine.protection.input_prices import Cost
from models import Order as OrderRow
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.staff import order_lists, orders
from resolvers.staff.order_lists import OrderFilter
from schema.admin.enums import OrderDispatch
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import OrderOrderField, OrderSource, OrderStatus, PublicReason, ServiceType
from schema.fields import column
from schema.filters import SEARCH_COST, DateTimeRange, IdIn, Sorting, TextContains, Where, ids_of
from schema.node import parse_id, to_global_id, to_optional_global_id
from schema.order import OrderStatusIn
from schema.order_event import AdminOrderEvent
from schema.scalars import Count


@strawberry.type(description="An order, with its delivery status and its state at the provider.")
class AdminOrder(AdminRecord[OrderRow]):
    """An order as staff see it."""

    status: OrderStatus = column("status", description="The current status.")
    dispatch: OrderDispatch = column("dispatch", description="The state of its submission to the provider.")
    type: ServiceType = column("service_type", description="The service's type when the order was placed.")
    source: OrderSource = column("source", description="The channel it was placed through.")
    service_id: strawberry.ID = column(
        "service_id",
        description="The service that was ordered.",
        convert=partial(to_global_id, "AdminService"),
    )
    provider_id: strawberry.ID | None = column(
        "provider_id",
        description="The provider that delivers it; null if staff do.",
        convert=partial(to_optional_global_id, "AdminProvider"),
    )
    provider_order_number: Count = column(
        "provider_order_id",
        description="`providerOrderId` if it is a whole number, otherwise 0.",
        convert=ids.to_number,
    )
    provider_order_id: str | None = column(
        "provider_order_id",
        description="The provider's id for the order, which may contain letters; null until it was sent.",
    )
    link: str = column("link", description="The link or username that the order is for.")
    quantity: Count = column("quantity", description="The total number of units.")
    charge: Toman = column("charge", description="The amount charged, in Toman.")
    refunded: Toman = column("refunded", description="The amount refunded so far, in Toman.")
    start_count: Count = column("start_count", description="The link's count before delivery began.")
    remains: Count = column("remains", description="The number of units not delivered yet.")
    attempts: int = column("attempts", description="The number of attempts to send it.")
    due_at: datetime | None = column("due_at", description="When the worker processes it next.")
    note: str | None = column("note", description="A note for the buyer.")
    staff_note: str | None = column(
        "staff_note", description="A note from the provider or the worker; not visible to the buyer."
    )
    public_reason: PublicReason | None = column(
        "public_reason", description="The reason shown to the buyer instead of `staffNote`."
    )
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(description="The buyer. Requires `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser:
        return await load_user(info, self.row.user_id)

    @strawberry.field(
        description="The order's history, oldest first. Empty for orders imported from the old panel."
    )
    async def history(self, info: Info) -> list[AdminOrderEvent]:
        return [
            AdminOrderEvent.from_model(row) for row in await info.context.loaders.events.load(self.row.id)
        ]


@strawberry.input(description="Matches any of several submission states.")
class OrderDispatchIn(OneOf[OrderDispatch]):
    """Orders by their dealing with the provider."""

    any_of: list[OrderDispatch] = strawberry.field(
        name="in", description="States to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for orders. Omitted or null criteria are ignored.")
class AdminOrderWhere(Where[OrderFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by order.", metadata=ids_of("AdminOrder")
    )
    user: IdIn | None = strawberry.field(
        default=None, description="Filter by user.", metadata=ids_of("AdminUser")
    )
    service: IdIn | None = strawberry.field(
        default=None, description="Filter by service.", metadata=ids_of("AdminService")
    )
    provider: IdIn | None = strawberry.field(
        default=None, description="Filter by provider.", metadata=ids_of("AdminProvider")
    )
    status: OrderStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    dispatch: OrderDispatchIn | None = strawberry.field(
        default=None, description="Filter by the state of submission to the provider."
    )
    link: TextContains | None = strawberry.field(
        default=None, description="Filter by part of the link.", metadata=Cost(4 * SEARCH_COST).metadata
    )
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for orders.")
class AdminOrderOrder(Sorting[OrderOrderField]):
    pass


@strawberry.type
class AdminOrderQuery:
    @strawberry.field(
        description="All users' orders, newest first by default. Requires `READ_ORDERS`. Errors: "
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
            strawberry.argument(description="For example, `{status: {in: [AWAITING, ERROR]}}`."),
        ] = None,
        order_by: Annotated[
            AdminOrderOrder | None,
            strawberry.argument(description="For example, `{field: UPDATED_AT, direction: ASC}`."),
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
    @admin_mutation(
        orders.set_order_status,
        InvalidInput,
        description="Set the status of an order that staff deliver or that is on hold. Does not move money. "
        "A queued order is taken out of the queue. Requires `CHANGE_ORDERS`.",
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
            str, strawberry.argument(description="At most 500 characters; visible to the buyer.")
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
        description="Send an order that is in ERROR or AWAITING to its provider again. Requires "
        "`RESEND_ORDERS`.",
    )
    async def resend_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        is_not_at_provider: Annotated[
            bool,
            strawberry.argument(
                description="Confirms that you checked the provider's panel and the order is not there. "
                "Required unless the provider rejected the order."
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
        description="Mark an order as partially delivered and refund the undelivered part. Requires "
        "`REFUND_ORDERS`.",
    )
    async def set_order_partial(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        remains: Annotated[
            Count,
            strawberry.argument(
                description="The number of units not delivered, from 1 to the order's quantity."
            ),
        ],
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; visible to the buyer.")
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
        description="Cancel an undelivered order and refund its charge. The provider is not notified. "
        "Requires `REFUND_ORDERS`.",
    )
    async def cancel_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; visible to the buyer.")
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
        description="Refund the rest of an order's charge, even if it was delivered. Requires "
        "`REFUND_ORDERS`.",
    )
    async def refund_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminOrder`.")],  # noqa: A002 - Relay's name
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; visible to the buyer.")
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
        description="Add a note to an order, visible to the buyer. Requires `NOTE_ORDERS`.",
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
