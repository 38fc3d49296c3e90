"""The history of an order."""

from datetime import datetime

import strawberry

from models import OrderEvent as OrderEventRow
from schema.enums import OrderActor, OrderStatus
from schema.fields import View, column


@strawberry.type(description="A change of an order's status, or a note if `from` and `to` are the same.")
class OrderEvent(View[OrderEventRow]):
    """One entry of an order's history; it does not name the member of staff who acted."""

    by: OrderActor = column("actor", description="Who did it.")
    from_status: OrderStatus | None = column(
        "from_status", name="from", description="The previous status; null for the placement of the order."
    )
    to_status: OrderStatus = column("to_status", name="to", description="The new status.")
    note: str | None = column("note", description="A note from staff to the buyer.")
    at: datetime = column("created_at", description="When it happened.")


@strawberry.type(description="A change to an order, with details for staff.")
class AdminOrderEvent(OrderEvent):
    """The same with what only staff may read."""

    staff_note: str | None = column(
        "staff_note", description="A note from the provider or the worker; not visible to the buyer."
    )
