from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.public_reasons import PublicReason
from domain.enums import PauseReason
from database.migration_operations.provider_texts import (
    CleanDescriptions,
    MakeProviderOrderIdText,
    SplitNotes,
)
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0009_ledger_units")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="public_reason",
            field=fields.CharEnumField(null=True, description="", enum_type=PublicReason, max_length=32),
        ),
        ops.AddField(
            model_name="Order",
            name="unclear_since",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Provider",
            name="outages",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Provider",
            name="pause_note",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Provider",
            name="pause_reason",
            field=fields.CharEnumField(null=True, description="", enum_type=PauseReason, max_length=16),
        ),
        ops.AddField(
            model_name="Provider",
            name="paused_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Provider",
            name="pauses",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Provider",
            name="reports_singly",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Refill",
            name="unclear_since",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        SplitNotes(),
        MakeProviderOrderIdText(),
        CleanDescriptions(),
    ]
