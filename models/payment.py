from typing import Self

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from database.indexes import WhereIndex
from domain.enums import PaymentStatus
from models.user import User


class Payment(Model):
    """A payment of `amount` Toman through a gateway; without `user` it is a test that credits nobody.

    `authority` is the gateway's token for it, unique per gateway, and `url` the gateway's page; both are null
    until the gateway has opened the payment. `check_after` is when to ask the gateway next whether it was
    paid; null if there is nothing left to ask. `checks` counts unsuccessful checks.
    """

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="payments", null=True, on_delete=fields.RESTRICT
    )
    user_id: int | None
    gateway = fields.CharField(16)
    authority = fields.CharField(64, null=True)
    url = fields.CharField(500, null=True)
    amount = fields.BigIntField()
    status = fields.CharEnumField(PaymentStatus, max_length=16, default=PaymentStatus.PENDING)
    reference = fields.CharField(64, null=True, description="the gateway's receipt number")
    card_mask = fields.CharField(32, null=True)
    note = fields.TextField(null=True)
    check_after = fields.DatetimeField(null=True)
    checks = fields.IntField(default=0, db_default=0)
    is_imported = fields.BooleanField(
        default=False, db_default=False, description="from the old panel: part of the opening balance"
    )
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    credited_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payments"
        unique_together = (("gateway", "authority"),)
        constraints = [CheckConstraint(check="amount > 0", name="payments_amount_positive")]
        indexes = [
            Index(fields=("user_id", "id")),
            Index(fields=("user_id", "amount", "id")),
            Index(fields=("user_id", "created_at", "id")),
            WhereIndex(fields=("check_after",), name="payments_to_check", where="check_after IS NOT NULL"),
        ]

    def as_opened(self) -> Self:
        """A copy as in the first response, before it was paid."""
        opened = self.clone(pk=self.pk)
        opened.update_from_dict(
            {"status": PaymentStatus.PENDING, "reference": None, "card_mask": None, "credited_at": None}
        )
        return opened
