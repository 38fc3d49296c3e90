"""Calendar days: the shop's own, and as the trade writes them.

Every day, month and midnight is that of the shop's time zone, Tehran's where nothing else is set. The zone is
one for the process: `set_zone` is called once, when an installation is put together.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import text_cleaning

_HOUR = timedelta(hours=1)
_state = {"zone": ZoneInfo("Asia/Tehran")}


def get_zone() -> ZoneInfo:
    """The shop's time zone."""
    return _state["zone"]


def set_zone(shop_zone: ZoneInfo) -> None:
    """Count days in `shop_zone` from here on."""
    _state["zone"] = shop_zone


def to_local(timestamp: datetime) -> datetime:
    """`moment`, which must carry its zone, by the shop's clock."""
    return timestamp.astimezone(get_zone())


def to_day(timestamp: datetime) -> date:
    """The shop's day that `moment`, which must carry its zone, lies in."""
    return to_local(timestamp).date()


def start_of_day(day: date) -> datetime:
    """The first moment of the shop's `day`, in UTC."""
    return datetime.combine(day, time(), get_zone()).astimezone(UTC)


def list_utc_offsets(since: datetime, until: datetime) -> Sequence[tuple[datetime, int]]:
    """From when on which offset from UTC holds between two moments, in seconds, the oldest first.

    One in Tehran, which has had no summer time since 2022; changes are found to the hour.
    """
    found = [(since, _utc_offset_seconds(since))]
    timestamp = since
    while (timestamp := timestamp + _HOUR) <= until:
        if (offset := _utc_offset_seconds(timestamp)) != found[-1][1]:
            found.append((timestamp.replace(minute=0, second=0, microsecond=0), offset))
    return found


def parse_day(text: str) -> date | None:
    """The day that pasted text spells as d/m/Y, in any of the digits of `digits`; None for anything else."""
    try:
        return datetime.strptime(text_cleaning.clean_number(text), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def format_day(day: date) -> str:
    """`day` as d/m/Y."""
    return f"{day:%d/%m/%Y}"


def _utc_offset_seconds(timestamp: datetime) -> int:
    return int((to_local(timestamp).utcoffset() or timedelta(0)).total_seconds())
