"""Services, for staff."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from models import Service as ServiceRow
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.staff import service_lists, services
from resolvers.staff.service_lists import ServiceFilter
from resolvers.staff.services import ServiceValues
from schema.admin.enums import AdminServiceOrderField, ServiceFlag, ServiceSource
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import ServiceType
from schema.fields import column
from schema.filters import IdIn, Sorting, TextContains, TomanRange, Where, ids_of
from schema.node import parse_id, to_global_id, to_optional_global_id
from schema.scalars import Count
from schema.service import ServiceTypeIn

_ONE_TOMAN = Toman(1)


@strawberry.type(description="A service, on sale or not, with its cost to the shop.")
class AdminService(AdminRecord[ServiceRow]):
    """A service as staff see it."""

    category_id: strawberry.ID = column(
        "category_id",
        description="The category it belongs to.",
        convert=partial(to_global_id, "AdminCategory"),
    )
    name: str = column("name", description="The name.")
    description: str = column("description", description="HTML; may be empty.")
    price: Toman = column("price", description="Toman per 1,000 units, or per order for packages.")
    original_price: Toman | None = column(
        "original_price", description="The provider's price in Toman, as of the last sync."
    )
    min: Count = column("min_quantity", description="The smallest quantity, in units.")
    max: Count = column("max_quantity", description="The largest quantity, in units.")
    type: ServiceType = column(
        "type", description="The service type, which determines the fields an order needs."
    )
    source: ServiceSource = column("source", description="Whether staff or a provider deliver it.")
    provider_id: strawberry.ID | None = column(
        "provider_id",
        description="The provider that delivers it; null if staff do.",
        convert=partial(to_optional_global_id, "AdminProvider"),
    )
    provider_service_id: str | None = column(
        "provider_service_id", description="The provider's id for this service."
    )
    flag: ServiceFlag | None = column(
        "flag", description="The problem found by the last sync; null if there is none."
    )
    flagged_at: datetime | None = column("flagged_at", description="When the flag was set.")
    drip_feed: bool = column("drip_feed", description="Whether an order can be delivered in several runs.")
    refill: bool = column("can_refill", description="Whether dropped units can be refilled.")
    cancel: bool = column("can_cancel", description="Whether an order can be canceled at the provider.")
    refuses_duplicates: bool = column(
        "refuses_duplicates",
        description="Whether a buyer must wait for an order to finish before ordering for the same link "
        "again.",
    )
    is_active: bool = column("is_active", description="Whether it is on sale.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


@strawberry.input(
    description="A service. Omitted or null values stay unchanged, or get their default for a new service."
)
class AdminServiceInput:
    """What staff say of a service."""

    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of an `AdminCategory`; required for a new service."
    )
    name: str | None = strawberry.field(
        default=None, description="1 to 300 characters; required for a new service."
    )
    description: str | None = strawberry.field(default=None, description="HTML, at most 20,000 characters.")
    price: Toman | None = strawberry.field(
        default=None,
        description="Toman per 1,000 units, or per order for packages, such as 9000; required for a new "
        "service.",
    )
    min: Count | None = strawberry.field(
        default=None, description="The smallest quantity, in units; required for a new service."
    )
    max: Count | None = strawberry.field(
        default=None, description="The largest quantity, in units; required for a new service."
    )
    type: ServiceType | None = strawberry.field(
        default=None, description="The service type; DEFAULT by default."
    )
    source: ServiceSource | None = strawberry.field(
        default=None,
        description="Who delivers the service; MANUAL by default. API requires a provider and the provider's "
        "service id.",
    )
    provider_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of an `AdminProvider`."
    )
    provider_service_id: str | None = strawberry.field(
        default=None, description="The provider's id for the service, at most 64 characters."
    )
    drip_feed: bool | None = strawberry.field(
        default=None, description="Whether an order can be delivered in several runs."
    )
    refill: bool | None = strawberry.field(default=None, description="Whether dropped units can be refilled.")
    cancel: bool | None = strawberry.field(
        default=None, description="Whether an order can be canceled at the provider."
    )
    refuses_duplicates: bool | None = strawberry.field(
        default=None,
        description="Whether a buyer must wait for an order to finish before ordering for the same link "
        "again.",
    )

    def to_values(self) -> ServiceValues:
        """The operation's filter; raises InvalidInput for an id of another type."""
        return ServiceValues(
            category_id=_parse_optional_id(self.category_id, "AdminCategory", field="categoryId"),
            name=self.name,
            description=self.description,
            price=self.price,
            min_quantity=self.min,
            max_quantity=self.max,
            type=self.type,
            source=self.source,
            provider_id=_parse_optional_id(self.provider_id, "AdminProvider", field="providerId"),
            provider_service_id=self.provider_service_id,
            drip_feed=self.drip_feed,
            can_refill=self.refill,
            can_cancel=self.cancel,
            refuses_duplicates=self.refuses_duplicates,
        )


def _parse_optional_id(id: strawberry.ID | None, type_name: str, *, field: str) -> int | None:  # noqa: A002 - Relay's name
    return None if id is None else parse_id(id, type_name, field=field)


@strawberry.type(description="The result of repricing services.")
class AdminServicesRepriced:
    """What a change of many prices did."""

    count: int = strawberry.field(description="The number of services whose price changed.")


@strawberry.input(description="Matches any of several flags.")
class ServiceFlagIn(OneOf[ServiceFlag]):
    """Services by what a sync found wrong."""

    any_of: list[ServiceFlag] = strawberry.field(
        name="in", description="Flags to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for services. Omitted or null criteria are ignored.")
class AdminServiceWhere(Where[ServiceFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by service.", metadata=ids_of("AdminService")
    )
    category: IdIn | None = strawberry.field(
        default=None, description="Filter by category.", metadata=ids_of("AdminCategory")
    )
    provider: IdIn | None = strawberry.field(
        default=None, description="Filter by provider.", metadata=ids_of("AdminProvider")
    )
    type: ServiceTypeIn | None = strawberry.field(default=None, description="Filter by type.")
    flag: ServiceFlagIn | None = strawberry.field(default=None, description="Filter by flag.")
    is_active: bool | None = strawberry.field(default=None, description="Filter by whether it is on sale.")
    name: TextContains | None = strawberry.field(default=None, description="Filter by part of the name.")
    price: TomanRange | None = strawberry.field(default=None, description="Filter by price, in Toman.")


@strawberry.input(description="Sort order for services.")
class AdminServiceOrder(Sorting[AdminServiceOrderField]):
    pass


@strawberry.type
class AdminServiceQuery:
    @strawberry.field(
        description="All services, newest first by default. Requires `READ_CATALOGUE`. Errors: `FORBIDDEN`, "
        "`INVALID_INPUT`."
    )
    async def services(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminServiceWhere | None,
            strawberry.argument(description="For example, `{flag: {in: [BELOW_COST]}}`."),
        ] = None,
        order_by: Annotated[
            AdminServiceOrder | None,
            strawberry.argument(description="For example, `{field: PRICE, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminService]:
        order = order_by or AdminServiceOrder(field=AdminServiceOrderField.ID)
        page = await service_lists.get_services_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminServiceWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminService.from_model)


@strawberry.type
class AdminServiceMutation:
    @admin_mutation(
        services.create_service,
        description="Create a service and put it on sale. Requires `CHANGE_CATALOGUE`.",
    )
    async def create_service(
        self,
        info: Info,
        input: Annotated[AdminServiceInput, strawberry.argument(description="The service.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminService:
        return AdminService.from_model(
            await services.create_service(info.context.staff, values=input.to_values())
        )

    @admin_mutation(
        services.update_service,
        InvalidInput,
        description="Update a service. Existing orders are not affected. Requires `CHANGE_CATALOGUE`.",
    )
    async def update_service(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminService`.")],  # noqa: A002 - Relay's name
        input: Annotated[AdminServiceInput, strawberry.argument(description="The new values.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminService:
        return AdminService.from_model(
            await services.update_service(
                info.context.staff,
                service_id=parse_id(id, "AdminService", field="id"),
                values=input.to_values(),
            )
        )

    @admin_mutation(
        services.set_service_active,
        InvalidInput,
        description="Put a service on sale, which clears its flag, or take it off sale. Requires "
        "`CHANGE_CATALOGUE`.",
    )
    async def set_service_active(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminService`.")],  # noqa: A002 - Relay's name
        is_active: Annotated[bool, strawberry.argument(description="Whether it is on sale.")],
    ) -> AdminService:
        return AdminService.from_model(
            await services.set_service_active(
                info.context.staff, service_id=parse_id(id, "AdminService", field="id"), is_active=is_active
            )
        )

    @admin_mutation(
        service_lists.reprice_services,
        InvalidInput,
        description="Change the price of every service that matches `where`, all or none. Requires "
        "`REPRICE_SERVICES`.",
    )
    async def reprice_services(
        self,
        info: Info,
        percent: Annotated[
            int, strawberry.argument(description="Percentage added to each price, -99 to 1000, such as 10.")
        ],
        where: Annotated[
            AdminServiceWhere, strawberry.argument(description="The services to reprice; `{}` for all.")
        ],
        rounding: Annotated[
            Toman,
            strawberry.argument(
                description="Prices are rounded up to a multiple of this many Toman, 1 to 1000000."
            ),
        ] = _ONE_TOMAN,
    ) -> AdminServicesRepriced:
        return AdminServicesRepriced(
            count=await service_lists.reprice_services(
                info.context.staff, percent=percent, rounding=rounding, where=where.to_filter()
            )
        )
