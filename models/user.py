"""Users of the shop, including its staff."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from domain.roles import UserRole


class User(Model):
    """A person with a wallet. `balance` is whole Toman and always the sum of the user's ledger entries."""

    id = fields.IntField(primary_key=True)
    legacy_key = fields.CharField(32, null=True, description="the old panel's `ids`")
    role = fields.CharEnumField(UserRole, max_length=16, default=UserRole.USER)
    login_type = fields.CharField(32, null=True)
    first_name = fields.CharField(100, null=True)
    last_name = fields.CharField(100, null=True)
    email = fields.CharField(254, null=True, unique=True)
    mobile = fields.CharField(11, null=True, description="09xxxxxxxxx")
    mobile_verified = fields.BooleanField(default=False)
    mobile_claimed_at = fields.DatetimeField(null=True, description="since when the number is unproven")
    password_hash = fields.CharField(
        200, null=True, description="argon2id; kept for the old panel's web form"
    )
    timezone = fields.CharField(64, null=True)
    more_information = fields.TextField(null=True)
    settings = fields.TextField(null=True)
    description = fields.TextField(null=True)
    balance = fields.BigIntField(default=0)
    custom_rate = fields.IntField(default=0, description="discount in percent")
    api_key_hash = fields.CharField(64, null=True, unique=True)
    spent = fields.BigIntField(null=True)
    is_active = fields.BooleanField(default=True)
    free_credit_at = fields.DatetimeField(null=True, description="when the last free credit was given")
    wheel_spun_at = fields.DatetimeField(null=True, description="when the wheel last gave a gift")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "users"
        constraints = [
            CheckConstraint(check="balance >= 0", name="users_balance_not_negative"),
            CheckConstraint(check="custom_rate BETWEEN 0 AND 100", name="users_custom_rate_is_percent"),
            # Several users may claim a number; only one can have proven it.
            UniqueConstraint(fields=("mobile",), name="users_verified_mobile", condition="mobile_verified"),
        ]
        indexes = [("mobile",)]

    @classmethod
    async def get_by_verified_mobile(cls, mobile: str) -> "User | None":
        """The user who has proven the number by a code."""
        return await cls.get_or_none(mobile=mobile, mobile_verified=True)
