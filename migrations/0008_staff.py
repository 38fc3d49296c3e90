from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from domain.permissions import StaffAct, StaffSubject
from database.migration_operations.append_only import MakeAppendOnly
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0007_order_tallies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="actor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="audit_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.CharEnumField(description="", enum_type=UserRole, max_length=16)),
                ("act", fields.CharEnumField(description="", enum_type=StaffAct, max_length=32)),
                ("subject", fields.CharEnumField(description="", enum_type=StaffSubject, max_length=16)),
                ("subject_id", fields.IntField(null=True)),
                ("before", fields.TextField(unique=False)),
                ("after", fields.TextField(unique=False)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit_entries",
                "app": "vitrin",
                "indexes": [Index(fields=["subject", "subject_id", "id"]), Index(fields=["actor_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SettingOverride",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "name",
                    fields.CharEnumField(
                        unique=True, description="", enum_type=RunningSetting, max_length=32
                    ),
                ),
                ("value", fields.BigIntField()),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "setting_overrides", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Ticket",
            name="assignee",
            field=fields.ForeignKeyField(
                "vitrin.User",
                source_field="assignee_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="assigned_tickets",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        MakeAppendOnly("audit_entries"),
    ]
