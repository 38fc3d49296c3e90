from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

from database.migration_operations.text_normalization import HashLinks, NormalizeEmails


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0012_day_tallies")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="link_hash",
            field=fields.BigIntField(null=True),
        ),
        HashLinks(),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "service_id", "link_hash"]),
        ),
        NormalizeEmails(),
    ]
