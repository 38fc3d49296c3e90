"""Numbers and moments as people read them in Persian."""

from datetime import datetime

from persiantools.jdatetime import JalaliDateTime

from domain import calendar_days

_DIGITS = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def format_number(value: int) -> str:
    """`value` in Persian digits, in groups of three: ۱۲٬۰۰۰."""
    return f"{value:,}".translate(_DIGITS)


def to_persian_digits(text: str) -> str:
    """`text` with its ASCII digits in Persian."""
    return text.translate(_DIGITS)


def format_datetime(value: datetime) -> str:
    """Jalali date and time of day by the shop's clock: ۱۴۰۵/۰۹/۰۴ ساعت ۲۳:۴۸. `value` must carry its zone."""
    local = JalaliDateTime.to_jalali(calendar_days.to_local(value))  # type: ignore[no-untyped-call]  # the library's
    return to_persian_digits(local.strftime("%Y/%m/%d ساعت %H:%M", locale="en"))
