"""Providers report what they like; what the shop believes of it can be true."""

from hypothesis import given
from hypothesis import strategies as st

from domain import provider_status
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.provider_status import Interpretation, Report
from tests.subtest_cases import for_each

OVER = {OrderStatus.COMPLETED, OrderStatus.PARTIAL, OrderStatus.CANCELED, OrderStatus.REFUNDED}
GIVEN_BACK = {OrderStatus.CANCELED, OrderStatus.REFUNDED}

numbers = st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 12)
reports = st.builds(
    Report,
    status=st.none() | st.sampled_from(OrderStatus),
    subscription=st.none() | st.sampled_from(SubscriptionStatus),
    start_count=numbers,
    remains=numbers,
    posts=numbers,
)
counts = st.integers(1, 10) | st.integers(1, 2**53 - 1)


@given(reports, counts)
def test_any_report_of_an_order_is_interpreted_plausibly(report: Report, units: int) -> None:
    reading = provider_status.interpret(report, units=units)
    assert reading.remains is None or 0 <= reading.remains <= units
    assert reading.status is not OrderStatus.PENDING
    assert reading.status is not OrderStatus.PARTIAL or reading.remains is not None
    assert reading.implausible_reason is None or (reading.status, reading.remains) == (None, None)
    assert 0 <= provider_status.count_undelivered(reading, units=units) <= units


@given(reports, counts, st.integers(1, 10**6))
def test_any_report_of_a_subscription_is_interpreted_plausibly(
    report: Report, posts: int, units_a_post: int
) -> None:
    reading = provider_status.interpret_subscription(report, posts=posts, units_per_post=units_a_post)
    assert reading.remains is None or 0 <= reading.remains <= posts * units_a_post
    assert reading.status in (None, OrderStatus.INPROGRESS, *OVER)
    assert reading.status is not OrderStatus.PARTIAL or reading.remains is not None
    assert reading.implausible_reason is None or (reading.status, reading.remains) == (None, None)


@given(reports)
def test_an_accepted_start_count_is_a_count(report: Report) -> None:
    believed = provider_status.plausible_start_count(report)
    assert believed is None or (believed == report.start_count and 0 <= believed < 2**53)


@for_each(
    ("reported", "believed"),
    [
        (None, None),
        # The provider's own term for an accepted order that has not started.
        (OrderStatus.PENDING, OrderStatus.PROCESSING),
        (OrderStatus.PROCESSING, OrderStatus.PROCESSING),
        (OrderStatus.INPROGRESS, OrderStatus.INPROGRESS),
        (OrderStatus.COMPLETED, OrderStatus.COMPLETED),
        (OrderStatus.PARTIAL, OrderStatus.PARTIAL),
        (OrderStatus.CANCELED, OrderStatus.CANCELED),
        (OrderStatus.REFUNDED, OrderStatus.REFUNDED),
    ],
)
def test_a_status_with_a_plausible_count_is_accepted(
    reported: OrderStatus | None, believed: OrderStatus | None
) -> None:
    reading = provider_status.interpret(Report(status=reported, remains=4), units=10)
    assert reading == Interpretation(status=believed, remains=4)


@for_each("remains", [None, -1, 11, 2**63 - 1])
def test_a_partial_delivery_with_an_implausible_count_is_doubted_with_the_provider_s_message(
    remains: int | None,
) -> None:
    reading = provider_status.interpret(Report(status=OrderStatus.PARTIAL, remains=remains), units=10)
    assert reading == Interpretation(
        status=None, implausible_reason=f"partial with {remains} of 10 remaining"
    )


@for_each("remains", [0, 10])
def test_a_partial_delivery_may_lack_nothing_or_all(remains: int) -> None:
    reading = provider_status.interpret(Report(status=OrderStatus.PARTIAL, remains=remains), units=10)
    assert reading == Interpretation(status=OrderStatus.PARTIAL, remains=remains)


@for_each(
    ("reported", "posts", "reading"),
    [
        (None, 1, Interpretation(status=None)),
        (SubscriptionStatus.ACTIVE, 1, Interpretation(status=OrderStatus.INPROGRESS)),
        (SubscriptionStatus.PAUSED, 1, Interpretation(status=OrderStatus.INPROGRESS)),
        (SubscriptionStatus.COMPLETED, None, Interpretation(status=OrderStatus.COMPLETED, remains=0)),
        (SubscriptionStatus.CANCELED, 1, Interpretation(status=OrderStatus.CANCELED)),
        (SubscriptionStatus.EXPIRED, 0, Interpretation(status=OrderStatus.PARTIAL, remains=60)),
        (SubscriptionStatus.EXPIRED, 1, Interpretation(status=OrderStatus.PARTIAL, remains=40)),
        (SubscriptionStatus.EXPIRED, 3, Interpretation(status=OrderStatus.PARTIAL, remains=0)),
        (
            SubscriptionStatus.EXPIRED,
            4,
            Interpretation(status=None, implausible_reason="ended after 4 of 3 posts"),
        ),
        (
            SubscriptionStatus.EXPIRED,
            -1,
            Interpretation(status=None, implausible_reason="ended after -1 of 3 posts"),
        ),
        (
            SubscriptionStatus.EXPIRED,
            None,
            Interpretation(status=None, implausible_reason="ended after None of 3 posts"),
        ),
    ],
)
def test_a_subscription_to_three_posts_of_twenty_units(
    reported: SubscriptionStatus | None, posts: int | None, reading: Interpretation
) -> None:
    report = Report(status=None, subscription=reported, posts=posts)
    assert provider_status.interpret_subscription(report, posts=3, units_per_post=20) == reading


@for_each(
    ("reported", "posts", "reading"),
    [
        (None, 1, Interpretation(status=None)),
        (OrderStatus.PENDING, None, Interpretation(status=OrderStatus.INPROGRESS)),
        (OrderStatus.PROCESSING, 1, Interpretation(status=OrderStatus.INPROGRESS)),
        (OrderStatus.COMPLETED, 3, Interpretation(status=OrderStatus.COMPLETED, remains=0)),
        (OrderStatus.CANCELED, 0, Interpretation(status=OrderStatus.CANCELED)),
        (OrderStatus.REFUNDED, 1, Interpretation(status=OrderStatus.REFUNDED)),
        (OrderStatus.PARTIAL, 1, Interpretation(status=OrderStatus.PARTIAL, remains=40)),
        (
            OrderStatus.PARTIAL,
            None,
            Interpretation(status=None, implausible_reason="ended after None of 3 posts"),
        ),
    ],
)
def test_a_subscription_reported_with_order_statuses(
    reported: OrderStatus | None, posts: int | None, reading: Interpretation
) -> None:
    report = Report(status=reported, posts=posts)
    assert provider_status.interpret_subscription(report, posts=3, units_per_post=20) == reading


@for_each("status", [None, *OrderStatus])
def test_a_run_with_a_final_status_is_over(status: OrderStatus | None) -> None:
    assert provider_status.is_over(status) is (status in OVER)


@given(st.none() | st.sampled_from(OrderStatus), st.none() | st.integers(0, 10))
def test_a_refunded_run_lacks_everything_and_a_partial_one_its_remains(
    status: OrderStatus | None, remains: int | None
) -> None:
    lacking = provider_status.count_undelivered(Interpretation(status=status, remains=remains), units=10)
    partial = (remains or 0) if status is OrderStatus.PARTIAL else 0
    assert lacking == (10 if status in GIVEN_BACK else partial)
