"""Settings that staff may change at run time; the environment provides the initial values."""

from collections.abc import Mapping
from enum import StrEnum

from domain.money import MAX_AMOUNT
from domain.problems import InvalidInput

Value = int | bool


class RunningSetting(StrEnum):
    """The name of such a setting, as in the environment's settings."""

    FREE_CREDIT_MIN = "free_credit_min"
    FREE_CREDIT_MAX = "free_credit_max"
    FREE_CREDITS_PER_MONTH = "free_credits_per_month"
    WHEEL_INTERVAL_DAYS = "wheel_interval_days"
    WHEEL_GIFTS_PER_MONTH = "wheel_gifts_per_month"
    PAYMENT_MIN = "payment_min"
    PAYMENT_MAX = "payment_max"
    REFUSE_DUPLICATE_ORDERS = "refuse_duplicate_orders"


_RANGES = (
    (RunningSetting.FREE_CREDIT_MIN, RunningSetting.FREE_CREDIT_MAX),
    (RunningSetting.PAYMENT_MIN, RunningSetting.PAYMENT_MAX),
)
_MAXIMUMS: Mapping[RunningSetting, int] = {
    RunningSetting.FREE_CREDIT_MIN: MAX_AMOUNT,
    RunningSetting.FREE_CREDIT_MAX: MAX_AMOUNT,
    RunningSetting.FREE_CREDITS_PER_MONTH: 10_000,
    RunningSetting.WHEEL_INTERVAL_DAYS: 3_650,
    RunningSetting.WHEEL_GIFTS_PER_MONTH: 10_000,
    RunningSetting.PAYMENT_MIN: MAX_AMOUNT,
    RunningSetting.PAYMENT_MAX: MAX_AMOUNT,
}


def expand_ranges(names: frozenset[RunningSetting]) -> frozenset[RunningSetting]:
    """`names`, including the other bound of each range.

    Both bounds are stored together: one alone could contradict the environment's other bound.
    """
    partners = {bound for pair in _RANGES if names & set(pair) for bound in pair}
    return names | partners


def check(values: Mapping[RunningSetting, Value]) -> None:
    """Raise InvalidInput for values with which the shop cannot run; amounts are Toman.

    Raises:
        InvalidInput: a number out of bounds, or an empty range; `field` names the setting.
    """
    for name, maximum in _MAXIMUMS.items():
        if name in values and not 1 <= values[name] <= maximum:
            raise InvalidInput(field=name)
    for lower, upper in _RANGES:
        if lower in values and upper in values and values[lower] > values[upper]:
            raise InvalidInput(field=upper)
