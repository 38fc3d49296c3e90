"""Charges and refunds of orders. Integers only: each amount is rounded once, at the end."""

from decimal import Decimal

from domain.money import Toman
from domain.service_types import ServiceType

_PACKAGES = (ServiceType.PACKAGE, ServiceType.CUSTOM_COMMENTS_PACKAGE)


def compute_charge(price: Toman, units: int, *, type: ServiceType, discount_percent: int) -> Toman:  # noqa: A002 - the column's name
    """Whole Toman for `units`, rounded up, so that splitting an order never saves money.

    `price` is Toman per 1,000 units, or per order for packages. The result is 0 only if the price is 0 or the
    discount is 100.
    """
    counted, per = (1, 1) if type in _PACKAGES else (units, 1_000)
    # The negations make the division round up.
    return Toman(-(-price * counted * (100 - discount_percent) // (100 * per)))


def apply_discount(price: Toman, *, discount_percent: int) -> Decimal:
    """`price` for one buyer, exact: Toman with at most two decimals. Charges are rounded up."""
    return Decimal(price * (100 - discount_percent)).scaleb(-2)


def compute_undelivered_share(charge: Toman, *, remains: int, units: int) -> Toman:
    """Whole Toman of `charge` for the `remains` of `units` that were not delivered, rounded down."""
    return Toman(charge * min(max(remains, 0), units) // units)
