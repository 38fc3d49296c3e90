from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.roles import UserRole
from domain.service_types import ServiceSource, ServiceType
from domain.enums import LedgerKind, NotificationKind, PaymentStatus, RefillStatus, TicketStatus
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Category",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("image", fields.CharField(null=True, max_length=500)),
                ("position", fields.IntField(default=0)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "categories", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Provider",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=100)),
                ("url", fields.CharField(max_length=500)),
                ("api_key", fields.CharField(max_length=200)),
                ("balance", fields.CharField(null=True, max_length=40)),
                ("currency", fields.CharField(null=True, max_length=8)),
                ("is_sandbox", fields.BooleanField(default=False)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "providers", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("legacy_key", fields.CharField(null=True, max_length=32)),
                (
                    "role",
                    fields.CharEnumField(
                        default=UserRole.USER, description="", enum_type=UserRole, max_length=16
                    ),
                ),
                ("login_type", fields.CharField(null=True, max_length=32)),
                ("first_name", fields.CharField(null=True, max_length=100)),
                ("last_name", fields.CharField(null=True, max_length=100)),
                ("email", fields.CharField(null=True, unique=True, max_length=254)),
                ("mobile", fields.CharField(null=True, max_length=11)),
                ("mobile_verified", fields.BooleanField(default=False)),
                ("password_hash", fields.CharField(null=True, max_length=200)),
                ("timezone", fields.CharField(null=True, max_length=64)),
                ("more_information", fields.TextField(null=True, unique=False)),
                ("settings", fields.TextField(null=True, unique=False)),
                ("description", fields.TextField(null=True, unique=False)),
                ("balance", fields.BigIntField(default=0)),
                ("custom_rate", fields.IntField(default=0)),
                ("api_key_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("spent", fields.BigIntField(null=True)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "users",
                "app": "vitrin",
                "constraints": [
                    CheckConstraint(check="balance >= 0", name="users_balance_not_negative"),
                    CheckConstraint(
                        check="custom_rate BETWEEN 0 AND 100", name="users_custom_rate_is_percent"
                    ),
                    UniqueConstraint(
                        fields=("mobile",), name="users_verified_mobile", condition="mobile_verified"
                    ),
                ],
                "indexes": [Index(fields=["mobile"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccessToken",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="access_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "access_tokens", "app": "vitrin", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="idempotency_keys",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(max_length=255)),
                ("operation", fields.CharField(max_length=64)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("answer", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_keys",
                "app": "vitrin",
                "unique_together": (("user_id", "key"),),
                "indexes": [Index(fields=["expires_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ledger_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharEnumField(description="", enum_type=LedgerKind, max_length=16)),
                ("amount", fields.BigIntField()),
                ("balance_after", fields.BigIntField()),
                ("cause", fields.CharField(max_length=64)),
                ("note", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ledger_entries",
                "app": "vitrin",
                "unique_together": (("kind", "cause"),),
                "constraints": [
                    CheckConstraint(check="balance_after >= 0", name="ledger_entries_balance_not_negative"),
                    CheckConstraint(check="amount <> 0", name="ledger_entries_amount_not_zero"),
                ],
                "indexes": [Index(fields=["user_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LoginCode",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="login_codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("subject", fields.CharField(max_length=254)),
                ("address", fields.CharField(max_length=45)),
                ("code_hash", fields.CharField(max_length=64)),
                ("is_sent", fields.BooleanField()),
                ("is_live", fields.BooleanField(default=True)),
                ("attempts", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "login_codes",
                "app": "vitrin",
                "constraints": [
                    UniqueConstraint(
                        fields=("subject",), name="login_codes_one_live_a_subject", condition="is_live"
                    ),
                    CheckConstraint(check="attempts >= 0", name="login_codes_attempts_not_negative"),
                ],
                "indexes": [
                    Index(fields=["subject", "created_at"]),
                    Index(fields=["address", "created_at"]),
                    Index(fields=["created_at"]),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notifications",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharEnumField(description="", enum_type=NotificationKind, max_length=32)),
                ("message", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notifications",
                "app": "vitrin",
                "indexes": [Index(fields=["user_id", "created_at", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="payments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("gateway", fields.CharField(max_length=16)),
                ("authority", fields.CharField(null=True, max_length=64)),
                ("amount", fields.BigIntField()),
                (
                    "status",
                    fields.CharEnumField(
                        default=PaymentStatus.PENDING, description="", enum_type=PaymentStatus, max_length=16
                    ),
                ),
                ("reference", fields.CharField(null=True, max_length=64)),
                ("card_mask", fields.CharField(null=True, max_length=32)),
                ("note", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("credited_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payments",
                "app": "vitrin",
                "unique_together": (("gateway", "authority"),),
                "constraints": [CheckConstraint(check="amount > 0", name="payments_amount_positive")],
                "indexes": [Index(fields=["user_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Service",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("legacy_key", fields.CharField(null=True, max_length=32)),
                (
                    "added_by",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="added_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="added_services",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "category",
                    fields.ForeignKeyField(
                        "vitrin.Category",
                        source_field="category_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=300)),
                ("description", fields.TextField(default="", unique=False)),
                ("price", fields.BigIntField()),
                ("original_price", fields.BigIntField(null=True)),
                ("min_quantity", fields.BigIntField()),
                ("max_quantity", fields.BigIntField()),
                ("source", fields.CharEnumField(description="", enum_type=ServiceSource, max_length=16)),
                (
                    "type",
                    fields.CharEnumField(
                        default=ServiceType.DEFAULT, description="", enum_type=ServiceType, max_length=32
                    ),
                ),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "vitrin.Provider",
                        source_field="provider_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("provider_service_id", fields.CharField(null=True, max_length=64)),
                ("drip_feed", fields.BooleanField(default=False)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "services",
                "app": "vitrin",
                "constraints": [
                    CheckConstraint(check="price >= 0", name="services_price_not_negative"),
                    CheckConstraint(
                        check="min_quantity >= 0 AND max_quantity >= min_quantity", name="services_quantities"
                    ),
                ],
                "indexes": [Index(fields=["category_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Gift",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "service",
                    fields.ForeignKeyField(
                        "vitrin.Service",
                        source_field="service_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gifts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("min_quantity", fields.BigIntField()),
                ("max_quantity", fields.BigIntField()),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "gifts",
                "app": "vitrin",
                "constraints": [
                    CheckConstraint(
                        check="min_quantity > 0 AND max_quantity >= min_quantity", name="gifts_quantities"
                    )
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("legacy_key", fields.CharField(null=True, max_length=32)),
                ("source", fields.CharEnumField(description="", enum_type=OrderSource, max_length=16)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "category",
                    fields.ForeignKeyField(
                        "vitrin.Category",
                        source_field="category_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "service",
                    fields.ForeignKeyField(
                        "vitrin.Service",
                        source_field="service_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("service_type", fields.CharEnumField(description="", enum_type=ServiceType, max_length=32)),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "vitrin.Provider",
                        source_field="provider_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("provider_service_id", fields.CharField(null=True, max_length=64)),
                ("provider_order_id", fields.BigIntField(default=0)),
                ("link", fields.TextField(unique=False)),
                ("quantity", fields.BigIntField()),
                ("usernames", fields.TextField(null=True, unique=False)),
                ("username", fields.TextField(null=True, unique=False)),
                ("hashtags", fields.TextField(null=True, unique=False)),
                ("hashtag", fields.TextField(null=True, unique=False)),
                ("media", fields.TextField(null=True, unique=False)),
                ("comments", fields.TextField(null=True, unique=False)),
                ("subscription_posts", fields.IntField(null=True)),
                ("subscription_min", fields.BigIntField(null=True)),
                ("subscription_max", fields.BigIntField(null=True)),
                ("subscription_delay", fields.IntField(null=True)),
                ("subscription_expiry", fields.CharField(null=True, max_length=32)),
                ("subscription_response_orders", fields.TextField(null=True, unique=False)),
                ("subscription_response_posts", fields.IntField(null=True)),
                (
                    "subscription_status",
                    fields.CharEnumField(
                        null=True, description="", enum_type=SubscriptionStatus, max_length=16
                    ),
                ),
                ("charge", fields.BigIntField()),
                ("refunded", fields.BigIntField(default=0)),
                (
                    "status",
                    fields.CharEnumField(
                        default=OrderStatus.PENDING, description="", enum_type=OrderStatus, max_length=16
                    ),
                ),
                ("start_count", fields.BigIntField(default=0)),
                ("remains", fields.BigIntField(default=0)),
                ("is_drip_feed", fields.BooleanField(default=False)),
                ("runs", fields.IntField(default=0)),
                ("interval", fields.IntField(default=0)),
                ("drip_feed_quantity", fields.BigIntField(default=0)),
                ("note", fields.TextField(null=True, unique=False)),
                ("is_imported", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "orders",
                "app": "vitrin",
                "constraints": [
                    CheckConstraint(check="charge >= 0", name="orders_charge_not_negative"),
                    CheckConstraint(
                        check="refunded BETWEEN 0 AND charge", name="orders_refunded_within_charge"
                    ),
                    CheckConstraint(check="quantity > 0", name="orders_quantity_positive"),
                ],
                "indexes": [
                    Index(fields=["user_id", "id"]),
                    Index(fields=["status", "id"]),
                    Index(fields=["service_id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Refill",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "vitrin.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refills",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("provider_refill_id", fields.CharField(null=True, max_length=64)),
                (
                    "status",
                    fields.CharEnumField(
                        default=RefillStatus.PENDING, description="", enum_type=RefillStatus, max_length=16
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refills",
                "app": "vitrin",
                "constraints": [
                    UniqueConstraint(
                        fields=("order_id",),
                        name="refills_one_open_an_order",
                        condition="status IN ('pending', 'inprogress')",
                    )
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ticket",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("legacy_key", fields.CharField(null=True, max_length=32)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("subject", fields.CharField(max_length=255)),
                ("description", fields.TextField(unique=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=TicketStatus.NEW, description="", enum_type=TicketStatus, max_length=16
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tickets",
                "app": "vitrin",
                "indexes": [Index(fields=["user_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TicketMessage",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("legacy_key", fields.CharField(null=True, max_length=32)),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "vitrin.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ticket_messages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("message", fields.TextField(unique=False)),
                ("is_read", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ticket_messages",
                "app": "vitrin",
                "indexes": [Index(fields=["ticket_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UserGift",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "vitrin.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="gifts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "gift",
                    fields.ForeignKeyField(
                        "vitrin.Gift",
                        source_field="gift_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="winners",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("quantity", fields.BigIntField()),
                ("is_used", fields.BooleanField(default=False)),
                ("link", fields.TextField(null=True, unique=False)),
                (
                    "order",
                    fields.OneToOneField(
                        "vitrin.Order",
                        source_field="order_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="user_gift",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "user_gifts",
                "app": "vitrin",
                "constraints": [CheckConstraint(check="quantity > 0", name="user_gifts_quantity_positive")],
                "indexes": [Index(fields=["user_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
