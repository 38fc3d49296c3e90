from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.enums import NotificationKind
from models.user import User


class Notification(Model):
    """A message to one user; unread while `read_at` is null."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="notifications"
    )
    user_id: int
    kind = fields.CharEnumField(NotificationKind, max_length=32)
    message = fields.TextField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notifications"
        indexes = [Index(fields=("user_id", "created_at", "id"))]
