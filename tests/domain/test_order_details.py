"""Each service type takes what it needs, counts what the rules count, and refuses the rest by name."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.order_details import (
    DELAYS,
    REQUIRED_FIELDS,
    DripFeed,
    Limits,
    OrderDetails,
    Specification,
    Subscription,
    specify,
)
from domain.problems import InvalidInput, QuantityOutOfRange
from domain.service_types import ServiceType
from tests.subtest_cases import for_each

TODAY = date(2026, 11, 24)
LIMITS = Limits(min=2, max=1_000, drip_feed=False)
FULL = OrderDetails(
    quantity=10,
    subscription=Subscription(posts=3, min=5, max=20, delay=30),
    comments="عالی\r\n\n  خوب، خیلی خوب  \nbad",
    package_comments="one\ntwo",
    usernames="a\nb",
    listed_usernames="x\ny\nz\n\n",
    username="sara",
    hashtags="#one\n#two",
    hashtag="#three",
    media="https://example.com/p/1",
)
SPECIFIED = {
    ServiceType.DEFAULT: Specification(units=10),
    ServiceType.PACKAGE: Specification(units=1),
    ServiceType.CUSTOM_COMMENTS: Specification(units=3, comments="عالی\nخوب، خیلی خوب\nbad"),
    ServiceType.CUSTOM_COMMENTS_PACKAGE: Specification(units=1, comments="one\ntwo"),
    ServiceType.MENTIONS_WITH_HASHTAGS: Specification(units=10, usernames="a\nb", hashtags="#one\n#two"),
    ServiceType.MENTIONS_CUSTOM_LIST: Specification(units=3, usernames="x\ny\nz"),
    ServiceType.MENTIONS_HASHTAG: Specification(units=10, hashtag="#three"),
    ServiceType.MENTIONS_USER_FOLLOWERS: Specification(units=10, username="sara"),
    ServiceType.MENTIONS_MEDIA_LIKERS: Specification(units=10, media="https://example.com/p/1"),
    ServiceType.COMMENT_LIKES: Specification(units=10, username="sara"),
    ServiceType.SUBSCRIPTIONS: Specification(units=60, username="sara", subscription=FULL.subscription),
}
NEEDS = {
    ServiceType.DEFAULT: {"quantity": "quantity"},
    ServiceType.PACKAGE: {},
    ServiceType.CUSTOM_COMMENTS: {"comments": "comments"},
    ServiceType.CUSTOM_COMMENTS_PACKAGE: {"package_comments": "comments"},
    ServiceType.MENTIONS_WITH_HASHTAGS: {
        "quantity": "quantity",
        "usernames": "usernames",
        "hashtags": "hashtags",
    },
    ServiceType.MENTIONS_CUSTOM_LIST: {"listed_usernames": "usernames"},
    ServiceType.MENTIONS_HASHTAG: {"quantity": "quantity", "hashtag": "hashtag"},
    ServiceType.MENTIONS_USER_FOLLOWERS: {"quantity": "quantity", "username": "username"},
    ServiceType.MENTIONS_MEDIA_LIKERS: {"quantity": "quantity", "media": "mediaUrl"},
    ServiceType.COMMENT_LIKES: {"quantity": "quantity", "username": "username"},
    ServiceType.SUBSCRIPTIONS: {"subscription": "subscription", "username": "username"},
}
MISSING = [(kind, name, field) for kind, needs in NEEDS.items() for name, field in needs.items()]
RUNNING = Limits(min=2, max=1_000, drip_feed=True)


def get_refused_field(kind: ServiceType, details: OrderDetails, limits: Limits = LIMITS) -> str:
    with pytest.raises(InvalidInput) as refusal:
        specify(kind, details, limits=limits, today=TODAY)
    return refusal.value.field


@for_each("kind", ServiceType)
def test_each_type_keeps_only_its_own_fields(kind: ServiceType) -> None:
    assert specify(kind, FULL, limits=LIMITS, today=TODAY) == SPECIFIED[kind]


@for_each("kind", ServiceType)
def test_each_type_accepts_exactly_its_required_fields(kind: ServiceType) -> None:
    needed = OrderDetails(**{name: getattr(FULL, name) for name in NEEDS[kind]})
    assert specify(kind, needed, limits=LIMITS, today=TODAY) == SPECIFIED[kind]


@for_each("kind", ServiceType)
def test_providers_get_every_text_that_a_type_keeps(kind: ServiceType) -> None:
    kept = {name for name, text in SPECIFIED[kind].texts.items() if text is not None}
    assert set(REQUIRED_FIELDS[kind]) - {"link", "quantity"} == kept


def test_a_fingerprint_stays_the_same_across_releases() -> None:
    """Otherwise a request repeated after an update would be refused as a different one."""
    assert FULL.to_fingerprint() == (
        10,
        None,
        Subscription(posts=3, min=5, max=20, delay=30),
        ["one\ntwo", "عالی\r\n\n  خوب، خیلی خوب  \nbad"],
        ["a\nb", "x\ny\nz"],
        ["sara"],
        ["#one\n#two"],
        ["#three"],
        ["https://example.com/p/1"],
    )
    assert repr(DripFeed(runs=2, interval=5)) == "DripFeed(runs=2, interval=5)"


@for_each(("kind", "name", "reported"), MISSING)
def test_a_missing_required_field_is_refused_by_name(kind: ServiceType, name: str, reported: str) -> None:
    assert get_refused_field(kind, replace(FULL, **{name: None})) == reported


@for_each(("kind", "name", "reported"), MISSING)
def test_a_text_that_is_blank_or_cannot_be_stored_is_refused(
    kind: ServiceType, name: str, reported: str
) -> None:
    if isinstance(getattr(FULL, name), str):
        for text in ("", " \n ", "a\x00b", "a\ud800", "x" * 100_001):
            change: dict[str, Any] = {name: text}
            assert get_refused_field(kind, replace(FULL, **change)) == reported


@for_each("quantity", [0, -1, 2**53, 2**63, -(2**63)])
def test_an_invalid_quantity_is_refused(quantity: int) -> None:
    assert get_refused_field(ServiceType.DEFAULT, replace(FULL, quantity=quantity)) == "quantity"


@for_each(
    ("kind", "details"),
    [
        (ServiceType.DEFAULT, OrderDetails(quantity=1)),
        (ServiceType.DEFAULT, OrderDetails(quantity=1_001)),
        (ServiceType.CUSTOM_COMMENTS, OrderDetails(comments="one")),
        (ServiceType.CUSTOM_COMMENTS, OrderDetails(comments="\n".join("x" * 1_001))),
        (ServiceType.MENTIONS_CUSTOM_LIST, OrderDetails(listed_usernames="one")),
        (
            ServiceType.SUBSCRIPTIONS,
            OrderDetails(username="a", subscription=Subscription(posts=1, min=1, max=9, delay=0)),
        ),
        (
            ServiceType.SUBSCRIPTIONS,
            OrderDetails(username="a", subscription=Subscription(posts=101, min=5, max=10, delay=0)),
        ),
    ],
)
def test_a_quantity_outside_the_service_s_limits_is_refused_with_them(
    kind: ServiceType, details: OrderDetails
) -> None:
    with pytest.raises(QuantityOutOfRange) as refusal:
        specify(kind, details, limits=LIMITS, today=TODAY)
    assert (refusal.value.min, refusal.value.max) == (2, 1_000)


def test_a_drip_feed_multiplies_the_quantity_of_a_run() -> None:
    details = OrderDetails(quantity=100, drip_feed=DripFeed(runs=10, interval=30))
    specification = specify(ServiceType.DEFAULT, details, limits=RUNNING, today=TODAY)
    assert (specification.units, specification.drip_feed) == (1_000, details.drip_feed)


@for_each(
    ("drip_feed", "reported"),
    [
        (DripFeed(runs=0, interval=30), "runs"),
        (DripFeed(runs=-3, interval=30), "runs"),
        (DripFeed(runs=10_001, interval=30), "runs"),
        (DripFeed(runs=2, interval=0), "interval"),
        (DripFeed(runs=2, interval=10_081), "interval"),
    ],
)
def test_a_drip_feed_without_sense_is_refused_by_name(drip_feed: DripFeed, reported: str) -> None:
    details = OrderDetails(quantity=10, drip_feed=drip_feed)
    assert get_refused_field(ServiceType.DEFAULT, details, RUNNING) == reported


def test_the_total_of_a_drip_feed_counts_against_the_maximum_and_its_run_against_the_minimum() -> None:
    for quantity, runs in ((101, 10), (1, 10)):
        details = OrderDetails(quantity=quantity, drip_feed=DripFeed(runs=runs, interval=5))
        with pytest.raises(QuantityOutOfRange):
            specify(ServiceType.DEFAULT, details, limits=RUNNING, today=TODAY)


@for_each("kind", ServiceType)
def test_a_drip_feed_is_refused_where_the_service_or_its_type_has_none(kind: ServiceType) -> None:
    limits = LIMITS if kind is ServiceType.DEFAULT else RUNNING
    details = replace(FULL, drip_feed=DripFeed(runs=2, interval=5))
    assert get_refused_field(kind, details, limits) == "dripFeed"


@for_each(
    ("change", "reported"),
    [
        ({"posts": 0}, "posts"),
        ({"posts": 100_001}, "posts"),
        ({"min": 0}, "min"),
        ({"max": 4}, "max"),
        ({"delay": 7}, "delay"),
        ({"expiry": date(2026, 11, 23)}, "expiry"),
    ],
)
def test_a_subscription_without_sense_is_refused_by_name(change: dict[str, object], reported: str) -> None:
    subscription = replace(Subscription(posts=3, min=5, max=20, delay=30), **change)  # type: ignore[arg-type]  # of each field's own type
    details = OrderDetails(username="sara", subscription=subscription)
    assert get_refused_field(ServiceType.SUBSCRIPTIONS, details) == reported


@for_each("delay", DELAYS)
def test_a_subscription_may_have_the_panel_api_s_delays_and_end_today(delay: int) -> None:
    subscription = Subscription(posts=1, min=5, max=5, delay=delay, expiry=TODAY)
    details = OrderDetails(username="sara", subscription=subscription)
    assert specify(ServiceType.SUBSCRIPTIONS, details, limits=LIMITS, today=TODAY).units == 5


@given(st.text(), st.sampled_from([ServiceType.CUSTOM_COMMENTS, ServiceType.MENTIONS_CUSTOM_LIST]))
def test_lists_hold_as_many_lines_as_are_counted(text: str, kind: ServiceType) -> None:
    details = OrderDetails(comments=text, listed_usernames=text)
    limits = Limits(min=1, max=10**6, drip_feed=False)
    try:
        specification = specify(kind, details, limits=limits, today=TODAY)
    except InvalidInput:
        return
    stored = specification.comments or specification.usernames or ""
    assert len(stored.split("\n")) == specification.units
    assert all(line.strip() == line != "" for line in stored.split("\n"))
