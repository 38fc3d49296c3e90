from datetime import UTC, datetime

from domain import notification_texts, persian_format
from domain.money import Toman
from tests.subtest_cases import for_each


@for_each(
    ("timestamp", "read"),
    [
        (datetime(2026, 11, 21, 20, 29, 59, tzinfo=UTC), "۱۴۰۵/۰۸/۳۰ ساعت ۲۳:۵۹"),
        (datetime(2026, 11, 21, 20, 30, tzinfo=UTC), "۱۴۰۵/۰۹/۰۱ ساعت ۰۰:۰۰"),
        # Iran kept summer time until 2022.
        (datetime(2020, 7, 1, 12, 0, tzinfo=UTC), "۱۳۹۹/۰۴/۱۱ ساعت ۱۶:۳۰"),
        (datetime(2025, 3, 20, 8, 0, tzinfo=UTC), "۱۴۰۳/۱۲/۳۰ ساعت ۱۱:۳۰"),
    ],
)
def test_timestamps_are_jalali_in_tehran_time(timestamp: datetime, read: str) -> None:
    assert persian_format.format_datetime(timestamp) == read


def test_numbers_are_grouped_in_persian_digits() -> None:
    assert [persian_format.format_number(value) for value in (0, 999, 12_000, 1_234_567)] == [
        "۰",
        "۹۹۹",
        "۱۲٬۰۰۰",
        "۱٬۲۳۴٬۵۶۷",
    ]


def test_a_credited_payment_has_the_documented_message() -> None:
    assert notification_texts.payment_credited("Ehsan", Toman(12_000)) == (
        "Ehsan عزیز، حساب کاربری شما 12000 تومان شارژ شد."
    )


@for_each("name", [None, "", "  "])
def test_a_user_without_a_name_is_addressed_all_the_same(name: str | None) -> None:
    assert notification_texts.payment_credited(name, Toman(1)).startswith("کاربر عزیز، ")
