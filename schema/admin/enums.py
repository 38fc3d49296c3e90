"""Enums that only staff meet, described for them; types import them from here."""

import strawberry

from domain.audit_actions import StaffAct, StaffSubject
from domain.enums import PauseReason
from domain.order_state_machine import Dispatch as OrderDispatch
from domain.permissions import Permission
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
    description="Why nothing is sent to a provider for a while.",
)
strawberry.enum(
    OrderDispatch,
    name="OrderDispatch",
    description="How far an order's dealing with its provider is. NONE: staff deliver. QUEUED: to be sent. "
    "SENDING: on the wire. SENT: the provider has it. UNKNOWN: it may have it; never sent again by itself. "
    "REFUSED: it said no. CLOSED: nothing more to ask.",
)
strawberry.enum(Permission, description="One right of staff's; what each role has, is told by `permissions`.")
strawberry.enum(
    RunningSetting,
    description="A setting that may change while the shop runs. Amounts are Toman, intervals days.",
)
strawberry.enum(
    ServiceFlag,
    description="What the last sync found wrong. PRICE_MOVED: the cost moved beyond the bound. BELOW_COST: "
    "sold at a loss, so off sale. VANISHED: not listed any more, so off sale.",
)
strawberry.enum(ServiceSource, description="Who delivers: staff (MANUAL) or a provider (API).")
strawberry.enum(StaffAct, description="An act of staff's; each is a mutation under `admin`.")
strawberry.enum(StaffSubject, description="What an act of staff's was done to.")
for _order_field, _name, _noun in (
    (AdminAuditOrderField, "AdminAuditOrderField", "entries of the audit log"),
    (AdminCategoryOrderField, "AdminCategoryOrderField", "categories"),
    (AdminGiftOrderField, "AdminGiftOrderField", "gifts"),
    (AdminLedgerOrderField, "AdminLedgerOrderField", "entries of ledgers"),
    (AdminPaymentOrderField, "AdminPaymentOrderField", "payments"),
    (AdminProviderOrderField, "AdminProviderOrderField", "providers"),
    (AdminServiceOrderField, "AdminServiceOrderField", "services"),
    (AdminTicketOrderField, "AdminTicketOrderField", "tickets"),
    (AdminUserOrderField, "AdminUserOrderField", "users"),
):
    strawberry.enum(_order_field, name=_name, description=f"What {_noun} sort by.")
