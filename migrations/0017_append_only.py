from tortoise import migrations

from database.migration_operations.append_only import MakeAppendOnly


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0016_folded_texts")]

    initial = False

    operations = [MakeAppendOnly("ledger_entries"), MakeAppendOnly("order_events")]
