"""Requests to deliver again what dropped from a finished order."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.states import RefillStatus
from models.order import Order


class Refill(Model):
    """A refill request; an order has at most one that is still open."""

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("vitrin.Order", related_name="refills")
    order_id: int
    provider_refill_id = fields.CharField(64, null=True)
    status = fields.CharEnumField(RefillStatus, max_length=16, default=RefillStatus.PENDING)
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
