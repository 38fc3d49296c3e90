"""Requested login codes; the sending limits count their rows."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from auth.login_codes import Reserve
from domain.enums import SmsDelivery
from models.user import User


class LoginCode(Model):
    """A code requested for `subject`: a mobile number, or an e-mail address that no user has.

    Only the keyed hash of the code is stored. `is_sent` is False if nobody can sign in with the subject: such
    rows make the limits equal for known and unknown usernames. `attempts` counts those of all networks.
    `reserve` marks a code sent beyond a limit of the number, to a network that its user had signed in from.
    One whose `delivery` failed counts for no limit except the interval.
    """

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="login_codes", null=True
    )
    user_id: int | None
    subject = fields.CharField(254)
    network = fields.CharField(45, description="the caller's network, see `domain.networks.network_of`")
    code_hash = fields.CharField(64)
    is_sent = fields.BooleanField()
    is_live = fields.BooleanField(default=True)
    attempts = fields.IntField(default=0)
    reserve = fields.CharEnumField(Reserve, max_length=8, null=True)
    delivery = fields.CharEnumField(
        SmsDelivery, max_length=8, default=SmsDelivery.PENDING, db_default=SmsDelivery.PENDING.value
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "login_codes"
        constraints = [
            UniqueConstraint(fields=("subject",), name="login_codes_one_live_a_subject", condition="is_live"),
            CheckConstraint(check="attempts >= 0", name="login_codes_attempts_not_negative"),
        ]
        indexes = [("subject", "created_at"), ("network", "created_at"), ("created_at",)]


class LoginCodeTry(Model):
    """How often one network has tried a code."""

    id = fields.IntField(primary_key=True)
    login_code: fields.ForeignKeyRelation[LoginCode] = fields.ForeignKeyField(
        "vitrin.LoginCode", related_name="tries"
    )
    login_code_id: int
    network = fields.CharField(45)
    attempts = fields.IntField()

    class Meta:
        table = "login_code_tries"
        unique_together = (("login_code_id", "network"),)


class KnownNetwork(Model):
    """A network from which a user signed in by a code, and the time of the last sign-in."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="known_networks"
    )
    user_id: int
    network = fields.CharField(45)
    signed_in_at = fields.DatetimeField()

    class Meta:
        table = "known_networks"
        unique_together = (("user_id", "network"),)
        indexes = [("signed_in_at",)]
