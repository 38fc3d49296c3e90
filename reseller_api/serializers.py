"""Responses of the panel API. Amounts and counts are strings; record ids are numbers."""

from collections.abc import Mapping

from domain import panel_api_vocabulary, pricing
from domain.money import Toman
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import Order, Refill, Service, User
from reseller_api.errors import INVALID_ORDER, REFILL_NOT_FOUND
from web.responses import Body

CURRENCY = "IRT"
"""Whole Toman, as the panel API abbreviates it."""

# A subscription that ended early is expired. While it runs, the provider's own status applies.
_SUBSCRIPTION_STATUSES: Mapping[OrderStatus, SubscriptionStatus | None] = {
    OrderStatus.PROCESSING: None,
    OrderStatus.INPROGRESS: None,
    OrderStatus.COMPLETED: SubscriptionStatus.COMPLETED,
    OrderStatus.PARTIAL: SubscriptionStatus.EXPIRED,
    OrderStatus.CANCELED: SubscriptionStatus.CANCELED,
    OrderStatus.REFUNDED: SubscriptionStatus.CANCELED,
}


def service(row: Service, *, discount_percent: int) -> Body:
    """A service with this reseller's price for 1,000 units, or for a package."""
    rate = pricing.apply_discount(Toman(row.price), discount_percent=discount_percent)
    return {
        "service": row.id,
        "name": row.name,
        "type": panel_api_vocabulary.SERVICE_TYPES[row.type],
        "category": row.category.name,
        "rate": f"{rate.normalize():f}",
        "min": str(row.min_quantity),
        "max": str(row.max_quantity),
        "dripfeed": row.drip_feed,
        "refill": row.can_refill,
        "cancel": row.can_cancel,
        "desc": row.description,
    }


def order_added(order: Order) -> Body:
    return {"order": order.id}


def status(order: Order | None) -> Body:
    """The state of an order. `charge` is its cost so far, minus refunds."""
    if order is None:
        return {"error": INVALID_ORDER}
    return {
        "charge": str(order.charge - order.refunded),
        "start_count": str(order.start_count),
        "status": _get_status_name(order),
        "remains": str(order.remains),
        "currency": CURRENCY,
        **_build_drip_feed(order),
        **_build_subscription(order),
    }


def refill_status(refill: Refill | None) -> Body:
    if refill is None:
        return {"error": REFILL_NOT_FOUND}
    return {"status": panel_api_vocabulary.REFILL_STATUSES[refill.status]}


def refill_row(name: int | str, refill: Refill | None) -> Body:
    """One of several refills."""
    status = refill_status(refill)
    return {"refill": name, "status": status.get("status", status)}


def balance(user: User) -> Body:
    return {"balance": str(user.balance), "currency": CURRENCY}


def _get_status_name(order: Order) -> str:
    if order.service_type is ServiceType.SUBSCRIPTIONS and order.status in _SUBSCRIPTION_STATUSES:
        subscription_status = (
            _SUBSCRIPTION_STATUSES[order.status] or order.subscription_status or SubscriptionStatus.ACTIVE
        )
        return subscription_status.value
    return panel_api_vocabulary.ORDER_STATUSES[order.status]


def _build_drip_feed(order: Order) -> Body:
    """Finished runs. They are not separate orders here, so `orders` is empty."""
    return {"runs": str(order.runs_delivered), "orders": []} if order.is_drip_feed else {}


def _build_subscription(order: Order) -> Body:
    if order.service_type is not ServiceType.SUBSCRIPTIONS:
        return {}
    return {"expiry": order.subscription_expiry, "posts": str(order.posts_delivered), "orders": []}
