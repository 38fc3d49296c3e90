"""The old panel's values, and the corresponding states."""

from collections.abc import Mapping

from domain.enums import PaymentStatus, TicketStatus
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.roles import UserRole
from domain.service_types import ServiceSource, ServiceType

# "active" is a drip-feed or a subscription in progress, "fail" a failed submission.
ORDER_STATUSES: Mapping[str, OrderStatus] = {
    **{status.value: status for status in OrderStatus},
    "active": OrderStatus.INPROGRESS,
    "in progress": OrderStatus.INPROGRESS,
    "cancelled": OrderStatus.CANCELED,
    "fail": OrderStatus.ERROR,
}
SUBSCRIPTION_STATUSES: Mapping[str, SubscriptionStatus] = {
    status.value.lower(): status for status in SubscriptionStatus
}
# The app's value was not allowed in the old column, and was stored as empty.
ORDER_SOURCES: Mapping[str, OrderSource] = {source.value: source for source in OrderSource}
SERVICE_TYPES: Mapping[str, ServiceType] = {kind.value: kind for kind in ServiceType}
SERVICE_SOURCES: Mapping[str, ServiceSource] = {source.value: source for source in ServiceSource}
TICKET_STATUSES: Mapping[str, TicketStatus] = {status.value: status for status in TicketStatus}
# The owner is appointed by `main.py admin create`, never by a file.
ROLES: Mapping[str, UserRole] = {
    "user": UserRole.USER,
    "supporter": UserRole.SUPPORT,
    "admin": UserRole.MANAGER,
}
PAYMENT_STATUSES: Mapping[str, PaymentStatus] = {
    "1": PaymentStatus.PAID,
    "0": PaymentStatus.PENDING,
    "-1": PaymentStatus.CANCELED,
    "2": PaymentStatus.FAILED,
}
