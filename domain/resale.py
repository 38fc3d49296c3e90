"""What a provider's service costs the shop, and what the shop asks for it."""

from decimal import ROUND_CEILING, Decimal

from domain.money import LARGEST_AMOUNT, Toman


def cost(rate: Decimal, *, toman_per_unit: Toman) -> Toman | None:
    """Whole Toman for the provider's `rate` in its own currency, rounded up; None beyond every amount."""
    exact = rate * toman_per_unit
    if not exact.is_finite() or not 0 <= exact <= LARGEST_AMOUNT:
        return None
    return Toman(int(exact.to_integral_value(rounding=ROUND_CEILING)))


def price(cost: Toman, *, margin_percent: int, rounding: Toman) -> Toman:
    """`cost` plus the margin, rounded up to a multiple of `rounding` Toman."""
    with_margin = -(-cost * (100 + margin_percent) // 100)
    return Toman(-(-with_margin // rounding) * rounding)


def moved_beyond(before: Toman, after: Toman, *, percent: int) -> bool:
    """Whether a cost moved by more than `percent` of what it was, up or down."""
    return abs(after - before) * 100 > before * percent
