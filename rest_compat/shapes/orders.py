"""Legacy answers about orders."""

from collections.abc import Sequence

from asgi.answers import Body
from domain.order_status import OrderSource
from models import Order
from rest_compat.shapes.times import unix

# An app's order is "mobile_app" when it is created and "" ever after: the old table had no other words.
_SOURCES_OF_THE_OLD_TABLE = (OrderSource.DIRECT, OrderSource.API)


def order_list(rows: Sequence[Order]) -> Body:
    """GET order."""
    return {"status": 200, "orders": [_order(row) for row in rows]}


def bare_order(order: Order) -> Body:
    """GET order/{id}: no envelope, and the first key is the order's own status."""
    # A key keeps its first place, so the status that follows in the middle is this one.
    return {"status": order.status, **_order(order)}


def order_created(order: Order) -> Body:
    """POST order; which provider delivers is not the app's business, and null there, as documented."""
    created = _created(order, provider=None)
    return {"status": 201, "message": "Order placed successfully", "order": created}


def gift_order_created(order: Order) -> Body:
    """POST user/gifts; -1 stands for the provider, as documented."""
    return {"status": 201, "order": _created(order, provider=-1)}


def _created(order: Order, *, provider: int | None) -> Body:
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
        "changed": unix(order.updated_at),
        "created": unix(order.created_at),
        "id": order.id,
    }


def _order(order: Order) -> Body:
    return {
        "id": order.id,
        "ids": order.legacy_key,
        "type": order.source if order.source in _SOURCES_OF_THE_OLD_TABLE else "",
        "cate_id": order.category_id,
        "service_id": order.service_id,
        "service_type": order.service_type,
        "api_provider_id": order.provider_id,
        "api_service_id": order.provider_service_id,
        "api_order_id": order.provider_order_id,
        "uid": order.user_id,
        "link": order.link,
        "quantity": order.quantity,
        "usernames": order.usernames,
        "username": order.username,
        "hashtags": order.hashtags,
        "hashtag": order.hashtag,
        "media": order.media,
        "comments": order.comments,
        "sub_posts": order.subscription_posts,
        "sub_min": order.subscription_min,
        "sub_max": order.subscription_max,
        "sub_delay": order.subscription_delay,
        "sub_expiry": order.subscription_expiry,
        "sub_response_orders": order.subscription_response_orders,
        "sub_response_posts": order.subscription_response_posts,
        "sub_status": order.subscription_status,
        "charge": order.charge,
        "status": order.status,
        "start_counter": order.start_count,
        "remains": str(order.remains),
        "is_drip_feed": int(order.is_drip_feed),
        "runs": order.runs,
        "interval": order.interval,
        "dripfeed_quantity": order.drip_feed_quantity,
        "note": order.note,
        "changed": unix(order.updated_at),
        "created": unix(order.created_at),
    }
