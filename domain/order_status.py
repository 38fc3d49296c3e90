"""Order statuses."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """pending → processing → inprogress → completed | partial | canceled | refunded.

    `error`: the provider refused it. `awaiting`: the outcome is unknown, or staff hold it.
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
"""Statuses whose whole charge was refunded; statistics exclude them."""

UNFINISHED = (
    OrderStatus.PENDING,
    OrderStatus.PROCESSING,
    OrderStatus.INPROGRESS,
    OrderStatus.ERROR,
    OrderStatus.AWAITING,
)
"""Statuses that may still change automatically, or by staff before they are final."""


class OrderSource(StrEnum):
    """The API through which an order was placed.

    UNKNOWN is the old panel's: its table could not store the app's own value.
    """

    UNKNOWN = ""
    DIRECT = "direct"
    API = "api"
    MOBILE_APP = "mobile_app"
    MOBILE_APP_GIFT = "mobile_app_gift"
    GRAPHQL = "graphql"


class SubscriptionStatus(StrEnum):
    """Status of an order of a service of type `subscriptions`."""

    ACTIVE = "Active"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    EXPIRED = "Expired"
    CANCELED = "Canceled"
