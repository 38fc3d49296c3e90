"""The audit log of staff actions: append-only, enforced by the database itself."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.permissions import StaffAct, StaffSubject
from domain.roles import UserRole
from models.user import User


class AuditEntry(Model):
    """One action by a member of staff on one record.

    `before` and `after` are JSON objects of the columns that changed, with secrets masked. `role` is the
    actor's at that time; `subject_id` is null if the subject is the installation itself.
    """

    id = fields.IntField(primary_key=True)
    actor: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="audit_entries", on_delete=fields.RESTRICT
    )
    actor_id: int
    role = fields.CharEnumField(UserRole, max_length=16)
    action = fields.CharEnumField(StaffAct, max_length=32)
    subject = fields.CharEnumField(StaffSubject, max_length=16)
    subject_id = fields.IntField(null=True)
    before = fields.TextField(description="JSON")
    after = fields.TextField(description="JSON")
    reason = fields.TextField(null=True)
    service_token = fields.CharField(100, null=True, description="the name of the service token that acted")
    created_at = fields.DatetimeField()

    class Meta:
        table = "audit_entries"
        indexes = [
            Index(fields=("subject", "subject_id", "id")),
            Index(fields=("actor_id", "id")),
        ]
