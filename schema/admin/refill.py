"""Refills that are held, for staff."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain.problems import InvalidInput
from engine.protection.input_prices import Cost
from models import Refill as RefillRow
from resolvers.staff import refills
from schema.admin.fields import admin_mutation
from schema.context import Info
from schema.enums import RefillStatus
from schema.fields import View, column
from schema.node import parse_id, to_global_id

_ID = strawberry.argument(description="Global id of an `AdminRefill`.")


@strawberry.type(description="A request to replace units that dropped from an order, with details for staff.")
class AdminRefill(View[RefillRow]):
    """A refill with what the provider said of it."""

    id: strawberry.ID = column(
        "id", description="Global id; opaque to clients.", convert=partial(to_global_id, "AdminRefill")
    )
    order_id: strawberry.ID = column(
        "order_id",
        description="Global id of the `AdminOrder` to refill.",
        convert=partial(to_global_id, "AdminOrder"),
    )
    order_number: int = column("order_id", description="The order's number.")
    provider_refill_id: str | None = column(
        "provider_refill_id",
        description="The provider's id for the refill; null until the provider accepts it.",
    )
    status: RefillStatus = column(
        "status", description="The current status; AWAITING means on hold for staff."
    )
    note: str | None = column("note", description="A note for the buyer.")
    staff_note: str | None = column(
        "staff_note", description="A note from the provider or the worker; not visible to the buyer."
    )
    created_at: datetime = column("created_at", description="When it was requested.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


@strawberry.type
class AdminRefillQuery:
    @strawberry.field(
        description="Up to 100 refills on hold for staff, longest waiting first. Requires `READ_ORDERS`. "
        "Errors: `FORBIDDEN`.",
        metadata=Cost(100).metadata,
    )
    async def held_refills(self, info: Info) -> list[AdminRefill]:
        rows = await refills.list_held_refills(info.context.staff)
        return [AdminRefill.from_model(row) for row in rows]


@strawberry.type
class AdminRefillMutation:
    @admin_mutation(
        refills.settle_refill,
        InvalidInput,
        description="Set the outcome of a refill that is on hold. Requires `CHANGE_ORDERS`.",
    )
    async def settle_refill(
        self,
        info: Info,
        id: Annotated[strawberry.ID, _ID],  # noqa: A002 - Relay's name
        status: Annotated[RefillStatus, strawberry.argument(description="COMPLETED or REJECTED.")],
        note: Annotated[
            str, strawberry.argument(description="At most 500 characters; visible to the buyer.")
        ] = "",
    ) -> AdminRefill:
        refill_id = parse_id(id, "AdminRefill", field="id")
        return AdminRefill.from_model(
            await refills.settle_refill(info.context.staff, refill_id=refill_id, status=status, note=note)
        )

    @admin_mutation(
        refills.resume_refill,
        InvalidInput,
        description="Release a held refill, so that the worker sends it or checks its status again. Requires "
        "`RESEND_ORDERS`.",
    )
    async def resume_refill(
        self,
        info: Info,
        id: Annotated[strawberry.ID, _ID],  # noqa: A002 - Relay's name
    ) -> AdminRefill:
        refill_id = parse_id(id, "AdminRefill", field="id")
        return AdminRefill.from_model(await refills.resume_refill(info.context.staff, refill_id=refill_id))
