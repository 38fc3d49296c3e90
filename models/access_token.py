"""Access tokens that were issued; the row is what makes a token revocable."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class AccessToken(Model):
    """One signed-in session. `id` is the token's `jti`, 80 hexadecimal digits."""

    id = fields.CharField(80, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="access_tokens"
    )
    user_id: int
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_tokens"
