from tortoise import migrations
from tortoise.migrations import operations as ops

from database.migration_operations.order_total_names import RenameOrderTotalTriggers
from database.migration_operations.renames import RenameColumn, RenameTable


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0017_append_only")]

    initial = False

    operations = [
        RenameColumn("Alert", "began_at", "started_at"),
        RenameColumn("AuditEntry", "act", "action"),
        RenameColumn("AuditRun", "began_at", "started_at"),
        RenameColumn("IdempotencyKey", "answer", "result"),
        RenameColumn("LegacyImport", "begun_at", "started_at"),
        RenameColumn("LegacyImportTable", "mended", "corrected"),
        ops.RunSQL("UPDATE legacy_findings SET kind = 'corrected' WHERE kind = 'mended'"),
        RenameColumn("LoginCode", "address", "network", old_index="idx_login_codes_address_6d0271"),
        RenameTable("OrderDelta", "OrderTotalDelta", "order_deltas", "order_total_deltas"),
        RenameTable("ServiceTally", "ServiceOrderTotal", "service_tallies", "service_order_totals"),
        RenameTable("UserTally", "UserOrderTotal", "user_tallies", "user_order_totals"),
        RenameTable(
            "UserDayTally",
            "UserDailyOrderTotal",
            "user_day_tallies",
            "user_daily_order_totals",
            unique=("uid_user_day_ta_day_fd4679", "uid_user_daily__day_3fb9e5"),
        ),
        # Tortoise declares no descending index.
        ops.RunSQL(
            [
                "DROP INDEX user_tallies_top",
                "DROP INDEX service_tallies_top",
                "CREATE INDEX user_order_totals_top ON user_order_totals (amount DESC, user_id)",
                "CREATE INDEX service_order_totals_top ON service_order_totals (order_count DESC, service_id)",
            ]
        ),
        RenameOrderTotalTriggers(),
    ]
