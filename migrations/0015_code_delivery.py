from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from domain.enums import SmsDelivery


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0014_quotas")]

    initial = False

    operations = [
        ops.AddField(
            model_name="LoginCode",
            name="delivery",
            field=fields.CharEnumField(
                default=SmsDelivery.PENDING,
                db_default="pending",
                description="",
                enum_type=SmsDelivery,
                max_length=8,
            ),
        ),
    ]
