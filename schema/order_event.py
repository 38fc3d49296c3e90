"""What happened to an order."""

from datetime import datetime
from typing import Self

import strawberry

from models import OrderEvent as OrderEventRow
from schema.enums import OrderActor, OrderStatus


@strawberry.type(description="A step in an order's life, or a remark, where `from` and `to` are the same.")
class OrderEvent:
    """One entry of an order's history; which member of staff acted is not told."""

    by: OrderActor = strawberry.field(description="Who did it.")
    from_status: OrderStatus | None = strawberry.field(
        name="from", description="How far the order was before; null when it was placed."
    )
    to_status: OrderStatus = strawberry.field(name="to", description="How far it was from then on.")
    note: str | None = strawberry.field(description="A remark that staff wrote for the buyer.")
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


@strawberry.type(description="A step in an order's life, as staff see it.")
class AdminOrderEvent(OrderEvent):
    """The same with what only staff may read."""

    staff_note: str | None = strawberry.field(
        description="What the provider or the worker said; no buyer sees it."
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
