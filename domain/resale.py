"""What a provider's service costs the shop, and what the shop asks for it."""

import math
from decimal import Decimal
from fractions import Fraction

from domain.money import LARGEST_AMOUNT, Toman


def cost(rate: Decimal, *, toman_per_unit: Toman) -> Toman | None:
    """Whole Toman for the provider's `rate` in its own currency, rounded up; None beyond every amount."""
    if not rate.is_finite() or not 0 <= rate <= LARGEST_AMOUNT:
        return None
    # Not in decimals: they keep 28 digits, and a rate times a course has more.
    return _amount(math.ceil(Fraction(rate) * toman_per_unit))


def price(cost: Toman, *, margin_percent: int, rounding: Toman) -> Toman | None:
    """`cost` plus the margin, rounded up to a multiple of `rounding` Toman; None beyond every amount."""
    with_margin = -(-cost * (100 + margin_percent) // 100)
    return _amount(-(-with_margin // rounding) * rounding)


def moved_beyond(before: Toman, after: Toman, *, percent: int) -> bool:
    """Whether a cost moved by more than `percent` of what it was, up or down."""
    return abs(after - before) * 100 > before * percent


def _amount(toman: int) -> Toman | None:
    return Toman(toman) if toman <= LARGEST_AMOUNT else None
