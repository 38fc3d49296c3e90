"""Interpretation of a provider's status report."""

from dataclasses import dataclass

from domain.order_details import MAX_QUANTITY
from domain.order_status import OrderStatus, SubscriptionStatus


@dataclass(frozen=True, kw_only=True)
class Report:
    """A provider's report on an order (or on one run of it); None is what it does not say."""

    status: OrderStatus | None
    subscription: SubscriptionStatus | None = None
    start_count: int | None = None
    remains: int | None = None
    posts: int | None = None


@dataclass(frozen=True, kw_only=True)
class Interpretation:
    """The interpretation of a report: the resulting status, and the undelivered units if they matter.

    `implausible_reason` is set if staff have to check the report; the status is then None.
    """

    status: OrderStatus | None
    remains: int | None = None
    implausible_reason: str | None = None


_ENDS_OF_A_SUBSCRIPTION = (OrderStatus.CANCELED, OrderStatus.REFUNDED)
_SETTLING = (OrderStatus.COMPLETED, OrderStatus.PARTIAL, OrderStatus.CANCELED, OrderStatus.REFUNDED)


def interpret(report: Report, *, units: int) -> Interpretation:
    """The interpretation of a report on an order of `units`.

    A partial delivery causes a refund, so it is accepted only with a plausible number.
    """
    remains = _plausible(report.remains, units)
    if report.status is OrderStatus.PARTIAL and remains is None:
        return Interpretation(
            status=None, implausible_reason=f"partial with {report.remains} of {units} remaining"
        )
    if report.status is OrderStatus.PENDING:
        return Interpretation(status=OrderStatus.PROCESSING, remains=remains)
    return Interpretation(status=report.status, remains=remains)


def interpret_subscription(report: Report, *, posts: int, units_per_post: int) -> Interpretation:
    """The interpretation of a report on a subscription to `posts` posts of `units_per_post` units each.

    A subscription ends early by expiring, which some providers call partial: the remaining posts never
    appeared.
    """
    if report.subscription in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED):
        return Interpretation(status=OrderStatus.INPROGRESS)
    if report.subscription is SubscriptionStatus.COMPLETED:
        return Interpretation(status=OrderStatus.COMPLETED, remains=0)
    if report.subscription is SubscriptionStatus.CANCELED:
        return Interpretation(status=OrderStatus.CANCELED)
    if report.status in _ENDS_OF_A_SUBSCRIPTION:
        return Interpretation(status=report.status)
    if report.status is OrderStatus.COMPLETED:
        return Interpretation(status=OrderStatus.COMPLETED, remains=0)
    if report.status in (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.INPROGRESS):
        return Interpretation(status=OrderStatus.INPROGRESS)
    if report.subscription is SubscriptionStatus.EXPIRED or report.status is OrderStatus.PARTIAL:
        done = _plausible(report.posts, posts)
        if done is None:
            return Interpretation(
                status=None, implausible_reason=f"ended after {report.posts} of {posts} posts"
            )
        return Interpretation(status=OrderStatus.PARTIAL, remains=(posts - done) * units_per_post)
    return Interpretation(status=None)


def plausible_start_count(report: Report) -> int | None:
    """The units that existed before delivery began, if plausible."""
    return _plausible(report.start_count, MAX_QUANTITY)


def is_over(status: OrderStatus | None) -> bool:
    """Whether nothing more will be delivered."""
    return status in _SETTLING


def count_undelivered(reading: Interpretation, *, units: int) -> int:
    """Undelivered units of a run, once it is finished."""
    if reading.status in (OrderStatus.CANCELED, OrderStatus.REFUNDED):
        return units
    return reading.remains or 0 if reading.status is OrderStatus.PARTIAL else 0


def _plausible(count: int | None, maximum: int) -> int | None:
    return count if count is not None and 0 <= count <= maximum else None
