"""Tortoise tables, one noun per file; importing this package registers all of them."""

from tortoise.fields.data import CharEnumFieldInstance

from database.text_search import register, register_mobile
from models.access_token import AccessToken
from models.alert import Alert, AuditRun
from models.audit_entry import AuditEntry
from models.category import Category
from models.gift import Gift, UserGift
from models.idempotency_key import IdempotencyKey
from models.ledger_entry import LedgerEntry
from models.legacy_import import LegacyFinding, LegacyImport, LegacyImportTable
from models.login_code import KnownNetwork, LoginCode, LoginCodeTry
from models.notification import Notification
from models.openid import OpenIdAttempt, OpenIdIdentity
from models.order import Order
from models.order_event import OrderEvent
from models.order_totals import OrderTotalDelta, ServiceOrderTotal, UserDailyOrderTotal, UserOrderTotal
from models.payment import Payment
from models.provider import Provider
from models.quota_usage import QuotaUsage
from models.refill import Refill
from models.service import Service
from models.setting_override import SettingOverride
from models.ticket import Ticket, TicketMessage
from models.totp_secret import TotpSecret
from models.user import User

__all__ = [
    "AccessToken",
    "Alert",
    "AuditEntry",
    "AuditRun",
    "Category",
    "Gift",
    "IdempotencyKey",
    "KnownNetwork",
    "LedgerEntry",
    "LegacyFinding",
    "LegacyImport",
    "LegacyImportTable",
    "LoginCode",
    "LoginCodeTry",
    "Notification",
    "OpenIdAttempt",
    "OpenIdIdentity",
    "Order",
    "OrderEvent",
    "OrderTotalDelta",
    "Payment",
    "Provider",
    "QuotaUsage",
    "Refill",
    "Service",
    "ServiceOrderTotal",
    "SettingOverride",
    "Ticket",
    "TicketMessage",
    "TotpSecret",
    "User",
    "UserDailyOrderTotal",
    "UserGift",
    "UserOrderTotal",
]

for _model in (
    AccessToken,
    Alert,
    AuditEntry,
    AuditRun,
    Category,
    Gift,
    IdempotencyKey,
    KnownNetwork,
    LedgerEntry,
    LegacyFinding,
    LegacyImport,
    LegacyImportTable,
    LoginCode,
    LoginCodeTry,
    Notification,
    OpenIdAttempt,
    OpenIdIdentity,
    Order,
    OrderTotalDelta,
    OrderEvent,
    Payment,
    Provider,
    QuotaUsage,
    Refill,
    Service,
    ServiceOrderTotal,
    SettingOverride,
    Ticket,
    TicketMessage,
    TotpSecret,
    User,
    UserGift,
    UserDailyOrderTotal,
    UserOrderTotal,
):
    # Descriptions are for readers of the code: in the schema, each rewording would be a migration.
    _model._meta.table_description = ""
    for _field in _model._meta.fields_map.values():
        # Empty rather than None for enum fields, which would list their members again.
        _field.description = "" if isinstance(_field, CharEnumFieldInstance) else None

register(Service, folded=("name",))
register(Category, folded=("name",))
register(Provider, folded=("name",), plain=("url",))
register(User, folded=("first_name", "last_name"), plain=("email",))
register_mobile(User, "mobile")
register(Ticket, folded=("subject",))
register(AuditEntry, folded=("reason",))
register(LedgerEntry, plain=("cause",))
register(Order, plain=("link",))
register(Payment, plain=("authority", "reference"))
