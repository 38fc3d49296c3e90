"""Texts of notifications, always in Persian, as in the reference."""

from domain.enums import PauseReason
from domain.money import Toman

_SOMEONE = "کاربر"
_PAUSES = {
    PauseReason.FUNDS: "موجودی فروشگاه نزد این تأمین‌کننده کافی نیست.",
    PauseReason.ACCOUNT: "کلید یا حساب فروشگاه را قبول نمی‌کند.",
    PauseReason.BUSY: "به محدودیت تعداد درخواست رسیده‌ایم.",
    PauseReason.OUTAGE: "پاسخ نمی‌دهد یا پاسخ نامعتبر می‌دهد.",
    None: "در دسترس نیست.",
}


def payment_credited(first_name: str | None, amount: Toman) -> str:
    """A payment was credited; the reference's own text."""
    return f"{_salutation(first_name)}، حساب کاربری شما {amount} تومان شارژ شد."


def gift_won(first_name: str | None, *, quantity: int, service_name: str) -> str:
    """The user won a gift."""
    return f"{_salutation(first_name)}، شما برنده {quantity} عدد «{service_name.strip()}» شدید."


def order_refunded(first_name: str | None, *, order_id: int, amount: Toman) -> str:
    """An order's charge was refunded, in whole or in part."""
    return f"{_salutation(first_name)}، مبلغ {amount} تومان بابت سفارش {order_id} به حساب کاربری شما بازگشت."


def ticket_answered(first_name: str | None, *, subject: str) -> str:
    """Staff replied to a ticket."""
    return f"{_salutation(first_name)}، به تیکت «{subject}» پاسخ داده شد."


def payment_mismatched(*, payment_id: int, amount: Toman) -> str:
    """For staff: the amount paid at the gateway differs from the requested one."""
    return (
        f"مبلغ پرداخت شماره {payment_id} با مبلغ درخواستی ({amount} تومان) یکی نیست"
        " و به حساب کاربر افزوده نشد."
    )


def payment_unverified(*, payment_id: int, amount: Toman) -> str:
    """For staff: the gateway never reported whether this payment was paid."""
    return (
        f"درگاه نتیجه پرداخت شماره {payment_id} به مبلغ {amount} تومان را اعلام نکرد."
        " لطفاً آن را در پنل درگاه بررسی کنید."
    )


def queue_stale(*, minutes: int) -> str:
    """For staff: due orders are not being sent."""
    return f"سفارش‌ها ارسال نمی‌شوند: قدیمی‌ترین سفارش {minutes} دقیقه است که در صف مانده است."


def balance_low(provider_name: str, *, balance: Toman) -> str:
    """For staff: the shop's balance at a provider is low."""
    return f"موجودی فروشگاه نزد «{provider_name}» کم است: {balance} تومان."


def services_flagged(provider_name: str, *, services: int) -> str:
    """For staff: changes in a provider's catalogue need a decision."""
    return (
        f"{services} سرویس «{provider_name}» نیاز به بررسی دارد:"
        " قیمت آن تغییر کرده، زیان‌ده شده یا دیگر ارائه نمی‌شود."
    )


def provider_paused(provider_name: str, *, reason: PauseReason | None) -> str:
    """For staff: nothing is sent to a provider until it recovers; its orders wait."""
    return f"ارسال سفارش به «{provider_name}» موقتاً متوقف شد: {_PAUSES[reason]} سفارش‌ها در صف می‌مانند."


def refill_held(*, order_id: int) -> str:
    """For staff: the provider's answers about a refill are unreadable."""
    return f"وضعیت جبران ریزش سفارش {order_id} از پاسخ‌های تأمین‌کننده روشن نیست و نیاز به بررسی دارد."


def row_set_aside(subject: str) -> str:
    """For staff: one record keeps failing in the worker; the others continue."""
    return f"پردازش خودکار یک مورد ناموفق بود و کنار گذاشته شد ({subject}). جزئیات در گزارش سرور است."


def ledger_differs(record: str) -> str:
    """For staff: the audit found a difference from the ledger; `record` is the first one."""
    return f"حسابرسی روزانه اختلافی یافت ({record}). فهرست کامل: main.py audit"


def clock_differs(machine: str, *, seconds: int) -> str:
    """For staff: a machine's clock differs from the database's; `seconds` is positive if it is behind."""
    return f"ساعت سرور «{machine}» با ساعت پایگاه داده {abs(seconds)} ثانیه اختلاف دارد."


def sms_failing(gateway: str) -> str:
    """For staff: login codes are not delivered."""
    return f"پیامک‌های ورود از طریق «{gateway}» ارسال نمی‌شوند."


def staff_signed_in(*, network: str | None) -> str:
    """For a member of staff: a staff session was opened."""
    where = f" از نشانی {network}" if network else ""
    return (
        f"ورود تازه‌ای به پنل مدیریت با حساب شما انجام شد{where}."
        " اگر شما نبودید، همین حالا نشست‌های دیگر را ببندید."
    )


def mobile_changed(*, mobile: str) -> str:
    """The account's mobile number was changed; `mobile` is the new one, masked."""
    return f"شماره موبایل حساب شما به {mobile} تغییر کرد. اگر شما نبودید، فورا با پشتیبانی تماس بگیرید."


def _salutation(first_name: str | None) -> str:
    return f"{(first_name or '').strip() or _SOMEONE} عزیز"
