"""Explanations for buyers of orders with problems: our own texts, never a provider's."""

from collections.abc import Mapping
from enum import StrEnum

from domain.enums import RefillStatus, RefusalKind
from domain.problem_messages import Language


class PublicReason(StrEnum):
    """Why an order or a refill waits or ended as it did, as shown to its buyer."""

    UNDER_REVIEW = "under_review"
    DELAYED = "delayed"
    LINK_REFUSED = "link_refused"
    DUPLICATE_LINK = "duplicate_link"
    QUANTITY_REFUSED = "quantity_refused"
    SERVICE_REFUSED = "service_refused"
    CANCEL_REFUSED = "cancel_refused"
    EXPIRED = "expired"
    REFILL_REFUSED = "refill_refused"


_SENTENCES: Mapping[PublicReason, tuple[str, str]] = {
    PublicReason.UNDER_REVIEW: (
        "پشتیبانی در حال بررسی سفارش شماست.",
        "Our support team is reviewing this order.",
    ),
    PublicReason.DELAYED: (
        "شروع سفارش کمی به تأخیر افتاده است و به‌زودی خودکار شروع می‌شود.",
        "This order is delayed. It will start automatically.",
    ),
    PublicReason.LINK_REFUSED: (
        "این لینک پذیرفته نشد. مطمئن شوید که درست و عمومی است. پشتیبانی سفارش را پیگیری می‌کند.",
        "The link was not accepted. Make sure it is correct and public. Support will follow up.",
    ),
    PublicReason.DUPLICATE_LINK: (
        "سفارش دیگری برای همین لینک هنوز در حال انجام است. پشتیبانی سفارش را پیگیری می‌کند.",
        "Another order for the same link is still in progress. Support will follow up.",
    ),
    PublicReason.QUANTITY_REFUSED: (
        "این تعداد برای سرویس پذیرفته نشد. پشتیبانی سفارش را پیگیری می‌کند.",
        "The quantity was not accepted for this service. Support will follow up.",
    ),
    PublicReason.SERVICE_REFUSED: (
        "این سرویس در حال حاضر انجام نمی‌شود. پشتیبانی سفارش را پیگیری می‌کند.",
        "This service cannot be delivered at the moment. Support will follow up.",
    ),
    PublicReason.CANCEL_REFUSED: (
        "لغو این سفارش ممکن نشد و انجام آن ادامه دارد.",
        "This order could not be canceled. Delivery continues.",
    ),
    PublicReason.EXPIRED: (
        "مهلت اشتراک پیش از شروع تمام شد.",
        "The subscription expired before it started.",
    ),
    PublicReason.REFILL_REFUSED: (
        "درخواست جبران ریزش پذیرفته نشد.",
        "The refill request was not accepted.",
    ),
}
_REASONS_BY_REFUSAL: Mapping[RefusalKind, PublicReason] = {
    RefusalKind.LINK: PublicReason.LINK_REFUSED,
    RefusalKind.DUPLICATE_LINK: PublicReason.DUPLICATE_LINK,
    RefusalKind.QUANTITY: PublicReason.QUANTITY_REFUSED,
    RefusalKind.SERVICE: PublicReason.SERVICE_REFUSED,
}


def to_persian(reason: PublicReason) -> str:
    """The Persian text, which every REST response contains."""
    return _SENTENCES[reason][0]


def format_reason(reason: PublicReason | None, language: Language) -> str | None:
    """The text in the reader's language; None if there is nothing to explain."""
    if reason is None:
        return None
    persian, english = _SENTENCES[reason]
    return persian if language is Language.PERSIAN else english


def reason_for_refusal(kind: RefusalKind) -> PublicReason:
    """The reason shown for a refused order; one that is not the order's own fault is under review."""
    return _REASONS_BY_REFUSAL.get(kind, PublicReason.UNDER_REVIEW)


def reason_for_refill(status: RefillStatus) -> PublicReason | None:
    """The reason shown for a refill, besides its status."""
    if status is RefillStatus.REJECTED:
        return PublicReason.REFILL_REFUSED
    return PublicReason.UNDER_REVIEW if status is RefillStatus.AWAITING else None
