"""Orders and the state of their delivery."""

from datetime import date, datetime
from typing import Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from database import inserts
from database.indexes import WhereIndex
from domain import calendar_days, links
from domain.money import Toman
from domain.order_details import TEXTS, DripFeed, OrderContent, Specification, Subscription
from domain.order_state_machine import Dispatch
from domain.order_status import UNFINISHED, OrderSource, OrderStatus, SubscriptionStatus
from domain.public_reasons import PublicReason
from domain.service_types import ServiceSource, ServiceType
from models.category import Category
from models.provider import Provider
from models.service import Service
from models.user import User

_INTERNAL_COLUMNS = frozenset(
    "link_hash provider_id provider_service_id provider_order_id dispatch due_at attempts worker lease_until "
    "runs_by_shop runs_done undelivered cancel_requested_at cancel_due_at staff_note unclear_since".split()
)
"""Columns for the worker and staff only."""
_EMPTY_WHEN_PLACED = (
    "provider_order_id",
    "note",
    "public_reason",
    "subscription_response_orders",
    "subscription_response_posts",
)


class Order(Model):
    """An order with its charge in whole Toman; service type, provider and category are as when it was placed.

    `quantity` is the total; `drip_feed_quantity` is one run's. `provider_order_id` is null until sent; most
    providers use numbers, some use letters. `is_imported` orders come from the old panel and are never
    submitted automatically.

    Buyers see `note`, written for them by staff, and `public_reason`. Messages of the provider or the worker
    are in `staff_note`, which no buyer ever sees.

    The row is also the worker's queue. `due_at` is when the worker next has to act: submit a queued order, or
    poll a submitted one. `worker` holds it until `lease_until`. With `runs_by_shop` the shop sends a
    drip-feed run by run, because the provider does not support it; `runs_done` and `undelivered` (units)
    count them. `cancel_due_at` is when to forward the buyer's cancellation request to the provider.
    `unclear_since` is when the provider's reports on a submitted order became unreadable; null while they are
    readable.
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
    provider_order_id = fields.CharField(64, null=True)
    link = fields.TextField()
    link_hash = fields.BigIntField(null=True, description="of the normalized link, see `domain.links`")
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
    staff_note = fields.TextField(null=True)
    public_reason = fields.CharEnumField(PublicReason, max_length=32, null=True)
    is_imported = fields.BooleanField(default=False)
    dispatch = fields.CharEnumField(
        Dispatch, max_length=16, default=Dispatch.NONE, db_default=Dispatch.NONE.value
    )
    due_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0, db_default=0, description="how often sending it was tried")
    worker = fields.CharField(64, null=True)
    lease_until = fields.DatetimeField(null=True)
    runs_by_shop = fields.BooleanField(default=False, db_default=False)
    runs_done = fields.IntField(default=0, db_default=0)
    undelivered = fields.BigIntField(default=0, db_default=0)
    cancel_requested_at = fields.DatetimeField(null=True)
    cancel_due_at = fields.DatetimeField(null=True)
    unclear_since = fields.DatetimeField(null=True)
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
            Index(fields=("user_id", "charge", "id")),
            Index(fields=("user_id", "quantity", "id")),
            Index(fields=("user_id", "created_at", "id")),
            Index(fields=("user_id", "updated_at", "id")),
            Index(fields=("status", "id")),
            Index(fields=("created_at",)),
            Index(fields=("service_id",)),
            Index(fields=("user_id", "service_id", "status")),
            Index(fields=("user_id", "service_id", "link_hash")),
            WhereIndex(
                fields=("provider_id", "due_at", "id"), name="orders_queued", where="dispatch = 'queued'"
            ),
            WhereIndex(fields=("provider_id", "due_at", "id"), name="orders_sent", where="dispatch = 'sent'"),
            WhereIndex(
                fields=("provider_id", "provider_order_id"),
                name="orders_at_provider",
                where="provider_order_id IS NOT NULL",
            ),
            WhereIndex(fields=("lease_until",), name="orders_sending", where="dispatch = 'sending'"),
            WhereIndex(fields=("cancel_due_at",), name="orders_to_cancel", where="cancel_due_at IS NOT NULL"),
        ]

    @classmethod
    def build(
        cls,
        *,
        buyer: User,
        service: Service,
        link: str,
        specification: Specification,
        charge: Toman,
        source: OrderSource,
        now: datetime,
    ) -> Self:
        """A new unsaved order; provider and type are those of the service.

        It is queued for the provider immediately, unless staff deliver the service.
        """
        is_sent_upstream = service.provider_id is not None and service.source is ServiceSource.API
        drip_feed, subscription = specification.drip_feed, specification.subscription
        values: dict[str, object] = {
            "source": source,
            "user_id": buyer.id,
            "category_id": service.category_id,
            "service_id": service.id,
            "service_type": service.type,
            "provider_id": service.provider_id,
            "provider_service_id": service.provider_service_id,
            "link": link,
            "link_hash": links.hash_link(link),
            "quantity": specification.units,
            **specification.texts,
            "subscription_posts": subscription and subscription.posts,
            "subscription_min": subscription and subscription.min,
            "subscription_max": subscription and subscription.max,
            "subscription_delay": subscription and subscription.delay,
            "subscription_expiry": subscription
            and subscription.expiry
            and calendar_days.format_day(subscription.expiry),
            "subscription_status": SubscriptionStatus.ACTIVE if subscription else None,
            "charge": charge,
            "is_drip_feed": drip_feed is not None,
            "runs": drip_feed.runs if drip_feed else 0,
            "interval": drip_feed.interval if drip_feed else 0,
            "drip_feed_quantity": specification.units // drip_feed.runs if drip_feed else 0,
            "runs_by_shop": drip_feed is not None and not service.provider_drip_feed,
            "dispatch": Dispatch.QUEUED if is_sent_upstream else Dispatch.NONE,
            "due_at": now if is_sent_upstream else None,
            "created_at": now,
            "updated_at": now,
        }
        return inserts.new_instance(cls, values)

    @classmethod
    async def has_unfinished(cls, *, buyer: User, service: Service, link: str) -> bool:
        """Whether the buyer has an unfinished order for this service and link, in any spelling."""
        orders = cls.filter(user_id=buyer.id, service_id=service.id, status__in=UNFINISHED)
        # Rows written by other programs have no hash; two links may share one.
        candidates = orders.filter(Q(link_hash=links.hash_link(link)) | Q(link_hash=None))
        normalized = links.normalize(link)
        return any(links.normalize(order.link) == normalized for order in await candidates.only("id", "link"))

    @classmethod
    async def get_as_placed(cls, order_id: int) -> Self:
        """The order as in the first response."""
        return (await cls.get(id=order_id)).as_placed()

    @property
    def content(self) -> OrderContent:
        """What was ordered, as validated when the order was placed."""
        return OrderContent(
            drip_feed=DripFeed(runs=self.runs, interval=self.interval) if self.is_drip_feed else None,
            subscription=self._subscription if self.service_type is ServiceType.SUBSCRIPTIONS else None,
            **{name: getattr(self, name) for name in TEXTS},
        )

    @property
    def _subscription(self) -> Subscription:
        expiry = self.subscription_expiry
        return Subscription(
            posts=self.subscription_posts or 0,
            min=self.subscription_min or 0,
            max=self.subscription_max or 0,
            delay=self.subscription_delay or 0,
            expiry=calendar_days.parse_day(expiry) if expiry else None,
        )

    @property
    def undelivered_if_stopped(self) -> int:
        """Units that a drip-feed managed by the shop leaves undelivered if no further run is sent."""
        return int(self.undelivered + (self.runs - self.runs_done) * self.drip_feed_quantity)

    @property
    def buyer_snapshot(self) -> tuple[object, ...]:
        """Everything its buyer may see of it, for comparison with another reading."""
        return tuple(getattr(self, name) for name in sorted(self._meta.db_fields - _INTERNAL_COLUMNS))

    @property
    def is_unchanged_since_placed(self) -> bool:
        """Whether nothing visible to its buyer has changed yet."""
        return self.buyer_snapshot == self.as_placed().buyer_snapshot

    @property
    def runs_delivered(self) -> int:
        """Finished runs of a drip-feed: counted if the shop sends them, else computed from the remainder."""
        if self.runs_by_shop:
            return self.runs_done
        if self.status is OrderStatus.COMPLETED:
            return self.runs
        # 0 until the provider first reports a remainder.
        return int((self.quantity - self.remains) // self.drip_feed_quantity) if self.remains else 0

    @property
    def posts_delivered(self) -> int:
        """Posts of a subscription that were delivered."""
        if self.status is OrderStatus.COMPLETED:
            return self.subscription_posts or 0
        if self.status is OrderStatus.PARTIAL:
            return int((self.quantity - self.remains) // (self.subscription_max or 1))
        return self.subscription_response_posts or 0

    def expires_before(self, today: date) -> bool:
        last = calendar_days.parse_day(self.subscription_expiry) if self.subscription_expiry else None
        return last is not None and last < today

    def as_placed(self) -> Self:
        """A copy as in the first response, before anything was delivered or refunded."""
        placed = self.clone(pk=self.pk)
        placed.status, placed.updated_at = OrderStatus.PENDING, self.created_at
        placed.refunded = placed.start_count = placed.remains = 0
        placed.update_from_dict(dict.fromkeys(_EMPTY_WHEN_PLACED))
        if placed.subscription_status is not None:
            placed.subscription_status = SubscriptionStatus.ACTIVE
        return placed
