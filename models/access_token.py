"""Issued access tokens; the row is what makes a token revocable."""

from tortoise import fields
from tortoise.models import Model

from domain.permissions import Permission
from domain.sessions import SessionKind
from models.user import User


class AccessToken(Model):
    """A session or a service token. `id` is the token's `jti`, 80 hexadecimal digits.

    `last_seen_at` is null until the session is used after its first hour; `confirmed_at` is when a staff
    session last proved its user's identity. `name` and `permissions` (comma separated) belong to service
    tokens.
    """

    id = fields.CharField(80, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="access_tokens"
    )
    user_id: int
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    kind = fields.CharEnumField(
        SessionKind, max_length=8, default=SessionKind.APP, db_default=SessionKind.APP.value
    )
    last_seen_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    failed_proofs = fields.IntField(default=0, db_default=0, description="wrong codes in a row")
    user_agent = fields.CharField(200, null=True)
    network = fields.CharField(45, null=True, description="where the session was opened from")
    name = fields.CharField(100, null=True)
    permissions = fields.TextField(null=True)

    @property
    def granted_permissions(self) -> frozenset[Permission]:
        """The permissions of a service token, within its user's role."""
        return frozenset(Permission(name) for name in (self.permissions or "").split(",") if name)

    class Meta:
        table = "access_tokens"
        indexes = [("user_id",)]
