"""Subscriptions: what their providers say of them, and what the posts that never came give back."""

import pytest

from domain.order_details import OrderDetails, Subscription
from domain.order_life import Dispatch
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import Order, Provider
from resolvers import following
from resolvers.audit import audit_ledger
from resolvers.shop import Shop
from tests.fake_providers import FakeProviders
from tests.resolvers.provider_records import balance_of, make_due, send_order

pytestmark = pytest.mark.both_databases

# Three posts of at most twenty units, for 60 Toman.
DETAILS = OrderDetails(username="sara", subscription=Subscription(posts=3, min=10, max=20, delay=30))


async def subscribe(shop: Shop, provider: Provider) -> Order:
    return await send_order(shop, provider, details=DETAILS, type=ServiceType.SUBSCRIPTIONS)


async def told(shop: Shop, provider: Provider, panels: FakeProviders, order: Order, **state: object) -> Order:
    """The order after its provider said so."""
    panels.report("501", **state)  # type: ignore[arg-type]  # of each field's own type
    await make_due(order)
    await following.follow_orders(shop, provider)
    return await Order.get(id=order.id)


async def test_a_subscription_is_sent_with_all_that_it_asks_for(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await subscribe(shop, provider)
    assert order.charge == 60
    assert panels.placed["501"].form() == {
        "service": "77",
        "username": "sara",
        "min": "10",
        "max": "20",
        "posts": "3",
        "delay": "30",
    }


@pytest.mark.parametrize("word", [SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED])
async def test_a_subscription_that_runs_or_rests_shows_how_far_it_is(
    word: SubscriptionStatus, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await subscribe(shop, provider)

    order = await told(
        shop, provider, panels, order, subscription_status=word, posts=2, orders=("23501", "23502")
    )

    assert (order.status, order.subscription_status, order.refunded) == (OrderStatus.INPROGRESS, word, 0)
    assert (order.subscription_response_posts, order.dispatch) == (2, Dispatch.SENT)
    assert order.subscription_response_orders == "[23501, 23502]"


@pytest.mark.parametrize(
    ("word", "posts", "status", "refunded"),
    [
        (SubscriptionStatus.COMPLETED, 3, OrderStatus.COMPLETED, 0),
        (SubscriptionStatus.COMPLETED, None, OrderStatus.COMPLETED, 0),
        (SubscriptionStatus.EXPIRED, 0, OrderStatus.PARTIAL, 60),
        (SubscriptionStatus.EXPIRED, 1, OrderStatus.PARTIAL, 40),
        (SubscriptionStatus.EXPIRED, 3, OrderStatus.PARTIAL, 0),
        (SubscriptionStatus.CANCELED, 1, OrderStatus.CANCELED, 60),
    ],
)
async def test_a_subscription_that_is_over_gives_back_the_posts_that_never_came(
    word: SubscriptionStatus,
    posts: int | None,
    status: OrderStatus,
    refunded: int,
    shop: Shop,
    provider: Provider,
    panels: FakeProviders,
) -> None:
    order = await subscribe(shop, provider)
    await told(shop, provider, panels, order, subscription_status=SubscriptionStatus.ACTIVE)

    for _ in range(2):
        order = await told(shop, provider, panels, order, subscription_status=word, posts=posts)

    assert (order.status, order.subscription_status, order.dispatch) == (status, word, Dispatch.CLOSED)
    assert order.refunded == refunded
    assert await balance_of(order) == 1_000_000 - 60 + refunded
    assert await audit_ledger() == []


@pytest.mark.parametrize(("word", "refunded"), [(OrderStatus.REFUNDED, 60), (OrderStatus.PARTIAL, 40)])
async def test_a_subscription_that_ends_in_a_word_for_orders_gives_back_too(
    word: OrderStatus, refunded: int, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await subscribe(shop, provider)

    order = await told(shop, provider, panels, order, status=word, posts=1)

    assert (order.status, order.dispatch, order.refunded) == (word, Dispatch.CLOSED, refunded)
    assert order.subscription_status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)


@pytest.mark.parametrize("posts", [None, -1, 4])
async def test_a_subscription_that_expired_after_an_impossible_number_of_posts_is_held_for_staff(
    posts: int | None, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await subscribe(shop, provider)

    order = await told(
        shop, provider, panels, order, subscription_status=SubscriptionStatus.EXPIRED, posts=posts
    )

    assert (order.status, order.dispatch, order.refunded) == (OrderStatus.AWAITING, Dispatch.UNKNOWN, 0)
    assert order.staff_note == f"ended after {posts} of 3 posts"


async def test_a_subscription_told_of_in_a_word_for_orders_under_way_is_active(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    order = await subscribe(shop, provider)

    order = await told(shop, provider, panels, order, status=OrderStatus.PENDING, posts=7)

    assert (order.status, order.dispatch) == (OrderStatus.INPROGRESS, Dispatch.SENT)
    assert (order.subscription_status, order.subscription_response_posts) == (SubscriptionStatus.ACTIVE, None)
