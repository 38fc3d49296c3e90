from tortoise import fields
from tortoise.models import Model

from models.user import User


class TotpSecret(Model):
    """A user's TOTP secret, encrypted; see `resolvers.totp`.

    `secret` is null until the first code confirms `pending_secret`. `last_step` is the latest time step whose
    code was accepted; codes up to it are rejected.
    """

    id = fields.IntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField("vitrin.User", related_name="totp_secret")
    user_id: int
    secret = fields.TextField(null=True)
    pending_secret = fields.TextField(null=True)
    last_step = fields.BigIntField(default=0)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "totp_secrets"
