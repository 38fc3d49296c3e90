"""Open alerts to staff, and the progress of the daily audit."""

from tortoise import fields
from tortoise.models import Model

from domain.enums import AlertKind


class Alert(Model):
    """An open alert about `subject`, such as a provider's id; the row is deleted when it is over.

    `latest_at` is the latest event that was reported, for incidents that can recur.
    """

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(AlertKind, max_length=32)
    subject = fields.CharField(64)
    started_at = fields.DatetimeField()
    latest_at = fields.DatetimeField(null=True)

    class Meta:
        table = "alerts"
        unique_together = (("kind", "subject"),)


class AuditRun(Model):
    """A run of the audit through all wallets; `next_user_id` is the first one not audited yet."""

    id = fields.IntField(primary_key=True)
    started_at = fields.DatetimeField()
    next_user_id = fields.IntField(default=0)
    differences = fields.IntField(default=0)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_runs"
