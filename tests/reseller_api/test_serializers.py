"""Every kind of order in the panel API's format."""

import pytest

from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import Order
from reseller_api import serializers

SUBSCRIPTION_STATUSES = {
    OrderStatus.PENDING: "Pending",
    OrderStatus.PROCESSING: "Paused",
    OrderStatus.INPROGRESS: "Paused",
    OrderStatus.COMPLETED: "Completed",
    OrderStatus.PARTIAL: "Expired",
    OrderStatus.CANCELED: "Canceled",
    OrderStatus.REFUNDED: "Canceled",
    OrderStatus.ERROR: "Pending",
    OrderStatus.AWAITING: "Pending",
}


def order(**columns: object) -> Order:
    return Order(
        id=7, charge=100, quantity=10, link="page", **{"service_type": ServiceType.DEFAULT, **columns}
    )


@pytest.mark.parametrize("status", OrderStatus)
def test_a_subscription_has_its_own_statuses_while_it_runs_and_when_it_ends(status: OrderStatus) -> None:
    row = order(
        status=status,
        service_type=ServiceType.SUBSCRIPTIONS,
        subscription_status=SubscriptionStatus.PAUSED,
        subscription_max=2,
    )
    assert serializers.status(row)["status"] == SUBSCRIPTION_STATUSES[status]


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_is_reported(status: OrderStatus) -> None:
    reported = serializers.status(order(status=status))
    assert reported.keys() == {"charge", "start_count", "status", "remains", "currency"}


@pytest.mark.parametrize(
    ("columns", "posts"),
    [
        ({"status": OrderStatus.INPROGRESS}, "0"),
        ({"status": OrderStatus.INPROGRESS, "subscription_response_posts": 2}, "2"),
        ({"status": OrderStatus.COMPLETED}, "5"),
        ({"status": OrderStatus.PARTIAL, "remains": 4}, "3"),
        ({"status": OrderStatus.CANCELED}, "0"),
    ],
)
def test_posts_are_those_that_were_served(columns: dict[str, object], posts: str) -> None:
    row = order(service_type=ServiceType.SUBSCRIPTIONS, subscription_posts=5, subscription_max=2, **columns)
    assert serializers.status(row)["posts"] == posts


@pytest.mark.parametrize(
    ("columns", "runs"),
    [
        ({"runs_by_shop": True, "runs_done": 3, "remains": 0}, "3"),
        ({"status": OrderStatus.INPROGRESS, "remains": 0}, "0"),
        ({"status": OrderStatus.INPROGRESS, "remains": 5}, "2"),
        ({"status": OrderStatus.PARTIAL, "remains": 4}, "3"),
        ({"status": OrderStatus.COMPLETED, "remains": 0}, "5"),
    ],
)
def test_runs_counts_only_finished_runs(columns: dict[str, object], runs: str) -> None:
    row = order(is_drip_feed=True, runs=5, drip_feed_quantity=2, **columns)
    assert serializers.status(row)["runs"] == runs
