"""The enums of the layers below, described for clients.

Types import them from here: Strawberry would take one that it meets undescribed as another enum.
"""

import strawberry

from domain.enums import LedgerKind, NotificationKind, PaymentStatus, RefillStatus, TicketStatus
from domain.order_state_machine import OrderActor
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.problem_codes import ProblemCode
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
    "ProblemCode",
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
strawberry.enum(GiftOrderField, description="What won gifts sort by.")
strawberry.enum(LedgerKind, description="Why a balance changed.")
strawberry.enum(LedgerOrderField, description="What ledger entries sort by.")
strawberry.enum(NotificationKind, description="What a notification tells of.")
strawberry.enum(NotificationOrderField, description="What notifications sort by.")
strawberry.enum(
    OrderActor, description="Who changed an order; SYSTEM is the shop itself, without anybody asking."
)
strawberry.enum(OrderOrderField, description="What orders sort by.")
strawberry.enum(OrderSource, description="The door an order came through; UNKNOWN for the old panel's.")
strawberry.enum(
    PublicReason,
    description="Why an order or a refill waits, or ended as it did.",
)
strawberry.enum(
    OrderStatus,
    description="How far an order is. CANCELED and REFUNDED gave the whole charge back.",
)
strawberry.enum(
    SessionKind,
    description="What a token is for. APP: a customer's rights, whoever the user is. STAFF: what the user's "
    "role may do. SERVICE: a program's, within named permissions.",
)
strawberry.enum(PaymentOrderField, description="What payments sort by.")
strawberry.enum(
    PaymentStatus,
    description="PENDING until the gateway confirms or denies it; FAILED and CANCELED may still become PAID. "
    "Staff look into two: MISMATCHED, another amount was paid, and UNVERIFIED, the gateway gave no verdict.",
)
strawberry.enum(ProblemCode, description="What went wrong, for programs. A code never changes its meaning.")
strawberry.enum(
    RefillStatus,
    description="PENDING until the provider knows of it. REJECTED: nothing is delivered again.",
)
strawberry.enum(ServiceType, description="What an order of the service must name besides its link.")
strawberry.enum(SubscriptionStatus, description="State of an order of a service of type SUBSCRIPTIONS.")
strawberry.enum(TicketOrderField, description="What tickets sort by.")
strawberry.enum(
    TicketStatus,
    description="NEW until staff look at it, PENDING when the user wrote last, ANSWERED when staff did.",
)
strawberry.enum(UserRole, description="Who a user is to the shop; all but USER are staff.")
