"""Gifts of the wheel of fortune, and gifts won by users."""

from typing import Self

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.order import Order
from models.service import Service
from models.user import User


class Gift(Model):
    """A service given away in a quantity drawn between `min_quantity` and `max_quantity`."""

    id = fields.IntField(primary_key=True)
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "vitrin.Service", related_name="gifts"
    )
    service_id: int
    min_quantity = fields.BigIntField()
    max_quantity = fields.BigIntField()
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "gifts"
        constraints = [
            CheckConstraint(
                check="min_quantity > 0 AND max_quantity >= min_quantity", name="gifts_quantities"
            )
        ]


class UserGift(Model):
    """A gift that a user won; usable once, until `expires_at`."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("vitrin.User", related_name="gifts")
    user_id: int
    gift: fields.ForeignKeyRelation[Gift] = fields.ForeignKeyField("vitrin.Gift", related_name="winners")
    gift_id: int
    quantity = fields.BigIntField()
    is_used = fields.BooleanField(default=False)
    link = fields.TextField(null=True)
    order: fields.OneToOneNullableRelation[Order] = fields.OneToOneField(
        "vitrin.Order", related_name="user_gift", null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "user_gifts"
        constraints = [CheckConstraint(check="quantity > 0", name="user_gifts_quantity_positive")]
        indexes = [Index(fields=("user_id", "id"))]

    def as_won(self) -> Self:
        """A copy as in the first response, before it was used."""
        won = self.clone(pk=self.pk)
        won.update_from_dict(
            {"is_used": False, "link": None, "order_id": None, "updated_at": self.created_at}
        )
        return won
