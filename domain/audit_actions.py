"""The actions and subjects of the audit log."""

from enum import StrEnum


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
    CREATE_SERVICE_TOKEN = "create_service_token"  # noqa: S105 - an act
    REVOKE_SERVICE_TOKEN = "revoke_service_token"  # noqa: S105 - an act


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
