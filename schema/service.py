"""Services that the shop sells."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from models import Service as ServiceRow
from resolvers import catalogue
from resolvers.catalogue import ServiceFilter
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from schema.category import Category
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import ServiceType
from schema.fields import View, column, related
from schema.filters import IdIn, Sorting, TextContains, TomanRange, Where, ids_of
from schema.node import Node, id_field, parse_id
from schema.scalars import Count
from schema.selection import get_projection


@strawberry.type(description="A service that the shop sells.")
class Service(Node, View[ServiceRow]):
    """A catalogue entry as shoppers see it."""

    id: strawberry.ID = id_field("Service")
    name: str = column("name", description="The name.")
    description: str = column("description", description="HTML; may be empty.")
    price: Toman = column(
        "price",
        description="Toman per 1,000 units, or per order for package types, such as 9000.",
    )
    min: Count = column("min_quantity", description="The smallest quantity of an order, in units.")
    max: Count = column("max_quantity", description="The largest quantity of an order, in units.")
    type: ServiceType = column(
        "type", description="The service type, which determines the fields an order needs."
    )
    drip_feed: bool = column("drip_feed", description="Whether an order can be delivered in several runs.")
    refill: bool = column("can_refill", description="Whether dropped units can be refilled.")
    cancel: bool = column(
        "can_cancel", description="Whether an order can be canceled after it was sent to the provider."
    )
    is_active: bool = column("is_active", description="Whether it is on sale.")
    created_at: datetime = column("created_at", description="When it was added.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(
        description="The category it belongs to.", metadata=related("category", Category.from_model)
    )
    async def category(self, info: Info) -> Category:
        return Category.from_model(await info.context.loaders.load_category(self.row))

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await catalogue.get_service(key)
        return cls.from_model(found) if found else None


@strawberry.input(description="Matches any of several types.")
class ServiceTypeIn(OneOf[ServiceType]):
    """Services by type."""

    any_of: list[ServiceType] = strawberry.field(
        name="in", description="Types to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for services. Omitted or null criteria are ignored.")
class ServiceWhere(Where[ServiceFilter]):
    category: IdIn | None = strawberry.field(
        default=None, description="Filter by category.", metadata=ids_of("Category")
    )
    type: ServiceTypeIn | None = strawberry.field(default=None, description="Filter by type.")
    drip_feed: bool | None = strawberry.field(default=None, description="Filter by drip-feed support.")
    refill: bool | None = strawberry.field(default=None, description="Filter by refill support.")
    cancel: bool | None = strawberry.field(default=None, description="Filter by cancellation support.")
    name: TextContains | None = strawberry.field(default=None, description="Filter by part of the name.")
    price: TomanRange | None = strawberry.field(default=None, description="Filter by price, in Toman.")


@strawberry.enum(description="Fields that services can be sorted by.")
class ServiceOrderField(StrEnum):
    """The sortable columns that shoppers may know; the provider's price is not among them."""

    ID = catalogue.ServiceOrderField.ID
    NAME = catalogue.ServiceOrderField.NAME
    PRICE = catalogue.ServiceOrderField.PRICE
    MIN = catalogue.ServiceOrderField.MIN_QUANTITY
    MAX = catalogue.ServiceOrderField.MAX_QUANTITY
    CREATED_AT = catalogue.ServiceOrderField.CREATED_AT
    UPDATED_AT = catalogue.ServiceOrderField.UPDATED_AT


@strawberry.input(description="Sort order for services.")
class ServiceOrder(Sorting[ServiceOrderField]):
    pass


@strawberry.type
class ServiceQuery:
    @strawberry.field(description="Services on sale, newest first by default. Errors: `INVALID_INPUT`.")
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
                description='For example, `{name: {contains: "Instagram"}, price: {lte: 50000}}`.'
            ),
        ] = None,
        order_by: Annotated[
            ServiceOrder | None,
            strawberry.argument(description="For example, `{field: PRICE, direction: ASC}`."),
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

    @strawberry.field(description="A service on sale, or null.")
    async def service(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Service`.")],  # noqa: A002 - Relay's name
    ) -> Service | None:
        return await Service.find(info, parse_id(id, "Service", field="id"))
