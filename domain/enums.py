"""States of the shop's smaller records."""

from enum import StrEnum


class TicketStatus(StrEnum):
    """`new` until staff look at it, `pending` when the user wrote last, `answered` when staff did."""

    NEW = "new"
    PENDING = "pending"
    ANSWERED = "answered"
    CLOSED = "closed"


class PaymentStatus(StrEnum):
    """`pending` until the gateway itself confirmed or denied the payment.

    `mismatched`: another amount was paid than the one that was asked; staff decide. They make it `paid`,
    with the amount that they credit, or `rejected`. `failed` and `canceled` may still become paid, where
    the gateway says so later. `unverified`: the gateway gave no verdict for as long as it was asked; staff
    decide as for `mismatched`, unless the gateway confirms it first.
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
        """States that staff decide about."""
        return (cls.MISMATCHED, cls.UNVERIFIED)


class SmsNotice(StrEnum):
    """What a user is told by SMS besides login codes."""

    MOBILE_CHANGED = "mobile_changed"
    STAFF_SIGNED_IN = "staff_signed_in"


class RefillStatus(StrEnum):
    """State of a request to deliver again what dropped.

    `awaiting`: its outcome is unclear, and staff look at it.
    """

    PENDING = "pending"
    INPROGRESS = "inprogress"
    COMPLETED = "completed"
    REJECTED = "rejected"
    AWAITING = "awaiting"


class RefusalKind(StrEnum):
    """What a provider's refusal is about.

    `funds`, `account` and `busy` concern every order alike, the others one order. `other` is what nobody
    has sorted yet, texts in other languages among them.
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
    """Why nothing is sent to a provider for a while; `outage`: it could not be reached, or not understood."""

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
    """What became of a message. `refused`: certainly not sent; `unknown`: the service did not say."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class AlertKind(StrEnum):
    """What may be wrong with the shop itself."""

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
    """`rejected`: the row was left out. `mended`: the row is there, but a value of it is not as it was."""

    REJECTED = "rejected"
    MENDED = "mended"
