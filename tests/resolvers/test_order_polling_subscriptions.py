"""Subscriptions: what their providers say of them, and what the posts that never came give back."""

import pytest

from domain.order_details import OrderDetails, Subscription
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import Order, Provider
from resolvers import order_polling
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.fake_providers import FakeProviders
from tests.resolvers.provider_factories import get_balance, make_due, send_order

pytestmark = pytest.mark.both_databases

# Three posts of at most twenty units, for 60 Toman.
DETAILS = OrderDetails(username="sara", subscription=Subscription(posts=3, min=10, max=20, delay=30))


async def subscribe(app: AppContext, provider: Provider) -> Order:
    return await send_order(app, provider, details=DETAILS, type=ServiceType.SUBSCRIPTIONS)


async def poll_subscription(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, order: Order, **state: object
) -> Order:
    """The order after this report of its provider."""
    fake_providers.report("501", **state)  # type: ignore[arg-type]  # of each field's own type
    await make_due(order)
    await order_polling.poll_orders(app, provider)
    return await Order.get(id=order.id)


async def test_a_subscription_is_sent_with_all_its_parameters(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await subscribe(app, provider)
    assert order.charge == 60
    assert fake_providers.placed["501"].to_form() == {
        "service": "77",
        "username": "sara",
        "min": "10",
        "max": "20",
        "posts": "3",
        "delay": "30",
    }


@pytest.mark.parametrize("term", [SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED])
async def test_a_running_or_paused_subscription_shows_its_progress(
    term: SubscriptionStatus, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await subscribe(app, provider)

    order = await poll_subscription(
        app, provider, fake_providers, order, subscription_status=term, posts=2, orders=("23501", "23502")
    )

    assert (order.status, order.subscription_status, order.refunded) == (OrderStatus.INPROGRESS, term, 0)
    assert (order.subscription_response_posts, order.dispatch) == (2, Dispatch.SENT)
    assert order.subscription_response_orders == "[23501, 23502]"


@pytest.mark.parametrize(
    ("term", "posts", "status", "refunded"),
    [
        (SubscriptionStatus.COMPLETED, 3, OrderStatus.COMPLETED, 0),
        (SubscriptionStatus.COMPLETED, None, OrderStatus.COMPLETED, 0),
        (SubscriptionStatus.EXPIRED, 0, OrderStatus.PARTIAL, 60),
        (SubscriptionStatus.EXPIRED, 1, OrderStatus.PARTIAL, 40),
        (SubscriptionStatus.EXPIRED, 3, OrderStatus.PARTIAL, 0),
        (SubscriptionStatus.CANCELED, 1, OrderStatus.CANCELED, 60),
    ],
)
async def test_an_ended_subscription_refunds_undelivered_posts(
    term: SubscriptionStatus,
    posts: int | None,
    status: OrderStatus,
    refunded: int,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    order = await subscribe(app, provider)
    await poll_subscription(
        app, provider, fake_providers, order, subscription_status=SubscriptionStatus.ACTIVE
    )

    for _ in range(2):
        order = await poll_subscription(
            app, provider, fake_providers, order, subscription_status=term, posts=posts
        )

    assert (order.status, order.subscription_status, order.dispatch) == (status, term, Dispatch.CLOSED)
    assert order.refunded == refunded
    assert await get_balance(order) == 1_000_000 - 60 + refunded
    assert await audit_ledger() == []


@pytest.mark.parametrize(("term", "refunded"), [(OrderStatus.REFUNDED, 60), (OrderStatus.PARTIAL, 40)])
async def test_a_subscription_with_a_final_order_status_is_refunded_too(
    term: OrderStatus, refunded: int, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await subscribe(app, provider)

    order = await poll_subscription(app, provider, fake_providers, order, status=term, posts=1)

    assert (order.status, order.dispatch, order.refunded) == (term, Dispatch.CLOSED, refunded)
    assert order.subscription_status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)


@pytest.mark.parametrize("posts", [None, -1, 4])
async def test_a_subscription_expired_with_an_implausible_post_count_is_held_for_staff(
    posts: int | None, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await subscribe(app, provider)

    order = await poll_subscription(
        app, provider, fake_providers, order, subscription_status=SubscriptionStatus.EXPIRED, posts=posts
    )

    assert (order.status, order.dispatch, order.refunded) == (OrderStatus.AWAITING, Dispatch.UNKNOWN, 0)
    assert order.staff_note == f"ended after {posts} of 3 posts"


async def test_a_subscription_with_an_in_progress_order_status_is_active(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await subscribe(app, provider)

    order = await poll_subscription(app, provider, fake_providers, order, status=OrderStatus.PENDING, posts=7)

    assert (order.status, order.dispatch) == (OrderStatus.INPROGRESS, Dispatch.SENT)
    assert (order.subscription_status, order.subscription_response_posts) == (SubscriptionStatus.ACTIVE, None)
