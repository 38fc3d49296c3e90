"""The allowed transitions of an order, and their refunds."""

from collections.abc import Mapping
from enum import StrEnum

from domain import pricing
from domain.money import Toman
from domain.order_status import OrderStatus, SubscriptionStatus

_SETTLED = frozenset({OrderStatus.COMPLETED, OrderStatus.PARTIAL, OrderStatus.CANCELED, OrderStatus.REFUNDED})
_MOVING = frozenset({OrderStatus.PROCESSING, OrderStatus.INPROGRESS})
_HELD = frozenset({OrderStatus.ERROR, OrderStatus.AWAITING})
# Providers skip steps, so every later status may follow; orders never move back automatically.
_NEXT: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: _MOVING | _SETTLED | _HELD,
    OrderStatus.PROCESSING: frozenset({OrderStatus.INPROGRESS}) | _SETTLED | _HELD,
    OrderStatus.INPROGRESS: _SETTLED | _HELD,
    OrderStatus.COMPLETED: frozenset({OrderStatus.PARTIAL, OrderStatus.REFUNDED}),
    OrderStatus.PARTIAL: frozenset(),
    OrderStatus.CANCELED: frozenset(),
    OrderStatus.REFUNDED: frozenset(),
    OrderStatus.ERROR: frozenset({OrderStatus.PENDING, OrderStatus.AWAITING}) | _SETTLED,
    OrderStatus.AWAITING: frozenset({OrderStatus.PENDING, OrderStatus.ERROR}) | _MOVING | _SETTLED,
}
_SUBSCRIPTION_ENDS: Mapping[OrderStatus, SubscriptionStatus] = {
    OrderStatus.COMPLETED: SubscriptionStatus.COMPLETED,
    OrderStatus.PARTIAL: SubscriptionStatus.EXPIRED,
    OrderStatus.CANCELED: SubscriptionStatus.CANCELED,
    OrderStatus.REFUNDED: SubscriptionStatus.CANCELED,
}


class OrderActor(StrEnum):
    BUYER = "buyer"
    STAFF = "staff"
    PROVIDER = "provider"
    SYSTEM = "system"


class Dispatch(StrEnum):
    """The state of an order's submission to its provider.

    none: staff deliver, or the old panel may have sent it. queued: to be sent when due. sending: being sent,
    the outcome is not known yet. sent: accepted by the provider, and polled. unknown: its worker was lost
    while sending; never sent again automatically. refused: the provider refused it. closed: nothing left to
    do.
    """

    NONE = "none"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    CLOSED = "closed"


def can_become(current: OrderStatus, to: OrderStatus) -> bool:
    """Whether an order may change from `current` to `to`."""
    return to in _NEXT[current]


def is_settled(status: OrderStatus) -> bool:
    """Whether delivery is finished, successfully or not."""
    return status in _SETTLED


def subscription_status_for(
    status: OrderStatus, subscription: SubscriptionStatus | None
) -> SubscriptionStatus | None:
    """A subscription's status once its order is at `status`: it ends with the order at the latest."""
    if subscription in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED):
        return _SUBSCRIPTION_ENDS.get(status, subscription)
    return subscription


def compute_refund(to: OrderStatus, *, charge: Toman, refunded: Toman, remains: int, units: int) -> Toman:
    """Toman that an order refunds on becoming `to`; never more than the rest of its charge.

    Canceled and refunded return everything, partial the share of the `remains` of `units`, rounded down.
    """
    if to in (OrderStatus.CANCELED, OrderStatus.REFUNDED):
        return Toman(charge - refunded)
    if to is OrderStatus.PARTIAL:
        share = pricing.compute_undelivered_share(charge, remains=remains, units=units)
        return Toman(min(share, charge - refunded))
    return Toman(0)
