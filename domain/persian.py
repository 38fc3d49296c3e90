"""Numbers and moments as people read them in Persian."""

from datetime import datetime
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDateTime

_TEHRAN = ZoneInfo("Asia/Tehran")
_DIGITS = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def number(value: int) -> str:
    """`value` in Persian digits, in groups of three: ۱۲٬۰۰۰."""
    return f"{value:,}".translate(_DIGITS)


def digits(text: str) -> str:
    """`text` with its ASCII digits in Persian."""
    return text.translate(_DIGITS)


def moment(value: datetime) -> str:
    """Jalali date and time of day in Tehran: ۱۴۰۵/۰۹/۰۴ ساعت ۲۳:۴۸. `value` must carry its zone."""
    local = JalaliDateTime.to_jalali(value.astimezone(_TEHRAN))  # type: ignore[no-untyped-call]  # the library's
    return digits(local.strftime("%Y/%m/%d ساعت %H:%M", locale="en"))
