"""Legacy responses about orders."""

from collections.abc import Sequence

from database.rows import RowSet
from domain import ids, public_reasons
from domain.order_status import OrderSource
from domain.public_reasons import PublicReason
from models import Order
from rest_compat.serializers.row_serializer import Computed, EpochSeconds, RowSerializer, WithFallback
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body

# An app's order is "mobile_app" on creation and "" afterwards: the old table had no other values.
_LEGACY_SOURCES = (OrderSource.DIRECT, OrderSource.API)
_SOURCES = {source.value: source.value if source in _LEGACY_SOURCES else "" for source in OrderSource}


def _to_persian_reason(reason: str) -> str:
    return public_reasons.to_persian(PublicReason(reason))


ORDER = RowSerializer[Order](
    {
        "id": "id",
        "ids": "legacy_key",
        "type": Computed("source", _SOURCES.__getitem__),
        "cate_id": "category_id",
        "service_id": "service_id",
        "service_type": "service_type",
        "api_provider_id": "provider_id",
        "api_service_id": "provider_service_id",
        "api_order_id": Computed("provider_order_id", ids.to_number),
        "uid": "user_id",
        "link": "link",
        "quantity": "quantity",
        "usernames": "usernames",
        "username": "username",
        "hashtags": "hashtags",
        "hashtag": "hashtag",
        "media": "media",
        "comments": "comments",
        "sub_posts": "subscription_posts",
        "sub_min": "subscription_min",
        "sub_max": "subscription_max",
        "sub_delay": "subscription_delay",
        "sub_expiry": "subscription_expiry",
        "sub_response_orders": "subscription_response_orders",
        "sub_response_posts": "subscription_response_posts",
        "sub_status": "subscription_status",
        "charge": "charge",
        "status": "status",
        "start_counter": "start_count",
        "remains": Computed("remains", str),
        "is_drip_feed": Computed("is_drip_feed", int),
        "runs": "runs",
        "interval": "interval",
        "dripfeed_quantity": "drip_feed_quantity",
        "note": WithFallback("note", fallback="public_reason", convert=_to_persian_reason),
        "changed": EpochSeconds("updated_at"),
        "created": EpochSeconds("created_at"),
    }
)


ORDER_LIST_COLUMNS = ORDER.projection
"""The order columns that `order_list` needs."""


def order_list(rows: RowSet[Order] | Sequence[Order]) -> Body:
    """GET order."""
    return {"status": 200, "orders": ORDER.serialize_all(rows)}


def order_detail(order: Order) -> Body:
    """GET order/{id}: no envelope, and the first key is the order's own status."""
    # A key keeps its first position, so the status that follows in the middle is this one.
    return {"status": order.status, **ORDER.serialize(order)}


def order_created(order: Order) -> Body:
    """POST order; the provider is none of the app's business, and null as documented."""
    created = _build_created_order(order, provider=None)
    return {"status": 201, "message": "Order placed successfully", "order": created}


def gift_order_created(order: Order) -> Body:
    """POST user/gifts; -1 stands for the provider, as documented."""
    return {"status": 201, "order": _build_created_order(order, provider=-1)}


def _build_created_order(order: Order, *, provider: int | None) -> Body:
    return {
        "uid": order.user_id,
        "cate_id": order.category_id,
        "service_id": order.service_id,
        "service_type": order.service_type,
        "link": order.link,
        "quantity": order.quantity,
        "charge": order.charge,
        "api_provider_id": provider,
        "api_service_id": provider,
        "is_drip_feed": int(order.is_drip_feed),
        "status": order.status,
        "type": order.source,
        "changed": to_unix(order.updated_at),
        "created": to_unix(order.created_at),
        "id": order.id,
    }
