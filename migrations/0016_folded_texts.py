from tortoise import migrations

from database.text_search import FoldColumns


class Migration(migrations.Migration):
    dependencies = [("vitrin", "0015_code_delivery")]

    initial = False

    operations = [
        FoldColumns(
            {
                "services": ("name",),
                "categories": ("name",),
                "providers": ("name",),
                "users": ("first_name", "last_name"),
                "tickets": ("subject",),
                "audit_entries": ("reason",),
            }
        ),
    ]
