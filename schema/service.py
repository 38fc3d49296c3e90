"""Services that the shop sells."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from models import Service as ServiceRow
from resolvers import catalogue
from resolvers.catalogue import ServiceFilter
from resolvers.pagination import PageRequest
from schema.category import Category
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import Direction, ServiceType
from schema.fields import column_field, query_field, related_field
from schema.filters import IdIn, TextContains, TomanRange, parse_ids
from schema.node import Node, id_field, parse_id
from schema.scalars import Count
from schema.selection import get_projection


@strawberry.type(description="Something the shop sells.")
class Service(Node):
    """A catalogue entry as shoppers see it."""

    row: strawberry.Private[ServiceRow]
    id: strawberry.ID = id_field("Service")
    name: str = column_field("name", description="Its name, as the shop words it.")
    description: str = column_field("description", description="HTML; may be empty.")
    price: Toman = column_field(
        "price",
        description="Toman per 1,000 units, or per order where the type is a package. Such as 9000.",
    )
    min: Count = column_field("min_quantity", description="The smallest quantity of an order, in units.")
    max: Count = column_field("max_quantity", description="The largest quantity of an order, in units.")
    type: ServiceType = column_field("type", description="What an order must name besides its link.")
    drip_feed: bool = column_field(
        "drip_feed", description="Whether an order may be delivered in several runs."
    )
    refill: bool = column_field(
        "can_refill", description="Whether what drops from an order can be delivered again."
    )
    cancel: bool = column_field(
        "can_cancel", description="Whether an order can be canceled after it was sent to its provider."
    )
    is_active: bool = column_field("is_active", description="Whether it is on sale.")
    created_at: datetime = column_field("created_at", description="When it was added.")
    updated_at: datetime = column_field("updated_at", description="When it last changed.")

    @related_field("category", Category.from_model, description="The shelf it stands on.")
    async def category(self, info: Info) -> Category:
        return Category.from_model(await info.context.loaders.load_category(self.row))

    @classmethod
    def from_model(cls, row: ServiceRow) -> Self:
        return cls(row=row)

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await catalogue.get_service(key)
        return cls.from_model(found) if found else None


@strawberry.input(description="One of several types.")
class ServiceTypeIn:
    """Services by type."""

    any_of: list[ServiceType] = strawberry.field(
        name="in", description="Types; an empty list matches nothing."
    )


@strawberry.input(description="Which services; what is left out, or null, does not count.")
class ServiceWhere:
    """Criteria, all of which must hold."""

    category: IdIn | None = strawberry.field(default=None, description="On one of these shelves.")
    type: ServiceTypeIn | None = strawberry.field(default=None, description="Of one of these types.")
    drip_feed: bool | None = strawberry.field(default=None, description="With or without drip-feed.")
    refill: bool | None = strawberry.field(default=None, description="With or without refill.")
    cancel: bool | None = strawberry.field(default=None, description="With or without cancel.")
    name: TextContains | None = strawberry.field(default=None, description="By a part of the name.")
    price: TomanRange | None = strawberry.field(default=None, description="In Toman, as `price` is.")

    def to_filter(self) -> ServiceFilter:
        """The same, in the operation's terms; InvalidInput for an id of another type."""
        return ServiceFilter(
            category_ids=parse_ids(self.category, "Category", field="category"),
            types=self.type.any_of if self.type else None,
            drip_feed=self.drip_feed,
            can_refill=self.refill,
            can_cancel=self.cancel,
            name_contains=self.name.contains if self.name else None,
            price_gte=self.price.gte if self.price else None,
            price_lte=self.price.lte if self.price else None,
        )


@strawberry.enum(description="What services sort by.")
class ServiceOrderField(StrEnum):
    """The sortable columns that shoppers may know; the provider's price is not among them."""

    ID = "id"
    NAME = "name"
    PRICE = "price"
    MIN = "min_quantity"
    MAX = "max_quantity"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@strawberry.input(description="How services are sorted.")
class ServiceOrder:
    """A column and a direction."""

    field: ServiceOrderField = strawberry.field(description="The column.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Descending unless told otherwise."
    )


@strawberry.type
class ServiceQuery:
    """Reading services."""

    @query_field(
        description="Services on sale, newest first unless told otherwise. Bad page: `INVALID_INPUT`."
    )
    async def services(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            ServiceWhere | None,
            strawberry.argument(
                description='Such as `{name: {contains: "Instagram"}, price: {lte: 50000}}`.'
            ),
        ] = None,
        order_by: Annotated[
            ServiceOrder | None, strawberry.argument(description="Such as `{field: PRICE, direction: ASC}`.")
        ] = None,
    ) -> Connection[Service]:
        order = order_by or ServiceOrder(field=ServiceOrderField.ID)
        page = await catalogue.get_services_page(
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=where.to_filter() if where else None,
            order_by=catalogue.ServiceOrderField(order.field.value),
            direction=order.direction,
            projection=get_projection(info, Service, "edges", "node"),
        )
        return build_connection(page, Service.from_model)

    @query_field(description="A service on sale, or null.")
    async def service(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Service`.")],  # noqa: A002 - Relay's name
    ) -> Service | None:
        return await Service.find(info, parse_id(id, "Service", field="id"))
