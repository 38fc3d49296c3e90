"""What staff may do: their permissions, the users they may act on, and their actions in the audit log."""

from collections.abc import Mapping
from enum import StrEnum

from domain.roles import UserRole


class Permission(StrEnum):
    """A permission of staff. Reading is separate from changing, and money from everything else."""

    READ_FIGURES = "read_figures"
    READ_CATALOGUE = "read_catalogue"
    READ_PROVIDERS = "read_providers"
    READ_USERS = "read_users"
    READ_ORDERS = "read_orders"
    READ_TICKETS = "read_tickets"
    READ_GIFTS = "read_gifts"
    READ_PAYMENTS = "read_payments"
    READ_LEDGER = "read_ledger"
    READ_SETTINGS = "read_settings"
    READ_AUDIT_LOG = "read_audit_log"
    READ_SERVICE_TOKENS = "read_service_tokens"
    ANSWER_TICKETS = "answer_tickets"
    ASSIGN_TICKETS = "assign_tickets"
    NOTE_ORDERS = "note_orders"
    SIGN_OUT_USERS = "sign_out_users"
    CHANGE_CATALOGUE = "change_catalogue"
    REPRICE_SERVICES = "reprice_services"
    SWITCH_PROVIDERS = "switch_providers"
    SYNC_PROVIDERS = "sync_providers"
    BLOCK_USERS = "block_users"
    DISCOUNT_USERS = "discount_users"
    ADJUST_BALANCES = "adjust_balances"
    CHANGE_ORDERS = "change_orders"
    RESEND_ORDERS = "resend_orders"
    REFUND_ORDERS = "refund_orders"
    CHANGE_GIFTS = "change_gifts"
    SETTLE_PAYMENTS = "settle_payments"
    CHANGE_PROVIDERS = "change_providers"
    CHANGE_ROLES = "change_roles"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_SERVICE_TOKENS = "manage_service_tokens"


class StaffAct(StrEnum):
    """An action of staff; each is one operation of `resolvers.staff`."""

    CREATE_CATEGORY = "create_category"
    UPDATE_CATEGORY = "update_category"
    SET_CATEGORY_ACTIVE = "set_category_active"
    CREATE_SERVICE = "create_service"
    UPDATE_SERVICE = "update_service"
    SET_SERVICE_ACTIVE = "set_service_active"
    REPRICE_SERVICES = "reprice_services"
    ADD_PROVIDER = "add_provider"
    UPDATE_PROVIDER = "update_provider"
    SET_PROVIDER_ACTIVE = "set_provider_active"
    SYNC_PROVIDER = "sync_provider"
    SET_CUSTOM_RATE = "set_custom_rate"
    SET_USER_ACTIVE = "set_user_active"
    ADJUST_BALANCE = "adjust_balance"
    SIGN_OUT_USER = "sign_out_user"
    SET_USER_ROLE = "set_user_role"
    SET_ORDER_STATUS = "set_order_status"
    RESEND_ORDER = "resend_order"
    SET_ORDER_PARTIAL = "set_order_partial"
    CANCEL_ORDER = "cancel_order"
    REFUND_ORDER = "refund_order"
    NOTE_ORDER = "note_order"
    ANSWER_TICKET = "answer_ticket"
    CLOSE_TICKET = "close_ticket"
    ASSIGN_TICKET = "assign_ticket"
    CREATE_GIFT = "create_gift"
    UPDATE_GIFT = "update_gift"
    SETTLE_REFILL = "settle_refill"
    RESUME_REFILL = "resume_refill"
    SETTLE_PAYMENT = "settle_payment"
    REJECT_PAYMENT = "reject_payment"
    UPDATE_SETTINGS = "update_settings"
    RESET_SETTINGS = "reset_settings"
    REVOKE_USER_API_KEY = "revoke_user_api_key"
    RESET_TOTP = "reset_totp"
    CREATE_SERVICE_TOKEN = "create_service_token"  # noqa: S105 - an action
    REVOKE_SERVICE_TOKEN = "revoke_service_token"  # noqa: S105 - an action


class StaffSubject(StrEnum):
    """What kind of record an action changed."""

    CATEGORY = "category"
    SERVICE = "service"
    PROVIDER = "provider"
    USER = "user"
    ORDER = "order"
    REFILL = "refill"
    TICKET = "ticket"
    GIFT = "gift"
    PAYMENT = "payment"
    SETTINGS = "settings"
    SERVICE_TOKEN = "service_token"  # noqa: S105 - a kind of record


_SUPPORT = frozenset(
    {
        Permission.READ_CATALOGUE,
        Permission.READ_USERS,
        Permission.READ_ORDERS,
        Permission.READ_TICKETS,
        Permission.READ_GIFTS,
        Permission.READ_PAYMENTS,
        Permission.READ_LEDGER,
        Permission.ANSWER_TICKETS,
        Permission.NOTE_ORDERS,
        Permission.SIGN_OUT_USERS,
    }
)
# Where the shop's money goes, and who is staff, is decided by owners only.
_OWNER_ONLY = frozenset(
    {
        Permission.CHANGE_PROVIDERS,
        Permission.CHANGE_ROLES,
        Permission.CHANGE_SETTINGS,
        Permission.READ_SERVICE_TOKENS,
        Permission.MANAGE_SERVICE_TOKENS,
    }
)

FRESH_PROOF_REQUIRED = frozenset(
    {
        Permission.DISCOUNT_USERS,
        Permission.ADJUST_BALANCES,
        Permission.REFUND_ORDERS,
        Permission.SETTLE_PAYMENTS,
        Permission.CHANGE_PROVIDERS,
        Permission.CHANGE_ROLES,
        Permission.CHANGE_SETTINGS,
        Permission.MANAGE_SERVICE_TOKENS,
    }
)
"""Money, roles, providers and settings: these need a fresh proof of identity."""

GRANTABLE_TO_SERVICES = frozenset(Permission) - {Permission.CHANGE_ROLES, Permission.MANAGE_SERVICE_TOKENS}
"""Permissions that a service token may have: none with which a stolen token could grant staff rights."""

ROLE_PERMISSIONS: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.USER: frozenset(),
    UserRole.SUPPORT: _SUPPORT,
    UserRole.MANAGER: frozenset(Permission) - _OWNER_ONLY,
    UserRole.OWNER: frozenset(Permission),
}

_RANKS = tuple(UserRole)


def has_permission(role: UserRole, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]


def can_act_on(actor: UserRole, subject: UserRole) -> bool:
    """Whether staff of the role `actor` may act on a user of the role `subject`, or on that user's money.

    Only on lower roles, so not on oneself or on colleagues of the same rank; owners are exempt.
    """
    return actor is UserRole.OWNER or _RANKS.index(subject) < _RANKS.index(actor)
