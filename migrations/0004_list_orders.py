from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0003_fulfilment")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="LedgerEntry",
            index=Index(fields=["user_id", "amount", "id"]),
        ),
        ops.AddIndex(
            model_name="LedgerEntry",
            index=Index(fields=["user_id", "created_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "charge", "id"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "quantity", "id"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "created_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["user_id", "updated_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=Index(fields=["user_id", "amount", "id"]),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=Index(fields=["user_id", "created_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["name", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["price", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["min_quantity", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["max_quantity", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["created_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["updated_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Ticket",
            index=Index(fields=["user_id", "created_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Ticket",
            index=Index(fields=["user_id", "updated_at", "id"]),
        ),
    ]
