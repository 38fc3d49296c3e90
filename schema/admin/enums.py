"""Enums used by staff types only; types import them from here."""

import strawberry

from domain.enums import PauseReason
from domain.order_state_machine import Dispatch as OrderDispatch
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.runtime_settings import RunningSetting
from domain.service_types import ServiceFlag, ServiceSource
from resolvers.staff.audit_log import AuditOrderField as AdminAuditOrderField
from resolvers.staff.categories import CategoryOrderField as AdminCategoryOrderField
from resolvers.staff.gifts import GiftOrderField as AdminGiftOrderField
from resolvers.staff.order_lists import LedgerOrderField as AdminLedgerOrderField
from resolvers.staff.payments import PaymentOrderField as AdminPaymentOrderField
from resolvers.staff.providers import ProviderOrderField as AdminProviderOrderField
from resolvers.staff.service_lists import ServiceOrderField as AdminServiceOrderField
from resolvers.staff.tickets import TicketOrderField as AdminTicketOrderField
from resolvers.staff.users import UserOrderField as AdminUserOrderField

__all__ = [
    "AdminAuditOrderField",
    "AdminCategoryOrderField",
    "AdminGiftOrderField",
    "AdminLedgerOrderField",
    "AdminPaymentOrderField",
    "AdminProviderOrderField",
    "AdminServiceOrderField",
    "AdminTicketOrderField",
    "AdminUserOrderField",
    "OrderDispatch",
    "PauseReason",
    "Permission",
    "RunningSetting",
    "ServiceFlag",
    "ServiceSource",
    "StaffAct",
    "StaffSubject",
]

strawberry.enum(
    PauseReason,
    description="Why a provider is paused.",
)
strawberry.enum(
    OrderDispatch,
    name="OrderDispatch",
    description="The state of an order's submission to its provider. NONE: staff deliver it. QUEUED: "
    "waiting to be sent. SENDING: being sent. SENT: accepted by the provider. UNKNOWN: the provider may "
    "have it; never resent automatically. REFUSED: rejected by the provider. CLOSED: no longer tracked.",
)
strawberry.enum(
    Permission, description="A permission of staff. `permissions` lists those of the current session."
)
strawberry.enum(
    RunningSetting,
    description="A setting that can be changed at runtime. Amounts are in Toman, intervals in days.",
)
strawberry.enum(
    ServiceFlag,
    description="The problem found by the last sync. PRICE_MOVED: the cost changed by more than the limit. "
    "BELOW_COST: the price is below cost, so the service is off sale. VANISHED: no longer listed, so "
    "off sale.",
)
strawberry.enum(ServiceSource, description="Who delivers a service: staff (MANUAL) or a provider (API).")
strawberry.enum(StaffAct, description="A staff action; each is a mutation under `admin`.")
strawberry.enum(StaffSubject, description="The kind of record a staff action was done to.")
for _order_field, _name, _noun in (
    (AdminAuditOrderField, "AdminAuditOrderField", "audit log entries"),
    (AdminCategoryOrderField, "AdminCategoryOrderField", "categories"),
    (AdminGiftOrderField, "AdminGiftOrderField", "gifts"),
    (AdminLedgerOrderField, "AdminLedgerOrderField", "ledger entries"),
    (AdminPaymentOrderField, "AdminPaymentOrderField", "payments"),
    (AdminProviderOrderField, "AdminProviderOrderField", "providers"),
    (AdminServiceOrderField, "AdminServiceOrderField", "services"),
    (AdminTicketOrderField, "AdminTicketOrderField", "tickets"),
    (AdminUserOrderField, "AdminUserOrderField", "users"),
):
    strawberry.enum(_order_field, name=_name, description=f"Fields that {_noun} can be sorted by.")
