"""Calendar days as the trade writes them."""

from datetime import date, datetime

from domain import digits


def parse(text: str) -> date | None:
    """The day that `text` spells as d/m/Y in any of the three digit scripts, such as 31/12/2026, or None."""
    try:
        return datetime.strptime(digits.to_ascii(text.strip()), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def write(day: date) -> str:
    """`day` as d/m/Y."""
    return f"{day:%d/%m/%Y}"
