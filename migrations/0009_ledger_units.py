from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0008_staff")]

    initial = False

    operations = [
        ops.AddField(
            model_name="LedgerEntry",
            name="units",
            field=fields.BigIntField(null=True),
        ),
    ]
