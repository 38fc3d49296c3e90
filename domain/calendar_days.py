"""Calendar days in the shop's time zone, and the panel API's date format.

Days, months and midnights are in the shop's time zone, Tehran by default. There is one per process:
`set_zone` is called once, during startup.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import text_cleaning

_HOUR = timedelta(hours=1)
_state = {"zone": ZoneInfo("Asia/Tehran")}


def get_zone() -> ZoneInfo:
    return _state["zone"]


def set_zone(shop_zone: ZoneInfo) -> None:
    """Use `shop_zone` as the shop's time zone from here on."""
    _state["zone"] = shop_zone


def to_local(timestamp: datetime) -> datetime:
    """The aware timestamp in the shop's time zone."""
    return timestamp.astimezone(_state["zone"])


def to_day(timestamp: datetime) -> date:
    """The shop's day of an aware timestamp."""
    return timestamp.astimezone(_state["zone"]).date()


def start_of_day(day: date) -> datetime:
    """The beginning of the shop's `day`, in UTC."""
    return datetime.combine(day, time(), get_zone()).astimezone(UTC)


def list_utc_offsets(since: datetime, until: datetime) -> Sequence[tuple[datetime, int]]:
    """The UTC offsets, in seconds, of a period, each with the time from which it applies, oldest first.

    Tehran has had a single one since 2022, without summer time; changes are found to the hour.
    """
    found = [(since, _utc_offset_seconds(since))]
    timestamp = since
    while (timestamp := timestamp + _HOUR) <= until:
        if (offset := _utc_offset_seconds(timestamp)) != found[-1][1]:
            found.append((timestamp.replace(minute=0, second=0, microsecond=0), offset))
    return found


def parse_day(text: str) -> date | None:
    """The day in d/m/Y format, with any of the digits of `digits`; None for other text."""
    try:
        return datetime.strptime(text_cleaning.clean_number(text), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def format_day(day: date) -> str:
    """`day` as d/m/Y."""
    return f"{day:%d/%m/%Y}"


def _utc_offset_seconds(timestamp: datetime) -> int:
    return int((to_local(timestamp).utcoffset() or timedelta(0)).total_seconds())
