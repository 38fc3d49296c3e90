"""The cost of a provider's service to the shop, and the resulting price."""

import math
from decimal import Decimal
from fractions import Fraction

from domain.money import MAX_AMOUNT, Toman


def compute_cost(rate: Decimal, *, toman_per_unit: Toman) -> Toman | None:
    """Whole Toman for the provider's `rate` in its currency, rounded up; None above the largest amount."""
    if not rate.is_finite() or not 0 <= rate <= MAX_AMOUNT:
        return None
    # Not in decimals: they have 28 digits, and the product of a rate and an exchange rate has more.
    return _check_amount(math.ceil(Fraction(rate) * toman_per_unit))


def compute_price(cost: Toman, *, margin_percent: int, rounding: Toman) -> Toman | None:
    """`cost` plus the margin, rounded up to a multiple of `rounding` Toman; None above the largest amount."""
    with_margin = -(-cost * (100 + margin_percent) // 100)
    return _check_amount(-(-with_margin // rounding) * rounding)


def has_moved_beyond(before: Toman, after: Toman, *, percent: int) -> bool:
    """Whether a cost changed by more than `percent` of its previous value, up or down."""
    return abs(after - before) * 100 > before * percent


def _check_amount(toman: int) -> Toman | None:
    return Toman(toman) if toman <= MAX_AMOUNT else None
