"""The progress of importing an old panel's tables, and the rows that were changed or skipped."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.enums import FindingKind


class LegacyImport(Model):
    """One import, identified by `fingerprint`, a hash of the files' contents."""

    id = fields.IntField(primary_key=True)
    fingerprint = fields.CharField(64, unique=True)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "legacy_imports"


class LegacyImportTable(Model):
    """A table of an import. Everything before byte `position` and line `line` of its file has been imported.

    `money_read` and `money_rejected` are exact decimal sums of Toman, as in the file.
    """

    id = fields.IntField(primary_key=True)
    legacy_import: fields.ForeignKeyRelation[LegacyImport] = fields.ForeignKeyField(
        "vitrin.LegacyImport", related_name="tables"
    )
    legacy_import_id: int
    name = fields.CharField(32)
    position = fields.BigIntField()
    line = fields.BigIntField()
    written = fields.BigIntField(default=0)
    rejected = fields.BigIntField(default=0)
    corrected = fields.BigIntField(default=0)
    money_read = fields.CharField(40, default="0")
    money_rejected = fields.CharField(40, default="0")
    is_finished = fields.BooleanField(default=False)

    class Meta:
        table = "legacy_import_tables"
        unique_together = (("legacy_import_id", "name"),)


class LegacyFinding(Model):
    """A row that was skipped, or changed to be accepted: `record` is its id as spelled in the file."""

    id = fields.IntField(primary_key=True)
    legacy_import: fields.ForeignKeyRelation[LegacyImport] = fields.ForeignKeyField(
        "vitrin.LegacyImport", related_name="findings"
    )
    legacy_import_id: int
    table_name = fields.CharField(32)
    line = fields.BigIntField()
    record = fields.CharField(40, null=True)
    kind = fields.CharEnumField(FindingKind, max_length=16)
    reason = fields.TextField()

    class Meta:
        table = "legacy_findings"
        indexes = [Index(fields=("legacy_import_id", "id"))]
