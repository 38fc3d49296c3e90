"""A user's orders."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from domain.public_reasons import format_reason
from engine.executor.hints import FieldHints
from models import Order as OrderRow
from resolvers import order_cancellation, orders
from resolvers.filters import OneOf
from resolvers.orders import OrderFilter
from resolvers.pagination import PageRequest
from schema.arguments import IdempotencyKey
from schema.category import Category
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import (
    OrderOrderField,
    OrderSource,
    OrderStatus,
    PublicReason,
    ServiceType,
    SubscriptionStatus,
)
from schema.fields import View, column, related
from schema.filters import DateTimeRange, IdIn, Sorting, TextContains, Where, ids_of
from schema.node import Node, id_field, parse_id
from schema.order_event import OrderEvent
from schema.order_input import CreateOrderInput
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field
from schema.refill import Refill
from schema.scalars import Count
from schema.selection import get_projection
from schema.service import Service

_DRIP_FEED_COLUMNS = ("is_drip_feed", "runs", "interval", "drip_feed_quantity")
_SUBSCRIPTION_COLUMNS = (
    "service_type",
    "subscription_posts",
    "subscription_min",
    "subscription_max",
    "subscription_delay",
    "subscription_expiry",
    "subscription_response_orders",
    "subscription_response_posts",
    "subscription_status",
)


@strawberry.type(description="Delivery in several runs.")
class DripFeed:
    """How an order is spread over time."""

    runs: int = strawberry.field(description="The number of runs.")
    interval: int = strawberry.field(description="Minutes between runs.")
    quantity: Count = strawberry.field(description="Units per run; the order's `quantity` is the total.")

    @classmethod
    def from_model(cls, row: OrderRow) -> Self | None:
        """Drip-feed settings; null for an order that is delivered all at once."""
        if not row.is_drip_feed:
            return None
        return cls(runs=row.runs, interval=row.interval, quantity=Count(row.drip_feed_quantity))


@strawberry.type(description="The settings and progress of an order of type SUBSCRIPTIONS.")
class OrderSubscription:
    """Delivery to posts that are yet to come."""

    posts: int | None = strawberry.field(description="The number of future posts.")
    min: Count | None = strawberry.field(description="The smallest quantity per post, in units.")
    max: Count | None = strawberry.field(description="The largest quantity per post, in units.")
    delay: int | None = strawberry.field(description="Delay between a post and its delivery, in minutes.")
    expiry: str | None = strawberry.field(description="The last day, as the buyer entered it.")
    response_orders: str | None = strawberry.field(
        description="The provider's orders so far, as reported by the provider."
    )
    response_posts: int | None = strawberry.field(description="The number of posts delivered so far.")
    status: SubscriptionStatus | None = strawberry.field(
        description="The subscription's status at the provider."
    )

    @classmethod
    def from_model(cls, row: OrderRow) -> Self | None:
        """Null for an order of any other type."""
        if row.service_type is not ServiceType.SUBSCRIPTIONS:
            return None
        return cls(
            posts=row.subscription_posts,
            min=None if row.subscription_min is None else Count(row.subscription_min),
            max=None if row.subscription_max is None else Count(row.subscription_max),
            delay=row.subscription_delay,
            expiry=row.subscription_expiry,
            response_orders=row.subscription_response_orders,
            response_posts=row.subscription_response_posts,
            status=row.subscription_status,
        )


@strawberry.type(description="An order and the state of its delivery.")
class Order(Node, View[OrderRow]):
    """An order as its buyer sees it; which provider delivers is for staff only."""

    id: strawberry.ID = id_field("Order")
    status: OrderStatus = column("status", description="The current status.")
    type: ServiceType = column("service_type", description="The service's type when the order was placed.")
    source: OrderSource = column("source", description="The channel it was placed through.")
    link: str = column("link", description="The link or username that the order is for.")
    quantity: Count = column("quantity", description="The total number of units.")
    charge: Toman = column("charge", description="The amount charged, in Toman.")
    refunded: Toman = column(
        "refunded", description="The amount refunded so far, in Toman; at most the charge."
    )
    start_count: Count = column("start_count", description="The link's count before delivery began.")
    remains: Count = column("remains", description="The number of units not delivered yet.")
    drip_feed: DripFeed | None = strawberry.field(
        resolver=lambda self: DripFeed.from_model(self.row),
        description="Drip-feed settings; null for an order that is delivered all at once.",
        metadata=FieldHints(is_pure=True, columns=_DRIP_FEED_COLUMNS).metadata,
    )
    subscription: OrderSubscription | None = strawberry.field(
        resolver=lambda self: OrderSubscription.from_model(self.row),
        description="Subscription settings; null unless the type is SUBSCRIPTIONS.",
        metadata=FieldHints(is_pure=True, columns=_SUBSCRIPTION_COLUMNS).metadata,
    )
    comments: str | None = column("comments", description="The comments to post, one per line.")
    usernames: str | None = column("usernames", description="The users to mention, one per line.")
    username: str | None = column(
        "username", description="The user whose followers or comments the order is about."
    )
    hashtags: str | None = column("hashtags", description="The hashtags to add, one per line.")
    hashtag: str | None = column("hashtag", description="The hashtag whose users are mentioned.")
    media: str | None = column("media", description="URL of the post whose likers are mentioned.")
    note: str | None = column("note", description="A remark that staff wrote for its buyer.")
    public_reason: PublicReason | None = column(
        "public_reason", description="Why it is waiting or ended as it did; null for a regular order."
    )
    created_at: datetime = column("created_at", description="When it was placed.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(
        description="The service that was ordered, as it is now; it may be off sale.",
        metadata=related("service", Service.from_model),
    )
    async def service(self, info: Info) -> Service:
        return Service.from_model(await info.context.loaders.load_service(self.row))

    @strawberry.field(
        description="The service's category when the order was placed.",
        metadata=related("category", Category.from_model),
    )
    async def category(self, info: Info) -> Category:
        return Category.from_model(await info.context.loaders.load_category(self.row))

    @strawberry.field(
        description="The order's history, oldest first. Empty for orders imported from the old panel.",
        metadata=FieldHints(columns=()).metadata,
    )
    async def history(self, info: Info) -> list[OrderEvent]:
        return [OrderEvent.from_model(row) for row in await info.context.loaders.events.load(self.row.id)]

    @strawberry.field(
        description="`publicReason` as a message, in Persian or English depending on `Accept-Language`.",
        metadata=FieldHints(columns=("public_reason",)).metadata,
    )
    async def public_message(self, info: Info) -> str | None:
        return format_reason(self.row.public_reason, info.context.language)

    @strawberry.field(
        description="The order's refills, oldest first.", metadata=FieldHints(columns=()).metadata
    )
    async def refills(self, info: Info) -> list[Refill]:
        return [Refill.from_model(row) for row in await info.context.loaders.refills.load(self.row.id)]

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        return cls.from_model(await orders.get_order(info.context.user, order_id=key))


@strawberry.input(description="Matches any of several states.")
class OrderStatusIn(OneOf[OrderStatus]):
    """Orders by state."""

    any_of: list[OrderStatus] = strawberry.field(
        name="in", description="States to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for orders. Omitted or null criteria are ignored.")
class OrderWhere(Where[OrderFilter]):
    status: OrderStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    service: IdIn | None = strawberry.field(
        default=None, description="Filter by service.", metadata=ids_of("Service")
    )
    link: TextContains | None = strawberry.field(default=None, description="Filter by part of the link.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by the time of the order, bounds included."
    )


@strawberry.input(description="Sort order for orders.")
class OrderOrder(Sorting[OrderOrderField]):
    pass


@strawberry.type
class OrderQuery:
    @strawberry.field(
        description="The viewer's orders, newest first by default. Requires authentication. Errors: "
        "`INVALID_INPUT`."
    )
    async def orders(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            OrderWhere | None,
            strawberry.argument(
                description="For example, `{status: {in: [PENDING]}, createdAt: {gte: "
                '"2026-01-01T00:00:00Z"}}`.'
            ),
        ] = None,
        order_by: Annotated[
            OrderOrder | None,
            strawberry.argument(description="For example, `{field: CHARGE, direction: DESC}`."),
        ] = None,
    ) -> Connection[Order]:
        order = order_by or OrderOrder(field=OrderOrderField.ID)
        page = await orders.get_orders_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=where.to_filter() if where else None,
            order_by=order.field,
            direction=order.direction,
            projection=get_projection(info, Order, "edges", "node"),
        )
        return build_connection(page, Order.from_model)

    @strawberry.field(
        description="One of the viewer's orders. Requires authentication. Errors: `ORDER_NOT_FOUND`, "
        "`FORBIDDEN`."
    )
    async def order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `Order`.")],  # noqa: A002 - Relay's name
    ) -> Order | None:
        return await Order.find(info, parse_id(id, "Order", field="id"))


@strawberry.type
class OrderMutation:
    @mutation_field(
        orders.create_order,
        cost=MONEY_MUTATION_COST,
        description="Place an order. The wallet is charged immediately, and the order is then sent to the "
        "service's provider. Requires authentication.",
    )
    async def create_order(
        self,
        info: Info,
        input: Annotated[CreateOrderInput, strawberry.argument(description="The order.")],  # noqa: A002 - GraphQL's custom
        idempotency_key: IdempotencyKey = None,
    ) -> Order:
        row = await orders.create_order(
            info.context.app,
            info.context.user,
            service_id=parse_id(input.service_id, "Service", field="serviceId"),
            link=input.link,
            details=input.to_details(),
            source=OrderSource.GRAPHQL,
            idempotency_key=idempotency_key,
        )
        return Order.from_model(row)

    @mutation_field(
        order_cancellation.cancel_order,
        InvalidInput,
        cost=MONEY_MUTATION_COST,
        description="Cancel an order. An order that was not sent yet is canceled and refunded immediately. "
        "Otherwise cancellation is requested from the provider, if the service supports `cancel`; "
        "`status` shows the outcome. Requires authentication.",
    )
    async def cancel_order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `Order`.")],  # noqa: A002 - Relay's name
    ) -> Order:
        user = info.context.user
        return Order.from_model(
            await order_cancellation.cancel_order(user, order_id=parse_id(id, "Order", field="id"))
        )
