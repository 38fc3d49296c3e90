from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from domain.sessions import SessionKind


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0010_provider_words")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AccessToken",
            name="kind",
            field=fields.CharEnumField(
                description="",
                enum_type=SessionKind,
                max_length=8,
                default=SessionKind.APP,
                db_default=SessionKind.APP.value,
            ),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="last_seen_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="confirmed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="failed_proofs",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="user_agent",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="network",
            field=fields.CharField(null=True, max_length=45),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="name",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="permissions",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddIndex(model_name="AccessToken", index=Index(fields=["user_id"])),
        ops.AddField(
            model_name="User",
            name="mobile_claimed_at",
            field=fields.DatetimeField(
                null=True,
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="AuditEntry",
            name="service_token",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.CreateModel(
            name="TotpSecret",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.OneToOneField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="totp_secret",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("secret", fields.TextField(null=True, unique=False)),
                ("pending_secret", fields.TextField(null=True, unique=False)),
                ("last_step", fields.BigIntField(default=0)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "totp_secrets", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
