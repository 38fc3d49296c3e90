"""The life of an order."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """pending → processing → inprogress → completed | partial | canceled | refunded.

    `error`: the provider refused. `awaiting`: the outcome is unknown, or staff hold it.
    """

    PENDING = "pending"
    PROCESSING = "processing"
    INPROGRESS = "inprogress"
    COMPLETED = "completed"
    PARTIAL = "partial"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    ERROR = "error"
    AWAITING = "awaiting"


FULLY_REFUNDED = (OrderStatus.CANCELED, OrderStatus.REFUNDED)
"""Orders whose whole charge went back; statistics leave them out."""

UNFINISHED = (
    OrderStatus.PENDING,
    OrderStatus.PROCESSING,
    OrderStatus.INPROGRESS,
    OrderStatus.ERROR,
    OrderStatus.AWAITING,
)
"""Orders that something may still happen to by itself, or by staff before they are settled."""


class OrderSource(StrEnum):
    """The door an order came through.

    UNKNOWN is the old panel's: its table could not hold the app's own value.
    """

    UNKNOWN = ""
    DIRECT = "direct"
    API = "api"
    MOBILE_APP = "mobile_app"
    MOBILE_APP_GIFT = "mobile_app_gift"
    GRAPHQL = "graphql"


class SubscriptionStatus(StrEnum):
    """State of an order of a service of type `subscriptions`."""

    ACTIVE = "Active"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    EXPIRED = "Expired"
    CANCELED = "Canceled"
