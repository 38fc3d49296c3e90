"""Statuses and kinds of the shop's smaller records."""

from enum import StrEnum


class TicketStatus(StrEnum):
    """`new` until staff read it, `pending` when the user wrote last, `answered` when staff did."""

    NEW = "new"
    PENDING = "pending"
    ANSWERED = "answered"
    CLOSED = "closed"


class PaymentStatus(StrEnum):
    """`pending` until the gateway confirmed or denied the payment.

    `mismatched`: the amount paid differs from the requested one; staff decide. They make it `paid`, with the
    amount that they credit, or `rejected`. `failed` and `canceled` may still become paid, if the gateway
    reports that later. `unverified`: the gateway gave no verdict within the period of checks; staff decide as
    for `mismatched`, unless the gateway confirms it first.
    """

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"
    MISMATCHED = "mismatched"
    UNVERIFIED = "unverified"
    REJECTED = "rejected"

    @classmethod
    def awaiting_review(cls) -> "tuple[PaymentStatus, ...]":
        """Statuses that staff decide about."""
        return (cls.MISMATCHED, cls.UNVERIFIED)


class SmsNotice(StrEnum):
    """Notices by SMS, besides login codes."""

    MOBILE_CHANGED = "mobile_changed"
    STAFF_SIGNED_IN = "staff_signed_in"


class RefillStatus(StrEnum):
    """Status of a request to deliver again what dropped.

    `awaiting`: the outcome is unclear, and staff review it.
    """

    PENDING = "pending"
    INPROGRESS = "inprogress"
    COMPLETED = "completed"
    REJECTED = "rejected"
    AWAITING = "awaiting"


class RefusalKind(StrEnum):
    """The reason of a provider's refusal.

    `funds`, `account` and `busy` affect every order, the others a single one. `other` is an unclassified
    text, such as one in another language.
    """

    FUNDS = "funds"
    ACCOUNT = "account"
    BUSY = "busy"
    DUPLICATE_LINK = "duplicate_link"
    LINK = "link"
    QUANTITY = "quantity"
    SERVICE = "service"
    OTHER = "other"


class PauseReason(StrEnum):
    """Why nothing is sent to a provider; `outage`: it is unreachable, or its responses unreadable."""

    FUNDS = "funds"
    ACCOUNT = "account"
    BUSY = "busy"
    OUTAGE = "outage"


class LedgerKind(StrEnum):
    """Why a balance changed."""

    OPENING = "opening"
    PAYMENT = "payment"
    ORDER_CHARGE = "order_charge"
    REFUND = "refund"
    FREE_CREDIT = "free_credit"
    ADJUSTMENT = "adjustment"


class NotificationKind(StrEnum):
    """What a notification is about; `PAYMENT_MISMATCHED` and `SHOP_ALERT` go to staff."""

    PAYMENT_CREDITED = "payment_credited"
    GIFT_WON = "gift_won"
    ORDER_REFUNDED = "order_refunded"
    TICKET_ANSWERED = "ticket_answered"
    PAYMENT_MISMATCHED = "payment_mismatched"
    SHOP_ALERT = "shop_alert"
    STAFF_SIGN_IN = "staff_sign_in"
    MOBILE_CHANGED = "mobile_changed"


class SmsDelivery(StrEnum):
    """Delivery result of a message. `refused`: certainly not sent; `unknown`: the service did not say."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class AlertKind(StrEnum):
    """Incidents of the shop that staff are alerted about."""

    QUEUE_STALE = "queue_stale"
    BALANCE_LOW = "balance_low"
    SERVICES_FLAGGED = "services_flagged"
    LEDGER_DIFFERS = "ledger_differs"
    CLOCK_DIFFERS = "clock_differs"
    SMS_FAILING = "sms_failing"
    PROVIDER_PAUSED = "provider_paused"
    REFILL_HELD = "refill_held"
    ROW_SET_ASIDE = "row_set_aside"


class FindingKind(StrEnum):
    """`rejected`: the row was skipped. `corrected`: the row was imported with a changed value."""

    REJECTED = "rejected"
    CORRECTED = "corrected"
