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
    ProblemCode.INVALID_INPUT: ("فرمت پارامتر اشتباه است", "A value is not acceptable."),
    ProblemCode.MALFORMED_USERNAME: (
        "شماره موبایل یا ایمیل را به درستی وارد کنید",
        "The username must be an e-mail address or an Iranian mobile number.",
    ),
    ProblemCode.UNKNOWN_USER: ("کاربر شناسایی نشد", "There is no such user."),
    ProblemCode.WRONG_LOGIN_CODE: ("توکن اشتباه یا منقضی شده است", "The code is wrong or has expired."),
    ProblemCode.QUOTA_REACHED: (
        "تعداد درخواست‌های شما بیش از حد مجاز است؛ کمی بعد دوباره تلاش کنید",
        "You have made too many requests of this kind; try again later.",
    ),
    ProblemCode.TOO_MANY_CODES: ("محدودیت ارسال درخواست", "Too many codes were asked for; try again later."),
    ProblemCode.MOBILE_TAKEN: (
        "این شماره موبایل قبلا ثبت شده است",
        "This mobile number belongs to another user.",
    ),
    ProblemCode.EMAIL_TAKEN: ("این ایمیل قبلا ثبت شده است", "This e-mail address belongs to another user."),
    ProblemCode.TICKET_NOT_FOUND: ("تیکت مورد نظر یافت نشد", "There is no such ticket."),
    ProblemCode.ORDER_NOT_FOUND: ("سفارش مورد نظر یافت نشد", "There is no such order."),
    ProblemCode.FORBIDDEN: ("منع دسترسی", "You have no access to this record."),
    ProblemCode.SERVICE_UNAVAILABLE: ("این سرویس در دسترس نیست", "This service is not on sale."),
    ProblemCode.INVALID_LINK: (
        "لینک باید با http:// یا https:// آغاز شود، یا نام صفحه باشد",
        "The link must begin with http:// or https://, or be the name of a page.",
    ),
    ProblemCode.QUANTITY_OUT_OF_RANGE: (
        "تعداد باید بین {min} و {max} باشد",
        "The quantity must be between {min} and {max}.",
    ),
    ProblemCode.INSUFFICIENT_BALANCE: (
        "موجودی شما {balance} تومان و هزینه سفارش {charge} تومان است",
        "Your balance is {balance} Toman; the order costs {charge}.",
    ),
    ProblemCode.DUPLICATE_ORDER: (
        "سفارش قبلی شما برای این لینک هنوز به پایان نرسیده است",
        "Your earlier order of this service for this link is not finished.",
    ),
    ProblemCode.IDEMPOTENCY_KEY_REUSED: (
        "این کلید برای درخواست دیگری استفاده شده است",
        "This idempotency key was used for another request.",
    ),
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: (
        "درخواست قبلی با این کلید هنوز در حال انجام است",
        "The first request with this idempotency key is not finished; ask again in a moment.",
    ),
    ProblemCode.AMOUNT_OUT_OF_RANGE: (
        "مبلغ باید بین {min} و {max} تومان باشد",
        "The amount must be between {min} and {max} Toman.",
    ),
    ProblemCode.PAYMENT_GATEWAY_UNAVAILABLE: (
        "درگاه پرداخت در دسترس نیست؛ کمی بعد دوباره تلاش کنید",
        "The payment gateway is unavailable; try again later.",
    ),
    ProblemCode.PAYMENT_NOT_FOUND: ("پرداخت مورد نظر یافت نشد", "There is no such payment."),
    ProblemCode.FREE_CREDIT_TOO_SOON: (
        "شما تا {retry_after} ثانیه دیگر قادر به ارسال درخواست خواهید بود",
        "The next free credit can be had in {retry_after} seconds.",
    ),
    ProblemCode.FREE_CREDITS_USED_UP: (
        "به محدودیت درخواست ماهانه رسیده اید",
        "You had as many free credits as 30 days allow.",
    ),
    ProblemCode.WHEEL_TOO_SOON: (
        "شما در هر {days} روز می توانید یک هدیه دریافت کنید.",
        "The wheel turns once in {days} days.",
    ),
    ProblemCode.WHEEL_USED_UP: (
        "شما به حداکثر تعداد جایزه، در ماه رسیده اید",
        "You won as many gifts as 30 days allow.",
    ),
    ProblemCode.NO_GIFT_TO_WIN: ("در حال حاضر هدیه ای وجود ندارد", "There is no gift to win at present."),
    ProblemCode.GIFT_NOT_FOUND: ("شما چنین هدیه ای دریافت نکرده اید", "You won no such gift."),
    ProblemCode.ORDER_NOT_CANCELABLE: ("این سفارش قابل لغو نیست", "This order cannot be canceled."),
    ProblemCode.REFILL_UNAVAILABLE: (
        "جبران ریزش برای این سفارش ممکن نیست",
        "This order cannot be refilled now.",
    ),
    ProblemCode.USER_NOT_FOUND: ("کاربر مورد نظر یافت نشد", "No user has this id."),
    ProblemCode.CATEGORY_NOT_FOUND: ("دسته مورد نظر یافت نشد", "There is no such category."),
    ProblemCode.SERVICE_NOT_FOUND: ("سرویس مورد نظر یافت نشد", "There is no such service."),
    ProblemCode.PROVIDER_NOT_FOUND: ("تامین کننده مورد نظر یافت نشد", "There is no such provider."),
    ProblemCode.WHEEL_GIFT_NOT_FOUND: ("هدیه مورد نظر یافت نشد", "There is no such gift on the wheel."),
    ProblemCode.PROVIDER_CATALOGUE_UNREADABLE: (
        "فهرست سرویس های تامین کننده خوانده نشد",
        "The provider's catalogue could not be read; nothing was changed.",
    ),
    ProblemCode.ORDER_NOT_CHANGEABLE: (
        "وضعیت سفارش اجازه این کار را نمی دهد",
        "The order's state does not allow this.",
    ),
    ProblemCode.ORDER_MAY_BE_AT_PROVIDER: (
        "ممکن است تامین کننده این سفارش را گرفته باشد؛ ابتدا پنل او را بررسی کنید",
        "The provider may have this order; look into its panel first.",
    ),
    ProblemCode.REFILL_NOT_FOUND: ("جبران ریزش مورد نظر یافت نشد", "There is no such refill."),
    ProblemCode.REFILL_NOT_HELD: (
        "این جبران ریزش در انتظار بررسی نیست",
        "This refill is not awaiting review.",
    ),
    ProblemCode.PAYMENT_NOT_MISMATCHED: (
        "این پرداخت در انتظار بررسی نیست",
        "This payment is not awaiting review.",
    ),
    ProblemCode.FRESH_CODE_REQUIRED: (
        "برای این کار کد تایید جدید لازم است",
        "This needs a fresh confirmation code.",
    ),
    ProblemCode.TOTP_CODE_REQUIRED: (
        "کد برنامه احراز هویت را هم وارد کنید",
        "Enter the code of your authenticator app as well.",
    ),
    ProblemCode.WRONG_TOTP_CODE: (
        "کد برنامه احراز هویت اشتباه است یا قبلا استفاده شده است",
        "The authenticator code is wrong or was already used.",
    ),
    ProblemCode.TOTP_NOT_STARTED: (
        "ابتدا فعال‌سازی برنامه احراز هویت را شروع کنید",
        "Start setting up the authenticator app first.",
    ),
    ProblemCode.SESSION_NOT_FOUND: ("نشست مورد نظر یافت نشد", "There is no such session."),
    ProblemCode.SERVICE_TOKEN_NOT_FOUND: ("توکن مورد نظر یافت نشد", "There is no such service token."),
    ProblemCode.GIFT_SPENT: ("هدیه شما استفاده یا منقضی شده است", "Your gift was used, or has expired."),
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
