from datetime import date

from domain import days
from tests.cases import for_each


@for_each("text", ["31/12/2026", " 31/12/2026 ", "۳۱/۱۲/۲۰۲۶", "٣١/١٢/٢٠٢٦"])
def test_a_day_is_read_in_every_script(text: str) -> None:
    assert days.parse(text) == date(2026, 12, 31)


@for_each("text", ["", "2026-12-31", "32/12/2026", "31/13/2026", "31/12/26", "tomorrow"])
def test_anything_else_is_no_day(text: str) -> None:
    assert days.parse(text) is None


def test_a_day_is_written_as_it_is_read() -> None:
    assert days.write(date(2026, 2, 3)) == "03/02/2026"
    assert days.parse(days.write(date(2026, 2, 3))) == date(2026, 2, 3)
