from tortoise import fields
from tortoise.models import Model


class Category(Model):
    """A catalogue category; `position` sets the display order."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(200)
    description = fields.TextField(default="")
    image = fields.CharField(500, null=True)
    position = fields.IntField(default=0)
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "categories"
