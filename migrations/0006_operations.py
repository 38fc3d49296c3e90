from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.enums import AlertKind
from tortoise import fields
from tortoise.fields.base import OnDelete


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0005_legacy_import")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Alert",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharEnumField(description="", enum_type=AlertKind, max_length=32)),
                ("subject", fields.CharField(max_length=64)),
                ("began_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("latest_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "alerts",
                "app": "vitrin",
                "unique_together": (("kind", "subject"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditRun",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("began_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("next_user_id", fields.IntField(default=0)),
                ("differences", fields.IntField(default=0)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "audit_runs", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OpenIdAttempt",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("data", fields.TextField(unique=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "openid_attempts", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OpenIdIdentity",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="openid_identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("issuer", fields.CharField(max_length=255)),
                ("subject", fields.CharField(max_length=255)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "openid_identities",
                "app": "vitrin",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
