from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.enums import FindingKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0004_list_orders")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LegacyImport",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("fingerprint", fields.CharField(unique=True, max_length=64)),
                ("begun_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "legacy_imports", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LegacyFinding",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "legacy_import",
                    fields.ForeignKeyField(
                        "vitrin.LegacyImport",
                        source_field="legacy_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="findings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("table_name", fields.CharField(max_length=32)),
                ("line", fields.BigIntField()),
                ("record", fields.CharField(null=True, max_length=40)),
                ("kind", fields.CharEnumField(description="", enum_type=FindingKind, max_length=16)),
                ("reason", fields.TextField(unique=False)),
            ],
            options={
                "table": "legacy_findings",
                "app": "vitrin",
                "indexes": [Index(fields=["legacy_import_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LegacyImportTable",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "legacy_import",
                    fields.ForeignKeyField(
                        "vitrin.LegacyImport",
                        source_field="legacy_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tables",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=32)),
                ("position", fields.BigIntField()),
                ("line", fields.BigIntField()),
                ("written", fields.BigIntField(default=0)),
                ("rejected", fields.BigIntField(default=0)),
                ("mended", fields.BigIntField(default=0)),
                ("money_read", fields.CharField(default="0", max_length=40)),
                ("money_rejected", fields.CharField(default="0", max_length=40)),
                ("is_finished", fields.BooleanField(default=False)),
            ],
            options={
                "table": "legacy_import_tables",
                "app": "vitrin",
                "unique_together": (("legacy_import_id", "name"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Payment",
            name="is_imported",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
