from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

from database.migration_operations.daily_order_totals import TallyOrdersByDay


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0011_staff_sessions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="UserDayTally",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("day", fields.IntField()),
                ("user_id", fields.IntField()),
                ("order_count", fields.BigIntField()),
                ("amount", fields.BigIntField()),
            ],
            options={
                "table": "user_day_tallies",
                "app": "vitrin",
                "unique_together": (("day", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="OrderDelta",
            name="day",
            field=fields.IntField(null=True),
        ),
        TallyOrdersByDay(),
    ]
