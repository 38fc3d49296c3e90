from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from domain.service_types import ServiceFlag
from database.indexes import WhereIndex
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0002_money")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "vitrin.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("actor", fields.CharEnumField(description="", enum_type=OrderActor, max_length=16)),
                (
                    "actor_user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="actor_user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="order_events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "from_status",
                    fields.CharEnumField(null=True, description="", enum_type=OrderStatus, max_length=16),
                ),
                ("to_status", fields.CharEnumField(description="", enum_type=OrderStatus, max_length=16)),
                ("note", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "order_events",
                "app": "vitrin",
                "indexes": [Index(fields=["order_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Order",
            name="attempts",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Order",
            name="cancel_due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Order",
            name="cancel_requested_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Order",
            name="dispatch",
            field=fields.CharEnumField(
                default=Dispatch.NONE, description="", db_default="none", enum_type=Dispatch, max_length=16
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Order",
            name="lease_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Order",
            name="runs_by_shop",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Order",
            name="runs_done",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Order",
            name="undelivered",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Order",
            name="worker",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddIndex(
            model_name="Order",
            index=WhereIndex(
                fields=["provider_id", "due_at", "id"], name="orders_queued", where="dispatch = 'queued'"
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=WhereIndex(
                fields=["provider_id", "due_at", "id"], name="orders_sent", where="dispatch = 'sent'"
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=WhereIndex(
                fields=["provider_id", "provider_order_id"],
                name="orders_at_provider",
                where="provider_order_id > 0",
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=WhereIndex(fields=["lease_until"], name="orders_sending", where="dispatch = 'sending'"),
        ),
        ops.AddIndex(
            model_name="Order",
            index=WhereIndex(
                fields=["cancel_due_at"], name="orders_to_cancel", where="cancel_due_at IS NOT NULL"
            ),
        ),
        ops.RemoveIndex(
            model_name="Payment",
            name=None,
            fields=["check_after"],
        ),
        ops.AddIndex(
            model_name="Payment",
            index=WhereIndex(
                fields=["check_after"], name="payments_to_check", where="check_after IS NOT NULL"
            ),
        ),
        ops.AddField(
            model_name="Provider",
            name="concurrency",
            field=fields.IntField(default=10, db_default=10),
        ),
        ops.AddField(
            model_name="Provider",
            name="margin_percent",
            field=fields.IntField(default=30, db_default=30),
        ),
        ops.AddField(
            model_name="Provider",
            name="rounding",
            field=fields.BigIntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name="Provider",
            name="sync_due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Provider",
            name="synced_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Provider",
            name="toman_per_unit",
            field=fields.BigIntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name="Refill",
            name="due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Refill",
            name="note",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddIndex(
            model_name="Refill",
            index=Index(fields=["order_id", "id"]),
        ),
        ops.AddIndex(
            model_name="Refill",
            index=WhereIndex(fields=["due_at"], name="refills_due", where="due_at IS NOT NULL"),
        ),
        ops.AddField(
            model_name="Service",
            name="can_cancel",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Service",
            name="can_refill",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Service",
            name="flag",
            field=fields.CharEnumField(null=True, description="", enum_type=ServiceFlag, max_length=16),
        ),
        ops.AddField(
            model_name="Service",
            name="flagged_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Service",
            name="provider_drip_feed",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="Service",
            name="provider_rate",
            field=fields.CharField(null=True, max_length=40),
        ),
    ]
