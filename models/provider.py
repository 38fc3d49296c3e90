"""Upstream providers that deliver services."""

from tortoise import fields
from tortoise.models import Model

from domain.enums import PauseReason


class Provider(Model):
    """A panel that speaks the trade's API v2. `balance` is in the provider's own currency, as it words it.

    Imported services cost `toman_per_unit` × rate, plus `margin_percent`, rounded up to a multiple of
    `rounding` Toman. `concurrency` is how many calls one worker makes at once.

    Nothing is sent while `paused_until` is set; once that time comes, a request for its balance tells whether
    it is back. `pause_reason`, `pause_note` (what it said, for staff) and `pauses` (in a row) stay until it
    has taken an order again. `outages` counts calls in a row that failed without a reason that it gave.
    `reports_singly`: it does not understand a status request for several orders.
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
