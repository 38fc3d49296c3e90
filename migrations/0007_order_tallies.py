from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

from database.migration_operations.order_totals import TallyOrders


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0006_operations")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OrderDelta",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("user_id", fields.IntField()),
                ("service_id", fields.IntField()),
                ("order_count", fields.IntField()),
                ("amount", fields.BigIntField()),
            ],
            options={"table": "order_deltas", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServiceTally",
            fields=[
                (
                    "service_id",
                    fields.IntField(generated=False, primary_key=True, unique=True, db_index=True),
                ),
                ("order_count", fields.BigIntField()),
            ],
            options={
                "table": "service_tallies",
                "app": "vitrin",
                "pk_attr": "service_id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UserTally",
            fields=[
                ("user_id", fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("order_count", fields.BigIntField()),
                ("amount", fields.BigIntField()),
            ],
            options={
                "table": "user_tallies",
                "app": "vitrin",
                "pk_attr": "user_id",
            },
            bases=["Model"],
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["created_at"]),
        ),
        TallyOrders(),
    ]
