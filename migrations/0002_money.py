from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index, PartialIndex


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="LedgerEntry",
            name="order",
            field=fields.ForeignKeyField(
                "vitrin.Order",
                source_field="order_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="ledger_entries",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="LedgerEntry",
            name="payment",
            field=fields.ForeignKeyField(
                "vitrin.Payment",
                source_field="payment_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="ledger_entries",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="LedgerEntry",
            index=PartialIndex(
                fields=["user_id", "created_at"],
                name="ledger_free_credits",
                condition={"kind": "free_credit"},
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "service_id", "status"]),
        ),
        ops.AddField(
            model_name="Payment",
            name="check_after",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Payment",
            name="checks",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Payment",
            name="url",
            field=fields.CharField(null=True, max_length=500),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=Index(fields=["check_after"]),
        ),
        ops.AddField(
            model_name="Service",
            name="refuses_duplicates",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="User",
            name="free_credit_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="User",
            name="wheel_spun_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
