"""Requests to deliver again what dropped from a finished order."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from database.indexes import WhereIndex
from domain.enums import RefillStatus
from models.order import Order


class Refill(Model):
    """A refill request; an order has at most one open.

    `due_at` is when the worker next sends or polls it; null when that is over. `unclear_since` is when the
    provider's reports became unreadable. `staff_note` is the provider's message, for staff only.
    """

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("vitrin.Order", related_name="refills")
    order_id: int
    provider_refill_id = fields.CharField(64, null=True)
    status = fields.CharEnumField(RefillStatus, max_length=16, default=RefillStatus.PENDING)
    due_at = fields.DatetimeField(null=True)
    unclear_since = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)
    staff_note = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "refills"
        constraints = [
            UniqueConstraint(
                fields=("order_id",),
                name="refills_one_open_an_order",
                condition="status IN ('pending', 'inprogress')",
            )
        ]
        indexes = [
            Index(fields=("order_id", "id")),
            WhereIndex(fields=("due_at",), name="refills_due", where="due_at IS NOT NULL"),
        ]
