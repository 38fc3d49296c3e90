"""The enums of the lower layers with descriptions.

Types import them from here: Strawberry would treat the undecorated enum as a different one.
"""

import strawberry

from domain.enums import LedgerKind, NotificationKind, PaymentStatus, RefillStatus, TicketStatus
from domain.order_state_machine import OrderActor
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.public_reasons import PublicReason
from domain.roles import UserRole
from domain.service_types import ServiceType
from domain.sessions import SessionKind
from resolvers.gifts import GiftOrderField
from resolvers.notifications import NotificationOrderField
from resolvers.orders import OrderOrderField
from resolvers.pagination import Direction
from resolvers.payments import PaymentOrderField
from resolvers.tickets import TicketOrderField
from resolvers.wallet import LedgerOrderField

__all__ = [
    "Direction",
    "GiftOrderField",
    "LedgerKind",
    "LedgerOrderField",
    "NotificationKind",
    "NotificationOrderField",
    "OrderActor",
    "OrderOrderField",
    "OrderSource",
    "OrderStatus",
    "PaymentOrderField",
    "PaymentStatus",
    "PublicReason",
    "RefillStatus",
    "ServiceType",
    "SessionKind",
    "SubscriptionStatus",
    "TicketOrderField",
    "TicketStatus",
    "UserRole",
]

strawberry.enum(Direction, description="Ascending or descending.")
strawberry.enum(GiftOrderField, description="Fields that won gifts can be sorted by.")
strawberry.enum(LedgerKind, description="Why a balance changed.")
strawberry.enum(LedgerOrderField, description="Fields that ledger entries can be sorted by.")
strawberry.enum(NotificationKind, description="The kind of event a notification is about.")
strawberry.enum(NotificationOrderField, description="Fields that notifications can be sorted by.")
strawberry.enum(OrderActor, description="Who changed an order; SYSTEM stands for an automatic change.")
strawberry.enum(OrderOrderField, description="Fields that orders can be sorted by.")
strawberry.enum(
    OrderSource,
    description="The channel an order was placed through; UNKNOWN for orders imported from the old panel.",
)
strawberry.enum(
    PublicReason,
    description="Why an order or a refill is waiting or ended as it did.",
)
strawberry.enum(
    OrderStatus,
    description="The status of an order. CANCELED and REFUNDED orders were refunded in full.",
)
strawberry.enum(
    SessionKind,
    description="The kind of a token. APP: customer rights, regardless of the user's role. STAFF: "
    "everything the user's role may do. SERVICE: for a program, limited to specific permissions.",
)
strawberry.enum(PaymentOrderField, description="Fields that payments can be sorted by.")
strawberry.enum(
    PaymentStatus,
    description="The status of a payment. PENDING until the gateway reports an outcome; FAILED and CANCELED "
    "may still become PAID. Staff review two states: MISMATCHED, a different amount was paid; UNVERIFIED, "
    "the gateway did not report an outcome.",
)
strawberry.enum(
    RefillStatus,
    description="The status of a refill. PENDING until the provider has received it. REJECTED means that "
    "nothing is redelivered.",
)
strawberry.enum(ServiceType, description="The type of a service, which determines the fields an order needs.")
strawberry.enum(SubscriptionStatus, description="The status of an order of type SUBSCRIPTIONS.")
strawberry.enum(TicketOrderField, description="Fields that tickets can be sorted by.")
strawberry.enum(
    TicketStatus,
    description="The status of a ticket: NEW until staff handle it, PENDING after a message from the user, "
    "ANSWERED after one from staff.",
)
strawberry.enum(UserRole, description="The role of a user; all roles except USER are staff.")
