"""Cost and price of imported services: exact, rounded up, never below cost by rounding."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain import provider_pricing
from domain.money import MAX_AMOUNT, Toman
from tests.subtest_cases import for_each

# As `gateways.lenient_json.to_price` reads them: fifteen digits on either side of the point.
rates = st.builds(
    lambda whole, fraction: Decimal(f"{whole}.{fraction:015d}"),
    st.integers(0, 10**15 - 1) | st.integers(0, 100),
    st.integers(0, 10**15 - 1),
)
courses = st.integers(1, MAX_AMOUNT) | st.integers(1, 100_000)
costs = st.integers(0, MAX_AMOUNT).map(Toman)
margins = st.integers(0, 10_000)
roundings = st.integers(1, 100_000).map(Toman)


@given(rates, courses)
def test_a_cost_is_the_exact_one_rounded_up_to_a_whole_toman(rate: Decimal, course: int) -> None:
    exact = Fraction(rate) * course
    cost = provider_pricing.compute_cost(rate, toman_per_unit=Toman(course))
    if exact > MAX_AMOUNT:
        assert cost is None
    else:
        assert type(cost) is int
        assert exact <= cost < exact + 1


@for_each(
    ("rate", "course", "cost"),
    [
        ("0", 95_000, 0),
        ("0.90", 95_000, 85_500),
        ("0.000001", 1, 1),
        ("95200", 1, 95_200),
        ("95200.01", 1, 95_201),
        # More digits than Python's default decimal precision.
        ("123456789012345.000000000000001", 1, 123_456_789_012_346),
    ],
)
def test_a_rate_in_the_provider_s_currency_costs_whole_toman(rate: str, course: int, cost: int) -> None:
    assert provider_pricing.compute_cost(Decimal(rate), toman_per_unit=Toman(course)) == cost


@for_each("rate", ["NaN", "Infinity", "-Infinity", "-0.01", "9007199254740992", "1E+400000"])
def test_an_unreadable_rate_has_no_cost(rate: str) -> None:
    assert provider_pricing.compute_cost(Decimal(rate), toman_per_unit=Toman(1)) is None


@given(costs, margins, roundings)
def test_a_price_is_never_below_cost_and_the_margin(cost: Toman, margin: int, rounding: Toman) -> None:
    price = provider_pricing.compute_price(cost, margin_percent=margin, rounding=rounding)
    requested = Fraction(cost * (100 + margin), 100)
    if price is None:
        assert requested + rounding > MAX_AMOUNT
    else:
        assert cost <= requested <= price < requested + 1 + rounding
        assert price % rounding == 0


@for_each(
    ("cost", "margin", "rounding", "price"),
    [
        (1_000, 0, 1, 1_000),
        (1_000, 30, 1, 1_300),
        (1_001, 30, 1, 1_302),
        (1_001, 30, 100, 1_400),
        (1_000, 30, 100, 1_300),
        (0, 30, 100, 0),
        (1, 0, 5_000, 5_000),
    ],
)
def test_a_price_is_rounded_up_to_the_shop_s_step(cost: int, margin: int, rounding: int, price: int) -> None:
    assert (
        provider_pricing.compute_price(Toman(cost), margin_percent=margin, rounding=Toman(rounding)) == price
    )


def test_a_price_beyond_every_amount_is_none() -> None:
    assert provider_pricing.compute_price(MAX_AMOUNT, margin_percent=0, rounding=Toman(1)) == MAX_AMOUNT
    assert provider_pricing.compute_price(MAX_AMOUNT, margin_percent=1, rounding=Toman(1)) is None
    assert provider_pricing.compute_price(MAX_AMOUNT, margin_percent=0, rounding=Toman(1_000)) is None


@for_each(
    ("before", "after", "is_beyond"),
    [
        (1_000, 1_000, False),
        (1_000, 1_200, False),
        (1_000, 1_201, True),
        (1_000, 800, False),
        (1_000, 799, True),
        (1_000, 0, True),
        (0, 0, False),
        (0, 1, True),
    ],
)
def test_a_cost_change_above_twenty_percent_is_detected(before: int, after: int, is_beyond: bool) -> None:
    assert provider_pricing.has_moved_beyond(Toman(before), Toman(after), percent=20) is is_beyond
