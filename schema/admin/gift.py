"""The wheel's gifts, for staff."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain.problems import InvalidInput
from models import Gift as GiftRow
from resolvers.pagination import PageRequest
from resolvers.staff import gifts
from resolvers.staff.gifts import GiftFilter
from schema.admin.enums import AdminGiftOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.fields import column
from schema.filters import IdIn, Sorting, Where, ids_of
from schema.node import parse_id, to_global_id
from schema.scalars import Count


@strawberry.type(description="A prize on the wheel of fortune, active or not.")
class AdminGift(AdminRecord[GiftRow]):
    """A gift as staff see it."""

    service_id: strawberry.ID = column(
        "service_id",
        description="The service that is given away.",
        convert=partial(to_global_id, "AdminService"),
    )
    min: Count = column("min_quantity", description="The smallest quantity that can be won, in units.")
    max: Count = column("max_quantity", description="The largest quantity that can be won, in units.")
    is_active: bool = column("is_active", description="Whether it can be won.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


@strawberry.input(description="Filter for gifts. Omitted or null criteria are ignored.")
class AdminGiftWhere(Where[GiftFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by gift.", metadata=ids_of("AdminGift")
    )
    service: IdIn | None = strawberry.field(
        default=None, description="Filter by service.", metadata=ids_of("AdminService")
    )
    is_active: bool | None = strawberry.field(default=None, description="Filter by whether it can be won.")


@strawberry.input(description="Sort order for gifts.")
class AdminGiftOrder(Sorting[AdminGiftOrderField]):
    pass


@strawberry.type
class AdminGiftQuery:
    @strawberry.field(
        description="The wheel's prizes, newest first by default. Requires `READ_GIFTS`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def gifts(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminGiftWhere | None, strawberry.argument(description="For example, `{isActive: true}`.")
        ] = None,
        order_by: Annotated[
            AdminGiftOrder | None, strawberry.argument(description="For example, `{field: CREATED_AT}`.")
        ] = None,
    ) -> Connection[AdminGift]:
        order = order_by or AdminGiftOrder(field=AdminGiftOrderField.ID)
        page = await gifts.get_gifts_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminGiftWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminGift.from_model)


@strawberry.type
class AdminGiftMutation:
    @admin_mutation(
        gifts.create_gift,
        InvalidInput,
        description="Add a prize to the wheel: a quantity of a service, drawn between `min` and `max`. "
        "Requires `CHANGE_GIFTS`.",
    )
    async def create_gift(
        self,
        info: Info,
        service_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="Global id of an `AdminService` without drip-feed."),
        ],
        min: Annotated[  # noqa: A002 - the field's name
            Count, strawberry.argument(description="The smallest quantity, in units, such as 30.")
        ],
        max: Annotated[  # noqa: A002 - the field's name
            Count, strawberry.argument(description="The largest quantity, in units, such as 100.")
        ],
    ) -> AdminGift:
        return AdminGift.from_model(
            await gifts.create_gift(
                info.context.staff,
                service_id=parse_id(service_id, "AdminService", field="serviceId"),
                min_quantity=min,
                max_quantity=max,
            )
        )

    @admin_mutation(
        gifts.update_gift,
        InvalidInput,
        description="Update a prize. Omitted or null values stay unchanged. Requires `CHANGE_GIFTS`.",
    )
    async def update_gift(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminGift`.")],  # noqa: A002 - Relay's name
        min: Annotated[  # noqa: A002 - the field's name
            Count | None, strawberry.argument(description="The smallest quantity, in units.")
        ] = None,
        max: Annotated[  # noqa: A002 - the field's name
            Count | None, strawberry.argument(description="The largest quantity, in units.")
        ] = None,
        is_active: Annotated[bool | None, strawberry.argument(description="Whether it can be won.")] = None,
    ) -> AdminGift:
        return AdminGift.from_model(
            await gifts.update_gift(
                info.context.staff,
                gift_id=parse_id(id, "AdminGift", field="id"),
                min_quantity=min,
                max_quantity=max,
                is_active=is_active,
            )
        )
