"""Services that the shop sells."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from models import Service as ServiceRow
from resolvers import catalogue
from resolvers.catalogue import ServiceFilter
from resolvers.pages import PageRequest
from schema.category import Category
from schema.connections import After, Before, Connection, First, Last, connect
from schema.context import Info
from schema.enums import Direction, ServiceType
from schema.fields import query, resolved
from schema.node import Node, global_id, parse_id
from schema.scalars import Count
from schema.where import IdIn, TextContains, TomanRange, ids_in


@strawberry.type(description="Something the shop sells.")
class Service(Node):
    """A catalogue entry as shoppers see it."""

    name: str = strawberry.field(description="Its name, as the shop words it.")
    description: str = strawberry.field(description="HTML; may be empty.")
    price: Toman = strawberry.field(
        description="Toman per 1,000 units, or per order where the type is a package. Such as 9000."
    )
    min: Count = strawberry.field(description="The smallest quantity of an order, in units.")
    max: Count = strawberry.field(description="The largest quantity of an order, in units.")
    type: ServiceType = strawberry.field(description="What an order must name besides its link.")
    drip_feed: bool = strawberry.field(description="Whether an order may be delivered in several runs.")
    refill: bool = strawberry.field(description="Whether what drops from an order can be delivered again.")
    cancel: bool = strawberry.field(
        description="Whether an order can be canceled after it was sent to its provider."
    )
    is_active: bool = strawberry.field(description="Whether it is on sale.")
    created_at: datetime = strawberry.field(description="When it was added.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    category_id: strawberry.Private[int]

    @resolved(description="The shelf it stands on.")
    async def category(self, info: Info) -> Category:
        return Category.from_model(await info.context.loaders.category.load(self.category_id))

    @classmethod
    def from_model(cls, row: ServiceRow) -> Self:
        return cls(
            id=global_id("Service", row.id),
            name=row.name,
            description=row.description,
            price=Toman(row.price),
            min=Count(row.min_quantity),
            max=Count(row.max_quantity),
            type=row.type,
            drip_feed=row.drip_feed,
            refill=row.can_refill,
            cancel=row.can_cancel,
            is_active=row.is_active,
            created_at=row.created_at,
            updated_at=row.updated_at,
            category_id=row.category_id,
        )

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
            category_ids=ids_in(self.category, "Category", field="category"),
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

    @query(description="Services on sale, newest first unless told otherwise. Bad page: `INVALID_INPUT`.")
    async def services(
        self,
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
        page = await catalogue.services_page(
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or ServiceWhere()).to_filter(),
            order_by=catalogue.ServiceOrderField(order.field.value),
            direction=order.direction,
        )
        return connect(page, Service.from_model)

    @query(description="A service on sale, or null.")
    async def service(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `Service`.")],  # noqa: A002 - Relay's name
    ) -> Service | None:
        return await Service.find(info, parse_id(id, "Service", field="id"))
