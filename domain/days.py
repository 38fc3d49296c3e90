"""Calendar days: the shop's own, and as the trade writes them.

Every day, month and midnight is that of the shop's time zone, Tehran's where nothing else is set. The zone is
one for the process: `set_zone` is called once, when an installation is put together.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import texts

_HOUR = timedelta(hours=1)
_state = {"zone": ZoneInfo("Asia/Tehran")}


def zone() -> ZoneInfo:
    """The shop's time zone."""
    return _state["zone"]


def set_zone(shop_zone: ZoneInfo) -> None:
    """Count days in `shop_zone` from here on."""
    _state["zone"] = shop_zone


def local(moment: datetime) -> datetime:
    """`moment`, which must carry its zone, by the shop's clock."""
    return moment.astimezone(zone())


def day_of(moment: datetime) -> date:
    """The shop's day that `moment`, which must carry its zone, lies in."""
    return local(moment).date()


def start_of(day: date) -> datetime:
    """The first moment of the shop's `day`, in UTC."""
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def offsets(since: datetime, until: datetime) -> Sequence[tuple[datetime, int]]:
    """From when on which offset from UTC holds between two moments, in seconds, the oldest first.

    One in Tehran, which has had no summer time since 2022; changes are found to the hour.
    """
    found = [(since, _offset(since))]
    moment = since
    while (moment := moment + _HOUR) <= until:
        if (offset := _offset(moment)) != found[-1][1]:
            found.append((moment.replace(minute=0, second=0, microsecond=0), offset))
    return found


def parse(text: str) -> date | None:
    """The day that pasted text spells as d/m/Y, in any of the digits of `digits`; None for anything else."""
    try:
        return datetime.strptime(texts.clean_number(text), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def write(day: date) -> str:
    """`day` as d/m/Y."""
    return f"{day:%d/%m/%Y}"


def _offset(moment: datetime) -> int:
    return int((local(moment).utcoffset() or timedelta(0)).total_seconds())
