"""What staff were told that is not over yet, and how far the daily audit is."""

from tortoise import fields
from tortoise.models import Model

from domain.enums import AlertKind


class Alert(Model):
    """Something that is wrong with `subject`, such as a provider's id; the row goes when it is over.

    `latest_at` is the latest event that was told of, where the same trouble can grow.
    """

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(AlertKind, max_length=32)
    subject = fields.CharField(64)
    began_at = fields.DatetimeField()
    latest_at = fields.DatetimeField(null=True)

    class Meta:
        table = "alerts"
        unique_together = (("kind", "subject"),)


class AuditRun(Model):
    """One walk of the audit through all wallets, `next_user_id` being the first that it has not looked at."""

    id = fields.IntField(primary_key=True)
    began_at = fields.DatetimeField()
    next_user_id = fields.IntField(default=0)
    differences = fields.IntField(default=0)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_runs"
