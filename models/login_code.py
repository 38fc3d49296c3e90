"""Login codes that were asked for; their rows are also what the sending limits count."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from models.user import User


class LoginCode(Model):
    """A code asked for by `subject`: a mobile number, or an e-mail address that no user has.

    Only the keyed hash of the code is stored. `is_sent` is False where nobody could log in
    with the subject: such rows keep the limits alike for known and unknown usernames.
    """

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="login_codes", null=True
    )
    user_id: int | None
    subject = fields.CharField(254)
    address = fields.CharField(45, description="the asker's network, see domain.networks")
    code_hash = fields.CharField(64)
    is_sent = fields.BooleanField()
    is_live = fields.BooleanField(default=True)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "login_codes"
        constraints = [
            UniqueConstraint(fields=("subject",), name="login_codes_one_live_a_subject", condition="is_live"),
            CheckConstraint(check="attempts >= 0", name="login_codes_attempts_not_negative"),
        ]
        indexes = [("subject", "created_at"), ("address", "created_at"), ("created_at",)]
