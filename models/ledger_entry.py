"""The wallet's ledger: one entry for every change of a balance. Triggers keep it append-only."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from domain.enums import LedgerKind
from models.order import Order
from models.payment import Payment
from models.user import User


class LedgerEntry(Model):
    """A change of a balance by `amount` Toman (negative for a charge).

    `cause` names the record it belongs to, such as `order:12` or `payment:7`; together with `kind` it is
    unique, so nothing is booked twice. Orders and payments are also referenced by columns of their own.
    """

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="ledger_entries", on_delete=fields.RESTRICT
    )
    user_id: int
    kind = fields.CharEnumField(LedgerKind, max_length=16)
    amount = fields.BigIntField()
    balance_after = fields.BigIntField()
    cause = fields.CharField(64)
    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "vitrin.Order", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    payment: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField(
        "vitrin.Payment", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    payment_id: int | None
    units = fields.BigIntField(null=True, description="quantity that an order's charge is for")
    note = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "ledger_entries"
        unique_together = (("kind", "cause"),)
        constraints = [
            CheckConstraint(check="balance_after >= 0", name="ledger_entries_balance_not_negative"),
            CheckConstraint(check="amount <> 0", name="ledger_entries_amount_not_zero"),
        ]
        indexes = [
            Index(fields=("user_id", "id")),
            Index(fields=("user_id", "amount", "id")),
            Index(fields=("user_id", "created_at", "id")),
            PartialIndex(
                fields=("user_id", "created_at"),
                name="ledger_free_credits",
                condition={"kind": LedgerKind.FREE_CREDIT.value},
            ),
        ]
