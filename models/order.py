"""Orders: what a user bought, and how far its delivery is."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models.category import Category
from models.provider import Provider
from models.service import Service
from models.user import User


class Order(Model):
    """An order with its charge in whole Toman; service type, provider and category are as when it was placed.

    `quantity` is the total; `drip_feed_quantity` is one run's. `provider_order_id` is 0 until sent.
    `is_imported` orders come from the old panel and are never sent upstream by themselves.
    """

    id = fields.IntField(primary_key=True)
    legacy_key = fields.CharField(32, null=True, description="the old panel's `ids`")
    source = fields.CharEnumField(OrderSource, max_length=16)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="orders", on_delete=fields.RESTRICT
    )
    user_id: int
    category: fields.ForeignKeyRelation[Category] = fields.ForeignKeyField(
        "vitrin.Category", related_name="orders", on_delete=fields.RESTRICT
    )
    category_id: int
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "vitrin.Service", related_name="orders", on_delete=fields.RESTRICT
    )
    service_id: int
    service_type = fields.CharEnumField(ServiceType, max_length=32)
    provider: fields.ForeignKeyNullableRelation[Provider] = fields.ForeignKeyField(
        "vitrin.Provider", related_name="orders", null=True, on_delete=fields.RESTRICT
    )
    provider_id: int | None
    provider_service_id = fields.CharField(64, null=True)
    provider_order_id = fields.BigIntField(default=0)
    link = fields.TextField()
    quantity = fields.BigIntField()
    usernames = fields.TextField(null=True)
    username = fields.TextField(null=True)
    hashtags = fields.TextField(null=True)
    hashtag = fields.TextField(null=True)
    media = fields.TextField(null=True)
    comments = fields.TextField(null=True)
    subscription_posts = fields.IntField(null=True)
    subscription_min = fields.BigIntField(null=True)
    subscription_max = fields.BigIntField(null=True)
    subscription_delay = fields.IntField(null=True, description="minutes")
    subscription_expiry = fields.CharField(32, null=True)
    subscription_response_orders = fields.TextField(null=True)
    subscription_response_posts = fields.IntField(null=True)
    subscription_status = fields.CharEnumField(SubscriptionStatus, max_length=16, null=True)
    charge = fields.BigIntField()
    refunded = fields.BigIntField(default=0, description="Toman given back so far")
    status = fields.CharEnumField(OrderStatus, max_length=16, default=OrderStatus.PENDING)
    start_count = fields.BigIntField(default=0)
    remains = fields.BigIntField(default=0)
    is_drip_feed = fields.BooleanField(default=False)
    runs = fields.IntField(default=0)
    interval = fields.IntField(default=0, description="minutes between two runs")
    drip_feed_quantity = fields.BigIntField(default=0)
    note = fields.TextField(null=True)
    is_imported = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "orders"
        constraints = [
            CheckConstraint(check="charge >= 0", name="orders_charge_not_negative"),
            CheckConstraint(check="refunded BETWEEN 0 AND charge", name="orders_refunded_within_charge"),
            CheckConstraint(check="quantity > 0", name="orders_quantity_positive"),
        ]
        indexes = [
            Index(fields=("user_id", "id")),
            Index(fields=("status", "id")),
            Index(fields=("service_id",)),
        ]
