"""Order history: one row per change of status. Triggers keep it append-only."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.order_state_machine import OrderActor
from domain.order_status import OrderStatus
from models.order import Order
from models.user import User


class OrderEvent(Model):
    """A change of an order's status, or a note if `from_status` and `to_status` are the same.

    `from_status` is null when the order was placed; `actor_user` is the member of staff, if any. `note` is
    what staff wrote for the buyer; `staff_note` is for staff only.
    """

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "vitrin.Order", related_name="events", on_delete=fields.RESTRICT
    )
    order_id: int
    actor = fields.CharEnumField(OrderActor, max_length=16)
    actor_user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="order_events", null=True, on_delete=fields.RESTRICT
    )
    actor_user_id: int | None
    from_status = fields.CharEnumField(OrderStatus, max_length=16, null=True)
    to_status = fields.CharEnumField(OrderStatus, max_length=16)
    note = fields.TextField(null=True)
    staff_note = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "order_events"
        indexes = [Index(fields=("order_id", "id"))]
