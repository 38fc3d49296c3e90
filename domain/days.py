"""Calendar days as the trade writes them."""

from datetime import date, datetime

from domain import texts


def parse(text: str) -> date | None:
    """The day that pasted text spells as d/m/Y, in any of the digits of `digits`; None for anything else."""
    try:
        return datetime.strptime(texts.clean_number(text), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def write(day: date) -> str:
    """`day` as d/m/Y."""
    return f"{day:%d/%m/%Y}"
