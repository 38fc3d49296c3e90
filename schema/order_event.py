"""The history of an order."""

from datetime import datetime
from typing import Self

import strawberry

from models import OrderEvent as OrderEventRow
from schema.enums import OrderActor, OrderStatus


@strawberry.type(description="A change of an order's status, or a note if `from` and `to` are the same.")
class OrderEvent:
    """One entry of an order's history; which member of staff acted is not told."""

    by: OrderActor = strawberry.field(description="Who did it.")
    from_status: OrderStatus | None = strawberry.field(
        name="from", description="The previous status; null for the placement of the order."
    )
    to_status: OrderStatus = strawberry.field(name="to", description="The new status.")
    note: str | None = strawberry.field(description="A note from staff to the buyer.")
    at: datetime = strawberry.field(description="When it happened.")

    @classmethod
    def from_model(cls, row: OrderEventRow) -> Self:
        return cls(
            by=row.actor,
            from_status=row.from_status,
            to_status=row.to_status,
            note=row.note,
            at=row.created_at,
        )


@strawberry.type(description="A change to an order, with details for staff.")
class AdminOrderEvent(OrderEvent):
    """The same with what only staff may read."""

    staff_note: str | None = strawberry.field(
        description="A note from the provider or the worker; not visible to the buyer."
    )

    @classmethod
    def from_model(cls, row: OrderEventRow) -> Self:
        return cls(
            by=row.actor,
            from_status=row.from_status,
            to_status=row.to_status,
            note=row.note,
            staff_note=row.staff_note,
            at=row.created_at,
        )
