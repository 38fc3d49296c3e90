"""Settings that staff changed at run time."""

from tortoise import fields
from tortoise.models import Model

from domain.runtime_settings import RunningSetting


class SettingOverride(Model):
    """The value that replaces the environment's; `value` is a whole number, 0 or 1 for a boolean."""

    id = fields.IntField(primary_key=True)
    name = fields.CharEnumField(RunningSetting, max_length=32, unique=True)
    value = fields.BigIntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "setting_overrides"
