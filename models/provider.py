"""Upstream providers that deliver services."""

from tortoise import fields
from tortoise.models import Model


class Provider(Model):
    """A panel that speaks the trade's API v2. `balance` is in the provider's own currency, as it words it."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(100)
    url = fields.CharField(500)
    api_key = fields.CharField(200)
    balance = fields.CharField(40, null=True)
    currency = fields.CharField(8, null=True)
    is_sandbox = fields.BooleanField(default=False)
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "providers"
