from typing import Self

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from database.row_layout import ALL_COLUMNS, Projection
from database.rows import TableReader
from domain import ids
from domain.order_details import Limits
from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from models.category import Category
from models.provider import Provider
from models.user import User

ON_SALE = "t.is_active AND EXISTS (SELECT 1 FROM categories c WHERE c.id = t.category_id AND c.is_active)"
"""SQL condition for `database.rows`: services that can be ordered."""


class Service(Model):
    """A catalogue entry. Prices are Toman per 1,000 units, or per order for packages."""

    id = fields.IntField(primary_key=True)
    legacy_key = fields.CharField(32, null=True, description="the old panel's `ids`")
    added_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="added_services", null=True, on_delete=fields.SET_NULL
    )
    added_by_id: int | None
    category: fields.ForeignKeyRelation[Category] = fields.ForeignKeyField(
        "vitrin.Category", related_name="services", on_delete=fields.RESTRICT
    )
    category_id: int
    name = fields.CharField(300)
    description = fields.TextField(default="", description="HTML")
    price = fields.BigIntField()
    original_price = fields.BigIntField(null=True, description="what the provider takes")
    min_quantity = fields.BigIntField()
    max_quantity = fields.BigIntField()
    source = fields.CharEnumField(ServiceSource, max_length=16)
    type = fields.CharEnumField(ServiceType, max_length=32, default=ServiceType.DEFAULT)
    provider: fields.ForeignKeyNullableRelation[Provider] = fields.ForeignKeyField(
        "vitrin.Provider", related_name="services", null=True, on_delete=fields.RESTRICT
    )
    provider_id: int | None
    provider_service_id = fields.CharField(64, null=True, description="the provider's own id")
    provider_rate = fields.CharField(
        40, null=True, description="what the provider takes, in its own currency, as it last said"
    )
    provider_drip_feed = fields.BooleanField(
        default=True, db_default=True, description="whether the provider runs drip-feeds itself"
    )
    can_refill = fields.BooleanField(default=False, db_default=False)
    can_cancel = fields.BooleanField(default=False, db_default=False)
    flag = fields.CharEnumField(
        ServiceFlag, max_length=16, null=True, description="what the last sync found wrong"
    )
    flagged_at = fields.DatetimeField(null=True)
    drip_feed = fields.BooleanField(default=False)
    refuses_duplicates = fields.BooleanField(
        default=False, db_default=False, description="whether a buyer's orders for one link have to wait"
    )
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services"
        constraints = [
            CheckConstraint(check="price >= 0", name="services_price_not_negative"),
            CheckConstraint(
                check="min_quantity >= 0 AND max_quantity >= min_quantity", name="services_quantities"
            ),
        ]
        indexes = [
            ("category_id",),
            ("name", "id"),
            ("price", "id"),
            ("min_quantity", "id"),
            ("max_quantity", "id"),
            ("created_at", "id"),
            ("updated_at", "id"),
        ]

    @classmethod
    async def get_on_sale(cls, service_id: int, *, projection: Projection = ALL_COLUMNS) -> Self | None:
        """The service, with the requested columns, if it and its category are on sale."""
        if not ids.is_possible(service_id):
            return None
        return await TableReader.for_model(cls).get_by_key(service_id, ON_SALE, projection=projection)

    @property
    def limits(self) -> Limits:
        """The limits on orders of the service."""
        return Limits(min=self.min_quantity, max=self.max_quantity, drip_feed=self.drip_feed)
