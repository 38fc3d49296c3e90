"""Upstream providers that deliver services."""

from tortoise import fields
from tortoise.models import Model

from domain.enums import PauseReason


class Provider(Model):
    """A panel with the common panel API v2. `balance` is in the provider's currency, as received.

    Imported services cost `toman_per_unit` × rate, plus `margin_percent`, rounded up to a multiple of
    `rounding` Toman. `concurrency` is the number of simultaneous calls per worker.

    Nothing is sent while `paused_until` is set; at that time a balance request tests whether the provider has
    recovered. `pause_reason`, `pause_note` (its message, for staff) and `pauses` (consecutive) stay until it
    has accepted an order again. `outages` counts consecutive calls that failed without an error message from
    the provider. `reports_singly`: it does not support status requests for several orders.
    """

    id = fields.IntField(primary_key=True)
    name = fields.CharField(100)
    url = fields.CharField(500)
    api_key = fields.CharField(200)
    balance = fields.CharField(40, null=True)
    currency = fields.CharField(8, null=True)
    toman_per_unit = fields.BigIntField(
        default=1, db_default=1, description="Toman for one unit of the provider's currency"
    )
    margin_percent = fields.IntField(default=30, db_default=30)
    rounding = fields.BigIntField(default=1, db_default=1)
    concurrency = fields.IntField(default=10, db_default=10)
    synced_at = fields.DatetimeField(null=True, description="when the catalogue was last read")
    sync_due_at = fields.DatetimeField(null=True)
    paused_until = fields.DatetimeField(null=True)
    pause_reason = fields.CharEnumField(PauseReason, max_length=16, null=True)
    pause_note = fields.TextField(null=True)
    pauses = fields.IntField(default=0, db_default=0)
    outages = fields.IntField(default=0, db_default=0)
    reports_singly = fields.BooleanField(default=False, db_default=False)
    is_sandbox = fields.BooleanField(default=False)
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "providers"
