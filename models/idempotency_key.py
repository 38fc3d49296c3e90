"""First answers of operations that clients may repeat."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class IdempotencyKey(Model):
    """A client's key for one act. `fingerprint` is a hash of its arguments, `answer` the first result."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="idempotency_keys"
    )
    user_id: int
    key = fields.CharField(255)
    operation = fields.CharField(64)
    fingerprint = fields.CharField(64)
    answer = fields.TextField(null=True, description="JSON")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user_id", "key"),)
        indexes = [("expires_at",)]
