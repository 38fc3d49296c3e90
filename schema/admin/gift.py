"""The wheel's gifts, for staff."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.problems import InvalidInput
from models import Gift as GiftRow
from resolvers.pagination import PageRequest
from resolvers.staff import gifts
from resolvers.staff.gifts import GiftFilter
from schema.admin.enums import AdminGiftOrderField
from schema.admin.fields import admin_mutation
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.filters import IdIn, Sorting, Where, ids_of
from schema.node import parse_id, to_global_id
from schema.scalars import Count


@strawberry.type(description="A prize on the wheel of fortune, active or not.")
class AdminGift:
    """A gift as staff see it."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    number: int = strawberry.field(
        description="The record number shown to people and used by the legacy API."
    )
    service_id: strawberry.ID = strawberry.field(description="The service that is given away.")
    min: Count = strawberry.field(description="The smallest quantity that can be won, in units.")
    max: Count = strawberry.field(description="The largest quantity that can be won, in units.")
    is_active: bool = strawberry.field(description="Whether it can be won.")
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it was last updated.")

    @classmethod
    def from_model(cls, row: GiftRow) -> Self:
        return cls(
            id=to_global_id("AdminGift", row.id),
            number=row.id,
            service_id=to_global_id("AdminService", row.service_id),
            min=Count(row.min_quantity),
            max=Count(row.max_quantity),
            is_active=row.is_active,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


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
