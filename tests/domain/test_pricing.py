from decimal import ROUND_CEILING

from hypothesis import given
from hypothesis import strategies as st

from domain import pricing
from domain.money import Toman
from domain.service_types import ServiceType

PRICES = st.integers(0, 10**12)
UNITS = st.integers(1, 10**9)
DISCOUNTS = st.integers(0, 99)
BY_UNITS = st.sampled_from(
    [kind for kind in ServiceType if kind not in (ServiceType.PACKAGE, ServiceType.CUSTOM_COMMENTS_PACKAGE)]
)
PACKAGES = st.sampled_from([ServiceType.PACKAGE, ServiceType.CUSTOM_COMMENTS_PACKAGE])


def charge(price: int, units: int, discount: int = 0, kind: ServiceType = ServiceType.DEFAULT) -> Toman:
    return pricing.compute_charge(Toman(price), units, type=kind, discount_percent=discount)


@given(PRICES, UNITS, UNITS, DISCOUNTS, BY_UNITS)
def test_splitting_an_order_never_makes_it_cheaper(
    price: int, first: int, second: int, discount: int, kind: ServiceType
) -> None:
    parts = charge(price, first, discount, kind) + charge(price, second, discount, kind)
    assert parts >= charge(price, first + second, discount, kind)


@given(PRICES, UNITS, DISCOUNTS, st.sampled_from(ServiceType))
def test_a_charge_is_a_whole_number_and_nothing_only_where_the_price_is_nothing(
    price: int, units: int, discount: int, kind: ServiceType
) -> None:
    total = charge(price, units, discount, kind)
    assert type(total) is int
    assert (total == 0) == (price == 0)


@given(PRICES, UNITS, DISCOUNTS, BY_UNITS)
def test_a_charge_is_less_than_a_toman_above_the_exact_price(
    price: int, units: int, discount: int, kind: ServiceType
) -> None:
    exact = price * units * (100 - discount)
    assert exact <= charge(price, units, discount, kind) * 100_000 < exact + 100_000


@given(PRICES, UNITS, DISCOUNTS, PACKAGES)
def test_a_package_costs_its_price_whatever_the_units(
    price: int, units: int, discount: int, kind: ServiceType
) -> None:
    assert charge(price, units, discount, kind) == -(-price * (100 - discount) // 100)


@given(PRICES, UNITS, st.sampled_from(ServiceType))
def test_a_discount_of_a_hundred_percent_costs_nothing(price: int, units: int, kind: ServiceType) -> None:
    assert charge(price, units, 100, kind) == 0


def test_the_documented_orders_cost_what_is_documented() -> None:
    assert charge(500, 500) == 250
    assert charge(500, 100) == 50


@given(st.integers(0, 10**15), UNITS, st.integers(-(10**9), 2 * 10**9))
def test_a_share_of_a_charge_is_whole_and_within_it(total: int, units: int, remains: int) -> None:
    share = pricing.compute_undelivered_share(Toman(total), remains=remains, units=units)
    assert type(share) is int
    assert 0 <= share <= total
    if 0 <= remains <= units:
        assert share * units <= total * remains < (share + 1) * units


@given(PRICES, DISCOUNTS)
def test_the_displayed_price_is_the_unrounded_cost_of_a_thousand_units(price: int, discount: int) -> None:
    shown = pricing.apply_discount(Toman(price), discount_percent=discount)
    assert charge(price, 1_000, discount) == shown.to_integral_value(rounding=ROUND_CEILING)
