"""Numbers and timestamps in Persian format."""

from datetime import datetime

from persiantools.jdatetime import JalaliDateTime

from domain import calendar_days

_DIGITS = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def format_number(value: int) -> str:
    """`value` in Persian digits, grouped by three: ۱۲٬۰۰۰."""
    return f"{value:,}".translate(_DIGITS)


def to_persian_digits(text: str) -> str:
    """`text` with its ASCII digits in Persian."""
    return text.translate(_DIGITS)


def format_datetime(value: datetime) -> str:
    """Jalali date and local time of day: ۱۴۰۵/۰۹/۰۴ ساعت ۲۳:۴۸. `value` must be aware."""
    local = JalaliDateTime.to_jalali(calendar_days.to_local(value))  # type: ignore[no-untyped-call]  # the library's
    return to_persian_digits(local.strftime("%Y/%m/%d ساعت %H:%M", locale="en"))
