"""The life of an order as the rules have it: every step from every status, and what each gives back."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain import order_state_machine
from domain.money import Toman
from domain.order_status import OrderStatus, SubscriptionStatus
from tests.subtest_cases import for_each

# Providers skip steps, so each later one may follow. Staff resend, hold or settle an order in state error.
MATRIX = """
from \\ to  pending processing inprogress completed partial canceled refunded error awaiting
pending     .       yes        yes        yes       yes     yes      yes      yes   yes
processing  .       .          yes        yes       yes     yes      yes      yes   yes
inprogress  .       .          .          yes       yes     yes      yes      yes   yes
completed   .       .          .          .         yes     .        yes      .     .
partial     .       .          .          .         .       .        .        .     .
canceled    .       .          .          .         .       .        .        .     .
refunded    .       .          .          .         .       .        .        .     .
error       yes     .          .          yes       yes     yes      yes      .     yes
awaiting    yes     yes        yes        yes       yes     yes      yes      yes   .
"""
_, _, _, *COLUMNS = MATRIX.strip().splitlines()[0].split()
ALLOWED = {
    (OrderStatus(current), OrderStatus(to))
    for current, *answers in map(str.split, MATRIX.strip().splitlines()[1:])
    for to, answer in zip(COLUMNS, answers, strict=True)
    if answer == "yes"
}
PAIRS = list(itertools.product(OrderStatus, repeat=2))
WHOLE = [OrderStatus.CANCELED, OrderStatus.REFUNDED]
NOTHING = [status for status in OrderStatus if status not in (*WHOLE, OrderStatus.PARTIAL)]

charges = st.integers(0, 2**53 - 1)
units_of_orders = st.integers(1, 10**9)


def refund(to: OrderStatus, *, charge: int, refunded: int = 0, remains: int = 0, units: int = 1) -> Toman:
    return order_state_machine.compute_refund(
        to, charge=Toman(charge), refunded=Toman(refunded), remains=remains, units=units
    )


@for_each(("current", "to"), PAIRS)
def test_an_order_only_makes_transitions_of_the_matrix(current: OrderStatus, to: OrderStatus) -> None:
    assert order_state_machine.can_become(current, to) is ((current, to) in ALLOWED)


def test_the_matrix_covers_every_status() -> None:
    assert list(map(OrderStatus, COLUMNS)) == list(OrderStatus)
    assert {current for current, _ in PAIRS} == set(OrderStatus)


@for_each("status", OrderStatus)
def test_a_status_is_settled_when_its_money_is_final(status: OrderStatus) -> None:
    over = {OrderStatus.COMPLETED, OrderStatus.PARTIAL, OrderStatus.CANCELED, OrderStatus.REFUNDED}
    assert order_state_machine.is_settled(status) is (status in over)


@given(st.sampled_from(OrderStatus), charges, st.data(), st.integers(-(10**9), 2 * 10**9), units_of_orders)
def test_a_refund_is_never_above_what_is_left_of_the_charge(
    to: OrderStatus, charge: int, data: st.DataObject, remains: int, units: int
) -> None:
    refunded = data.draw(st.integers(0, charge))
    assert (
        0 <= refund(to, charge=charge, refunded=refunded, remains=remains, units=units) <= charge - refunded
    )


@given(st.sampled_from(WHOLE), charges, st.data())
def test_a_canceled_or_refunded_order_gives_back_all_that_is_left(
    to: OrderStatus, charge: int, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(0, charge))
    assert refund(to, charge=charge, refunded=refunded) == charge - refunded


@given(charges, units_of_orders, st.data())
def test_a_partial_order_gives_back_the_undelivered_share_rounded_down(
    charge: int, units: int, data: st.DataObject
) -> None:
    remains = data.draw(st.integers(0, units))
    share = refund(OrderStatus.PARTIAL, charge=charge, remains=remains, units=units)
    assert share * units <= charge * remains < (share + 1) * units


@for_each(
    ("remains", "refunded", "due"), [(0, 0, 0), (1, 0, 33), (2, 0, 66), (3, 0, 100), (2, 50, 50), (3, 100, 0)]
)
def test_a_partial_order_of_three_units_for_a_hundred_toman_gives_back(
    remains: int, refunded: int, due: int
) -> None:
    assert refund(OrderStatus.PARTIAL, charge=100, refunded=refunded, remains=remains, units=3) == due


@given(st.sampled_from(NOTHING), charges, st.integers(0, 10**9), units_of_orders)
def test_every_other_status_gives_back_nothing(
    to: OrderStatus, charge: int, remains: int, units: int
) -> None:
    assert refund(to, charge=charge, remains=remains, units=units) == 0


@for_each("running", [SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED])
@for_each(
    ("status", "ended"),
    [
        (OrderStatus.COMPLETED, SubscriptionStatus.COMPLETED),
        (OrderStatus.PARTIAL, SubscriptionStatus.EXPIRED),
        (OrderStatus.CANCELED, SubscriptionStatus.CANCELED),
        (OrderStatus.REFUNDED, SubscriptionStatus.CANCELED),
    ],
)
def test_a_running_subscription_ends_with_its_order(
    status: OrderStatus, ended: SubscriptionStatus, running: SubscriptionStatus
) -> None:
    assert order_state_machine.subscription_status_for(status, running) is ended


@given(st.sampled_from(OrderStatus), st.none() | st.sampled_from(SubscriptionStatus))
def test_a_subscription_is_unchanged_if_its_order_continues_or_it_had_ended(
    status: OrderStatus, subscription: SubscriptionStatus | None
) -> None:
    is_running = subscription in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)
    if not is_running or not order_state_machine.is_settled(status):
        assert order_state_machine.subscription_status_for(status, subscription) is subscription
