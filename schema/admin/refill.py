"""Refills that are held, for staff."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.problems import InvalidInput
from models import Refill as RefillRow
from resolvers.staff import refills
from schema.admin.fields import admin_mutation
from schema.context import Info
from schema.enums import RefillStatus
from schema.fields import resolved_field
from schema.node import parse_id, to_global_id

_ID = strawberry.argument(description="Global id of an `AdminRefill`.")


@strawberry.type(description="A request to deliver again what dropped from an order, as staff see it.")
class AdminRefill:
    """A refill with what the provider said of it."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    order_id: strawberry.ID = strawberry.field(description="What is to be refilled: an `AdminOrder`'s id.")
    order_number: int = strawberry.field(description="The order's number.")
    provider_refill_id: str | None = strawberry.field(
        description="The provider's number for it; null until the provider took it."
    )
    status: RefillStatus = strawberry.field(description="How far it is; AWAITING ones wait for staff.")
    note: str | None = strawberry.field(description="The remark that its buyer sees.")
    staff_note: str | None = strawberry.field(
        description="What the provider or the worker said of it; no buyer sees it."
    )
    created_at: datetime = strawberry.field(description="When it was asked for.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def from_model(cls, row: RefillRow) -> Self:
        return cls(
            id=to_global_id("AdminRefill", row.id),
            order_id=to_global_id("AdminOrder", row.order_id),
            order_number=row.order_id,
            provider_refill_id=row.provider_refill_id,
            status=row.status,
            note=row.note,
            staff_note=row.staff_note,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


@strawberry.type
class AdminRefillQuery:
    """Reading refills."""

    @resolved_field(
        description="The refills that wait for staff, the longest waiting first, 100 at most. "
        "Needs `READ_ORDERS`. Errors: `FORBIDDEN`.",
        cost=100,
    )
    async def held_refills(self, info: Info) -> list[AdminRefill]:
        rows = await refills.list_held_refills(info.context.staff)
        return [AdminRefill.from_model(row) for row in rows]


@strawberry.type
class AdminRefillMutation:
    """Settling held refills."""

    @admin_mutation(
        refills.settle_refill,
        InvalidInput,
        description="Say how a held refill ended. Needs `CHANGE_ORDERS`.",
    )
    async def settle_refill(
        self,
        info: Info,
        id: Annotated[strawberry.ID, _ID],  # noqa: A002 - Relay's name
        status: Annotated[RefillStatus, strawberry.argument(description="COMPLETED or REJECTED.")],
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; the buyer sees it.")
        ] = "",
    ) -> AdminRefill:
        refill_id = parse_id(id, "AdminRefill", field="id")
        return AdminRefill.from_model(
            await refills.settle_refill(info.context.staff, refill_id=refill_id, status=status, note=note)
        )

    @admin_mutation(
        refills.resume_refill,
        InvalidInput,
        description="Have the worker send a held refill, or ask the provider about it, again. "
        "Needs `RESEND_ORDERS`.",
    )
    async def resume_refill(
        self,
        info: Info,
        id: Annotated[strawberry.ID, _ID],  # noqa: A002 - Relay's name
    ) -> AdminRefill:
        refill_id = parse_id(id, "AdminRefill", field="id")
        return AdminRefill.from_model(await refills.resume_refill(info.context.staff, refill_id=refill_id))
