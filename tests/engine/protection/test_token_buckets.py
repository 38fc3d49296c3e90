"""Buckets of points."""

from engine.protection.token_buckets import Capacity, TokenBuckets

HUNDRED = Capacity(points=100, restore_rate=10)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_starts_with_a_full_bucket() -> None:
    assert TokenBuckets().remaining("a", HUNDRED) == 100


def test_points_that_are_spent_come_back_but_no_more_than_the_bucket_holds() -> None:
    clock = Clock()
    buckets = TokenBuckets(clock=clock)
    assert buckets.spend("a", 60, HUNDRED) == 40

    clock.now += 2.55
    assert buckets.remaining("a", HUNDRED) == 65
    clock.now += 60
    assert buckets.remaining("a", HUNDRED) == 100


def test_points_never_become_negative() -> None:
    buckets = TokenBuckets(clock=Clock())
    assert buckets.spend("a", 1_000, HUNDRED) == 0
    assert buckets.seconds_until("a", 15, HUNDRED) == 2


def test_callers_have_separate_buckets() -> None:
    buckets = TokenBuckets(clock=Clock())
    buckets.spend("a", 100, HUNDRED)
    assert buckets.remaining("b", HUNDRED) == 100


def test_a_stopped_clock_returns_no_points() -> None:
    buckets = TokenBuckets(clock=Clock())
    for _ in range(10):
        buckets.spend("a", 10, HUNDRED)
    assert buckets.remaining("a", HUNDRED) == 0


def test_the_number_of_buckets_is_bounded_and_the_least_recent_is_evicted() -> None:
    buckets = TokenBuckets(clock=Clock(), max_buckets=2)
    for caller in ("a", "b", "a", "c"):
        buckets.spend(caller, 50, HUNDRED)

    assert len(buckets) == 2
    assert [buckets.remaining(caller, HUNDRED) for caller in "abc"] == [0, 100, 50]
