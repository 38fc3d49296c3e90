from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain import calendar_days
from tests.subtest_cases import for_each

TIMESTAMP = datetime(2026, 1, 1, 12, tzinfo=UTC)


@for_each("text", ["31/12/2026", " 31/12/2026 ", "۳۱/۱۲/۲۰۲۶", "٣١/١٢/٢٠٢٦"])
def test_a_day_is_read_in_every_script(text: str) -> None:
    assert calendar_days.parse_day(text) == date(2026, 12, 31)


@for_each("text", ["", "2026-12-31", "32/12/2026", "31/13/2026", "31/12/26", "tomorrow"])
def test_other_texts_are_not_days(text: str) -> None:
    assert calendar_days.parse_day(text) is None


def test_a_day_is_formatted_as_it_is_parsed() -> None:
    assert calendar_days.format_day(date(2026, 2, 3)) == "03/02/2026"
    assert calendar_days.parse_day(calendar_days.format_day(date(2026, 2, 3))) == date(2026, 2, 3)


@pytest.fixture
def new_york() -> Iterator[None]:
    """The shop is in a time zone with daylight saving time."""
    calendar_days.set_zone(ZoneInfo("America/New_York"))
    yield
    calendar_days.set_zone(ZoneInfo("Asia/Tehran"))


def test_a_day_begins_at_midnight_in_tehran() -> None:
    assert calendar_days.to_day(datetime(2026, 1, 31, 20, 29, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert calendar_days.to_day(datetime(2026, 1, 31, 20, 30, tzinfo=UTC)) == date(2026, 2, 1)
    assert calendar_days.start_of_day(date(2026, 2, 1)) == datetime(2026, 1, 31, 20, 30, tzinfo=UTC)
    assert [
        offset for _, offset in calendar_days.list_utc_offsets(TIMESTAMP, TIMESTAMP + timedelta(days=366))
    ] == [12_600]


def test_offsets_change_where_summer_time_starts_and_ends(new_york: None) -> None:
    found = calendar_days.list_utc_offsets(TIMESTAMP, TIMESTAMP + timedelta(days=364))

    assert found == [
        (TIMESTAMP, -18_000),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), -14_400),
        (datetime(2026, 11, 1, 6, tzinfo=UTC), -18_000),
    ]
    assert calendar_days.start_of_day(date(2026, 3, 9)) - calendar_days.start_of_day(
        date(2026, 3, 8)
    ) == timedelta(hours=23)
