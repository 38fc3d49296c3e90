"""The receipt shown to a payer who returns from the gateway."""

from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from domain.enums import PaymentStatus
from models import Payment
from web import html_pages

_render_template = html_pages.build_renderer(Path(__file__).parent / "templates")


@dataclass(frozen=True)
class _ReceiptText:
    tone: str
    mark: str
    heading: str
    explanation: str


_TEXTS = {
    PaymentStatus.PAID: _ReceiptText("good", "✓", "پرداخت موفق بود", "مبلغ زیر به کیف پول شما افزوده شد."),
    PaymentStatus.PENDING: _ReceiptText(
        "wait",
        "…",
        "در انتظار تایید بانک",
        "پاسخ بانک هنوز نرسیده است. اگر پرداخت کرده باشید، کیف پول شما تا چند دقیقه دیگر شارژ می‌شود.",
    ),
    PaymentStatus.CANCELED: _ReceiptText("bad", "✕", "پرداخت لغو شد", "مبلغی به کیف پول شما افزوده نشد."),
    PaymentStatus.FAILED: _ReceiptText(
        "bad",
        "✕",
        "پرداخت انجام نشد",
        "اگر مبلغی از حساب شما کم شده باشد، بانک آن را تا ۷۲ ساعت دیگر بازمی‌گرداند.",
    ),
    PaymentStatus.MISMATCHED: _ReceiptText(
        "wait",
        "!",
        "پرداخت در دست بررسی است",
        "مبلغ پرداخت‌شده با مبلغ درخواستی یکی نیست. پشتیبانی آن را بررسی می‌کند.",
    ),
    PaymentStatus.UNVERIFIED: _ReceiptText(
        "wait",
        "!",
        "پرداخت در دست بررسی است",
        "بانک نتیجه پرداخت را اعلام نکرده است. پشتیبانی آن را بررسی می‌کند.",
    ),
    PaymentStatus.REJECTED: _ReceiptText(
        "bad",
        "✕",
        "پرداخت پذیرفته نشد",
        "این پرداخت به کیف پول شما افزوده نشد. برای بازگشت وجه با پشتیبانی تماس بگیرید.",
    ),
}
_UNKNOWN = _ReceiptText("bad", "✕", "پرداخت یافت نشد", "چنین پرداختی در این فروشگاه ثبت نشده است.")


def build_receipt(payment: Payment, app_url: str) -> Response:
    """The result of `payment`, with a link back into the app."""
    return _render_receipt(_TEXTS[payment.status], payment, app_url)


def build_unknown_receipt(app_url: str) -> Response:
    """HTTP 404: no payment has this authority."""
    return _render_receipt(_UNKNOWN, None, app_url, status_code=404)


def _render_receipt(
    text: _ReceiptText, payment: Payment | None, app_url: str, *, status_code: int = 200
) -> Response:
    return _render_template(
        "receipt.html",
        status_code,
        tone=text.tone,
        mark=text.mark,
        heading=text.heading,
        explanation=text.explanation,
        payment=payment,
        app_url=app_url,
    )
