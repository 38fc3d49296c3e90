"""Messages for people, in Persian and English, by problem code."""

import re
from enum import StrEnum
from functools import lru_cache

from domain.problem_codes import ProblemCode
from domain.problem_serialization import to_record
from domain.problems import Problem


class Language(StrEnum):
    """The shop's languages."""

    PERSIAN = "fa"
    ENGLISH = "en"


_WEIGHTED = re.compile(r"[ \t]*([a-z0-9*-]+)[ \t]*(?:;[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*)?", re.ASCII)
_MESSAGES: dict[ProblemCode, tuple[str, str]] = {
    ProblemCode.INVALID_INPUT: ("مقدار واردشده معتبر نیست.", "A value is not valid."),
    ProblemCode.MALFORMED_USERNAME: (
        "شماره موبایل یا ایمیل را به‌درستی وارد کنید.",
        "Enter an email address or an Iranian mobile number.",
    ),
    ProblemCode.UNKNOWN_USER: ("کاربری با این مشخصات پیدا نشد.", "There is no account with this username."),
    ProblemCode.WRONG_LOGIN_CODE: (
        "کد واردشده نادرست یا منقضی شده است.",
        "The code is incorrect or has expired.",
    ),
    ProblemCode.QUOTA_REACHED: (
        "تعداد درخواست‌های شما بیش از حد مجاز است. کمی بعد دوباره تلاش کنید.",
        "You have made too many requests. Try again later.",
    ),
    ProblemCode.TOO_MANY_CODES: (
        "تعداد درخواست‌های کد بیش از حد مجاز است. کمی بعد دوباره تلاش کنید.",
        "Too many codes were requested. Try again later.",
    ),
    ProblemCode.MOBILE_TAKEN: (
        "این شماره موبایل قبلاً ثبت شده است.",
        "This mobile number is already in use.",
    ),
    ProblemCode.EMAIL_TAKEN: ("این ایمیل قبلاً ثبت شده است.", "This email address is already in use."),
    ProblemCode.TICKET_NOT_FOUND: ("تیکت پیدا نشد.", "Ticket not found."),
    ProblemCode.ORDER_NOT_FOUND: ("سفارش پیدا نشد.", "Order not found."),
    ProblemCode.FORBIDDEN: ("شما اجازه دسترسی ندارید.", "You do not have access."),
    ProblemCode.SERVICE_UNAVAILABLE: (
        "این سرویس در حال حاضر در دسترس نیست.",
        "This service is not available.",
    ),
    ProblemCode.INVALID_LINK: (
        "لینک باید با http:// یا https:// شروع شود یا نام کاربری صفحه باشد.",
        "The link must start with http:// or https://, or be a username.",
    ),
    ProblemCode.QUANTITY_OUT_OF_RANGE: (
        "تعداد باید بین {min} و {max} باشد.",
        "The quantity must be between {min} and {max}.",
    ),
    ProblemCode.INSUFFICIENT_BALANCE: (
        "موجودی شما کافی نیست. موجودی: {balance} تومان، هزینه سفارش: {charge} تومان.",
        "Your balance is too low. Balance: {balance} Toman; order total: {charge} Toman.",
    ),
    ProblemCode.DUPLICATE_ORDER: (
        "سفارش قبلی شما برای این لینک هنوز تمام نشده است.",
        "You already have an unfinished order of this service for this link.",
    ),
    ProblemCode.IDEMPOTENCY_KEY_REUSED: (
        "این کلید برای درخواست دیگری استفاده شده است.",
        "This idempotency key was already used for another request.",
    ),
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: (
        "درخواست قبلی با این کلید هنوز در حال انجام است. کمی بعد دوباره تلاش کنید.",
        "The first request with this idempotency key is still running. Try again in a moment.",
    ),
    ProblemCode.AMOUNT_OUT_OF_RANGE: (
        "مبلغ باید بین {min} و {max} تومان باشد.",
        "The amount must be between {min} and {max} Toman.",
    ),
    ProblemCode.PAYMENT_GATEWAY_UNAVAILABLE: (
        "درگاه پرداخت در دسترس نیست. کمی بعد دوباره تلاش کنید.",
        "The payment gateway is unavailable. Try again later.",
    ),
    ProblemCode.PAYMENT_NOT_FOUND: ("پرداخت پیدا نشد.", "Payment not found."),
    ProblemCode.FREE_CREDIT_TOO_SOON: (
        "{retry_after} ثانیه دیگر می‌توانید دوباره اعتبار رایگان بگیرید.",
        "You can claim your next free credit in {retry_after} seconds.",
    ),
    ProblemCode.FREE_CREDITS_USED_UP: (
        "سقف اعتبار رایگان شما در ۳۰ روز گذشته پر شده است.",
        "You have reached the limit of free credits for the last 30 days.",
    ),
    ProblemCode.WHEEL_TOO_SOON: (
        "هر {days} روز یک بار می‌توانید گردونه را بچرخانید.",
        "You can spin the wheel once every {days} days.",
    ),
    ProblemCode.WHEEL_USED_UP: (
        "سقف هدیه‌های شما در ۳۰ روز گذشته پر شده است.",
        "You have reached the limit of gifts for the last 30 days.",
    ),
    ProblemCode.NO_GIFT_TO_WIN: (
        "در حال حاضر هدیه‌ای در گردونه نیست.",
        "There are no gifts to win at the moment.",
    ),
    ProblemCode.GIFT_NOT_FOUND: ("چنین هدیه‌ای ندارید.", "You do not have this gift."),
    ProblemCode.ORDER_NOT_CANCELABLE: ("این سفارش قابل لغو نیست.", "This order cannot be canceled."),
    ProblemCode.REFILL_UNAVAILABLE: (
        "جبران ریزش برای این سفارش ممکن نیست.",
        "This order cannot be refilled at the moment.",
    ),
    ProblemCode.USER_NOT_FOUND: ("کاربر پیدا نشد.", "User not found."),
    ProblemCode.CATEGORY_NOT_FOUND: ("دسته پیدا نشد.", "Category not found."),
    ProblemCode.SERVICE_NOT_FOUND: ("سرویس پیدا نشد.", "Service not found."),
    ProblemCode.PROVIDER_NOT_FOUND: ("تأمین‌کننده پیدا نشد.", "Provider not found."),
    ProblemCode.WHEEL_GIFT_NOT_FOUND: ("هدیه پیدا نشد.", "Prize not found."),
    ProblemCode.PROVIDER_CATALOGUE_UNREADABLE: (
        "فهرست سرویس‌های تأمین‌کننده خوانده نشد و چیزی تغییر نکرد.",
        "The provider's catalogue could not be read. Nothing was changed.",
    ),
    ProblemCode.ORDER_NOT_CHANGEABLE: (
        "وضعیت سفارش اجازه این کار را نمی‌دهد.",
        "The order's status does not allow this.",
    ),
    ProblemCode.ORDER_MAY_BE_AT_PROVIDER: (
        "ممکن است این سفارش نزد تأمین‌کننده ثبت شده باشد. ابتدا پنل تأمین‌کننده را بررسی کنید.",
        "The provider may already have this order. Check its panel first.",
    ),
    ProblemCode.REFILL_NOT_FOUND: ("درخواست جبران ریزش پیدا نشد.", "Refill not found."),
    ProblemCode.REFILL_NOT_HELD: (
        "این جبران ریزش در انتظار بررسی نیست.",
        "This refill is not awaiting review.",
    ),
    ProblemCode.PAYMENT_NOT_MISMATCHED: (
        "این پرداخت در انتظار بررسی نیست.",
        "This payment is not awaiting review.",
    ),
    ProblemCode.FRESH_CODE_REQUIRED: (
        "برای این کار باید هویت خود را دوباره با کد تأیید کنید.",
        "Confirm your identity with a new code to continue.",
    ),
    ProblemCode.TOTP_CODE_REQUIRED: (
        "کد برنامه احراز هویت را هم وارد کنید.",
        "Enter the code from your authenticator app as well.",
    ),
    ProblemCode.WRONG_TOTP_CODE: (
        "کد برنامه احراز هویت نادرست است یا قبلاً استفاده شده است.",
        "The authenticator code is incorrect or was already used.",
    ),
    ProblemCode.TOTP_NOT_STARTED: (
        "ابتدا فعال‌سازی برنامه احراز هویت را شروع کنید.",
        "Start setting up an authenticator app first.",
    ),
    ProblemCode.SESSION_NOT_FOUND: ("نشست پیدا نشد.", "Session not found."),
    ProblemCode.SERVICE_TOKEN_NOT_FOUND: ("توکن پیدا نشد.", "Service token not found."),
    ProblemCode.GIFT_SPENT: (
        "هدیه شما استفاده شده یا منقضی شده است.",
        "Your gift was already used or has expired.",
    ),
}


def format_message(problem: Problem, language: Language) -> str:
    """The message that describes `problem`."""
    persian, english = _MESSAGES[problem.code]
    return fill_in(persian if language is Language.PERSIAN else english, problem)


def fill_in(sentence: str, problem: Problem) -> str:
    """`sentence` with the names in braces replaced by the problem's values."""
    return sentence.format(**to_record(problem))


@lru_cache(256)
def choose_language(accept_language: str) -> Language:
    """The first supported language of an Accept-Language header (RFC 9110, 12.5.4); Persian by default."""
    ranked = sorted(
        (_parse_weight(part) for part in accept_language.lower().split(",")[:20]), key=lambda pair: -pair[1]
    )
    for tag, weight in ranked:
        primary = tag.split("-")[0]
        if weight > 0 and primary in set(Language):
            return Language(primary)
    return Language.PERSIAN


def _parse_weight(part: str) -> tuple[str, float]:
    ranged = _WEIGHTED.fullmatch(part)
    return (ranged[1], float(ranged[2] or 1)) if ranged else ("", 0.0)
