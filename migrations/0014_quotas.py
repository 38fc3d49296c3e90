from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from auth.login_codes import Reserve
from domain.quotas import Quota


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0013_normalized_texts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="LoginCode",
            name="reserve",
            field=fields.CharEnumField(null=True, description="", enum_type=Reserve, max_length=8),
        ),
        ops.CreateModel(
            name="LoginCodeTry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "login_code",
                    fields.ForeignKeyField(
                        "vitrin.LoginCode",
                        source_field="login_code_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("network", fields.CharField(max_length=45)),
                ("attempts", fields.IntField()),
            ],
            options={
                "table": "login_code_tries",
                "app": "vitrin",
                "unique_together": (("login_code_id", "network"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KnownNetwork",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="known_networks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("network", fields.CharField(max_length=45)),
                ("signed_in_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "known_networks",
                "app": "vitrin",
                "unique_together": (("user_id", "network"),),
                "indexes": [Index(fields=["signed_in_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="QuotaUsage",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="quota_usage",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quota", fields.CharEnumField(description="", enum_type=Quota, max_length=32)),
                ("used", fields.BigIntField()),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "quota_usage",
                "app": "vitrin",
                "unique_together": (("user_id", "quota"),),
                "indexes": [Index(fields=["ends_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
