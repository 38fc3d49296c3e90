"""Placing orders: what is charged, what is left for the worker, and what is refused."""

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from domain import calendar_days
from domain.enums import LedgerKind
from domain.money import MAX_AMOUNT
from domain.order_details import DripFeed, Limits, OrderContent, OrderDetails, Subscription, specify
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.problems import (
    DuplicateOrder,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    Problem,
    QuantityOutOfRange,
    ServiceUnavailable,
)
from domain.service_types import ServiceType
from models import Category, LedgerEntry, Order, Provider, Service, User
from resolvers import orders
from resolvers.app_context import AppContext
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers import factories
from tests.resolvers.factories import create_service
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import LINK, get_balance, get_columns, get_ledger, place_order_for

pytestmark = pytest.mark.both_databases

PRICE = 1_999
UNSET: dict[str, object] = {
    **dict.fromkeys(("usernames", "username", "hashtags", "hashtag", "media", "comments")),
    **dict.fromkeys(("subscription_posts", "subscription_min", "subscription_max", "subscription_delay")),
    **dict.fromkeys(("subscription_expiry", "subscription_status")),
    **{"is_drip_feed": False, "runs": 0, "interval": 0, "drip_feed_quantity": 0},
}
SUBSCRIPTION = Subscription(posts=3, min=5, max=20, delay=30, expiry=date(2199, 1, 31))
SUBSCRIBED: dict[str, object] = {
    "username": "sara",
    "subscription_posts": 3,
    "subscription_min": 5,
    "subscription_max": 20,
    "subscription_delay": 30,
    "subscription_expiry": "31/01/2199",
    "subscription_status": SubscriptionStatus.ACTIVE,
}
REQUESTED = {
    ServiceType.DEFAULT: OrderDetails(quantity=100),
    ServiceType.PACKAGE: OrderDetails(),
    ServiceType.CUSTOM_COMMENTS: OrderDetails(comments="عالی\r\n\n خوب \nbad"),
    ServiceType.CUSTOM_COMMENTS_PACKAGE: OrderDetails(package_comments="one\ntwo"),
    ServiceType.MENTIONS_WITH_HASHTAGS: OrderDetails(quantity=100, usernames="a\nb", hashtags="#one\n#two"),
    ServiceType.MENTIONS_CUSTOM_LIST: OrderDetails(listed_usernames="x\ny\nz\n"),
    ServiceType.MENTIONS_HASHTAG: OrderDetails(quantity=100, hashtag="#three"),
    ServiceType.MENTIONS_USER_FOLLOWERS: OrderDetails(quantity=100, username="sara"),
    ServiceType.MENTIONS_MEDIA_LIKERS: OrderDetails(quantity=100, media="https://example.com/m"),
    ServiceType.COMMENT_LIKES: OrderDetails(quantity=100, username="sara"),
    ServiceType.SUBSCRIPTIONS: OrderDetails(username="sara", subscription=SUBSCRIPTION),
}
UNITS_AND_CHARGE = {
    **dict.fromkeys(ServiceType, (100, 200)),
    ServiceType.PACKAGE: (1, PRICE),
    ServiceType.CUSTOM_COMMENTS: (3, 6),
    ServiceType.CUSTOM_COMMENTS_PACKAGE: (1, PRICE),
    ServiceType.MENTIONS_CUSTOM_LIST: (3, 6),
    ServiceType.SUBSCRIPTIONS: (60, 120),
}
CONTENT = [field.name for field in fields(OrderContent)]
# The columns that are not as in UNSET.
FILLED: dict[ServiceType, dict[str, object]] = {
    ServiceType.DEFAULT: {},
    ServiceType.PACKAGE: {},
    ServiceType.CUSTOM_COMMENTS: {"comments": "عالی\nخوب\nbad"},
    ServiceType.CUSTOM_COMMENTS_PACKAGE: {"comments": "one\ntwo"},
    ServiceType.MENTIONS_WITH_HASHTAGS: {"usernames": "a\nb", "hashtags": "#one\n#two"},
    ServiceType.MENTIONS_CUSTOM_LIST: {"usernames": "x\ny\nz"},
    ServiceType.MENTIONS_HASHTAG: {"hashtag": "#three"},
    ServiceType.MENTIONS_USER_FOLLOWERS: {"username": "sara"},
    ServiceType.MENTIONS_MEDIA_LIKERS: {"media": "https://example.com/m"},
    ServiceType.COMMENT_LIKES: {"username": "sara"},
    ServiceType.SUBSCRIPTIONS: SUBSCRIBED,
}
RUNNING = [OrderStatus(name) for name in ("pending", "processing", "inprogress", "error", "awaiting")]


async def change(service: Service, **values: object) -> None:
    await Service.filter(id=service.id).update(**values)


@pytest.mark.parametrize("kind", ServiceType)
async def test_an_order_of_each_type_holds_its_fields_and_costs_its_units(
    kind: ServiceType, app: AppContext
) -> None:
    units, charge = UNITS_AND_CHARGE[kind]
    buyer, service = await create_user(balance=10_000), await create_service(price=PRICE, type=kind)

    answered = await place_order_for(app, buyer, service, details=REQUESTED[kind])

    order = await Order.get()
    held = get_columns(order)
    assert {name: held[name] for name in UNSET} == {**UNSET, **FILLED[kind]}
    assert (order.service_type, order.quantity, order.charge) == (kind, units, charge)
    assert get_columns(answered) == held
    limits = Limits(min=1, max=1_000, drip_feed=False)
    specified = specify(kind, REQUESTED[kind], limits=limits, today=calendar_days.to_day(order.created_at))
    assert order.content == OrderContent(**{name: getattr(specified, name) for name in CONTENT})
    assert await get_balance(buyer) == 10_000 - charge
    assert (await get_ledger(buyer))[1:] == [(LedgerKind.ORDER_CHARGE, -charge, 10_000 - charge)]


async def test_an_order_waits_for_the_worker_under_the_services_own_provider(app: AppContext) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()
    provider = await Provider.create(
        name="Upstream", url="https://panel.example", api_key="k", created_at=TIMESTAMP, updated_at=TIMESTAMP
    )
    await change(service, provider_id=provider.id, provider_service_id="1001")

    await place_order_for(app, buyer, service)

    order = await Order.get()
    assert (order.provider_id, order.provider_service_id, order.provider_order_id) == (
        provider.id,
        "1001",
        None,
    )
    assert (order.user_id, order.service_id) == (buyer.id, service.id)
    assert order.category_id == service.category_id
    assert (order.status, order.start_count, order.remains, order.refunded) == (OrderStatus.PENDING, 0, 0, 0)
    assert (order.source, order.is_imported) == (OrderSource.GRAPHQL, False)
    assert order.created_at == order.updated_at > TIMESTAMP


async def test_the_ledger_entry_references_the_order_and_has_its_timestamp(app: AppContext) -> None:
    order = await place_order_for(app, await create_user(balance=10_000), await create_service())

    entry = await LedgerEntry.get(order_id=order.id)
    assert (entry.cause, entry.payment_id, entry.created_at) == (f"order:{order.id}", None, order.created_at)


@pytest.mark.parametrize(
    ("price", "quantity", "custom_rate", "charge"),
    [
        (1_000, 100, 0, 100),
        (1_000, 100, 7, 93),
        (1_000, 101, 7, 94),
        (1_000, 1, 99, 1),
        (1, 1, 0, 1),
        (1_000, 1_000, 100, 0),
    ],
)
async def test_a_charge_takes_the_discount_off_and_is_rounded_up_once(
    price: int, quantity: int, custom_rate: int, charge: int, app: AppContext
) -> None:
    buyer, service = await create_user(balance=10_000), await create_service(price=price)
    await User.filter(id=buyer.id).update(custom_rate=custom_rate)

    order = await place_order_for(app, buyer, service, quantity=quantity)

    assert order.charge == charge
    assert await get_balance(buyer) == 10_000 - charge


async def test_an_order_costs_the_price_and_discount_of_now_and_not_those_the_buyer_saw(
    app: AppContext,
) -> None:
    buyer, seen = await create_user(balance=10_000), await create_service(price=1_000)
    await change(seen, price=3_000)
    await User.filter(id=buyer.id).update(custom_rate=50)

    assert (await place_order_for(app, buyer, seen)).charge == 150


async def test_a_later_price_does_not_change_the_order_s_charge(app: AppContext) -> None:
    service = await create_service(price=1_000)
    order = await place_order_for(app, await create_user(balance=10_000), service)

    await change(service, price=9_000, type=ServiceType.PACKAGE)

    assert get_columns(await Order.get()) == get_columns(order)


async def test_a_drip_feed_is_charged_for_all_its_runs_and_keeps_one_runs_quantity(app: AppContext) -> None:
    buyer, service = await create_user(balance=10_000), await create_service(price=PRICE, drip_feed=True)
    details = OrderDetails(quantity=20, drip_feed=DripFeed(runs=5, interval=30))

    order = await place_order_for(app, buyer, service, details=details)

    assert (order.quantity, order.charge) == (100, 200)
    assert (order.is_drip_feed, order.runs, order.interval, order.drip_feed_quantity) == (True, 5, 30, 20)
    assert await get_balance(buyer) == 9_800


async def test_a_service_with_drip_feed_may_be_ordered_without(app: AppContext) -> None:
    service = await create_service(drip_feed=True)

    order = await place_order_for(app, await create_user(balance=10_000), service)

    assert (order.is_drip_feed, order.drip_feed_quantity) == (False, 0)


@pytest.mark.parametrize(("link", "target"), [(None, "sara"), (f" {LINK}\n", LINK)])
async def test_a_subscription_without_a_link_goes_to_its_user(
    link: str | None, target: str, app: AppContext
) -> None:
    service = await create_service(type=ServiceType.SUBSCRIPTIONS)
    details = REQUESTED[ServiceType.SUBSCRIPTIONS]

    order = await place_order_for(app, await create_user(balance=10_000), service, details=details, link=link)

    assert order.link == target


async def test_a_category_that_is_the_services_own_may_be_named(app: AppContext) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()

    order = await orders.create_order(
        app,
        buyer,
        service_id=service.id,
        category_id=service.category_id,
        link=LINK,
        details=OrderDetails(quantity=100),
        source=OrderSource.MOBILE_APP,
    )

    assert (order.category_id, order.source) == (service.category_id, OrderSource.MOBILE_APP)


async def test_a_service_or_a_category_that_is_switched_off_is_unavailable(app: AppContext) -> None:
    buyer = await create_user(balance=10_000)
    service, shelved = await create_service(), await create_service()
    await change(service, is_active=False)
    await Category.filter(id=shelved.category_id).update(is_active=False)
    before = await read_stored_rows()

    for refused in (service, shelved):
        with pytest.raises(ServiceUnavailable):
            await place_order_for(app, buyer, refused)

    assert await read_stored_rows() == before


REFUSED: list[tuple[type[Problem], dict[str, Any]]] = [
    (ServiceUnavailable, {"service_id": 0}),
    (ServiceUnavailable, {"service_id": 2**31}),
    (ServiceUnavailable, {"service_id": 10**30}),
    (ServiceUnavailable, {"category_id": 0}),
    (ServiceUnavailable, {"category_id": 10**30}),
    (InvalidLink, {"link": None}),
    (InvalidLink, {"link": "not a link!"}),
    (InvalidLink, {"link": "\ud800"}),
    (InvalidLink, {"link": "https://example.com/" + "x" * 2_000}),
    (InvalidInput, {"details": OrderDetails()}),
    (InvalidInput, {"details": OrderDetails(quantity=-1)}),
    (InvalidInput, {"details": OrderDetails(quantity=2**63)}),
    (InvalidInput, {"details": OrderDetails(quantity=10, drip_feed=DripFeed(runs=2, interval=5))}),
    (InvalidInput, {"idempotency_key": " "}),
    (QuantityOutOfRange, {"details": OrderDetails(quantity=9)}),
    (QuantityOutOfRange, {"details": OrderDetails(quantity=1_001)}),
    (InsufficientBalance, {"details": OrderDetails(quantity=501)}),
]


@pytest.mark.parametrize(("problem", "changes"), REFUSED, ids=lambda value: ascii(value)[:60])
async def test_a_refused_order_changes_no_table(
    problem: type[Problem], changes: dict[str, Any], app: AppContext
) -> None:
    buyer, service = await create_user(balance=500), await create_service(price=1_000, min_quantity=10)
    sound = {"service_id": service.id, "link": LINK, "details": OrderDetails(quantity=500)}
    before = await read_stored_rows()

    with pytest.raises(problem):
        await orders.create_order(app, buyer, source=OrderSource.GRAPHQL, **{**sound, **changes})

    assert await read_stored_rows() == before


@pytest.mark.parametrize("guard", ["setting", "service"])
@pytest.mark.parametrize("status", OrderStatus)
async def test_a_second_order_for_a_link_is_refused_while_the_first_runs(
    guard: str, status: OrderStatus, app: AppContext
) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()
    guarded = with_settings(app, refuse_duplicate_orders=guard == "setting")
    await change(service, refuses_duplicates=guard == "service")
    await place_order_for(guarded, buyer, service)
    await Order.all().update(status=status)
    before = await read_stored_rows()

    if status in RUNNING:
        with pytest.raises(DuplicateOrder):
            await place_order_for(guarded, buyer, service, link=f" {LINK} ")
        assert await read_stored_rows() == before
    else:
        await place_order_for(guarded, buyer, service)


async def test_the_duplicate_guard_recognizes_every_spelling_of_a_link(
    app: AppContext, subtests: pytest.Subtests
) -> None:
    guarded = with_settings(app, refuse_duplicate_orders=True)
    buyer, service = await create_user(balance=10_000), await create_service()
    placed = await place_order_for(guarded, buyer, service, link="https://instagram.com/p/x")
    spellings = (
        "HTTPS://WWW.Instagram.com/p/x/",
        "http://instagram.com:80/p/%78",
        "\u200bhttps://instagram.com/p/x",
    )

    for link_hash in (placed.link_hash, None):
        await Order.filter(id=placed.id).update(link_hash=link_hash)
        for spelling in spellings:
            with subtests.test(spelling=spelling, link_hash=link_hash), pytest.raises(DuplicateOrder):
                await place_order_for(guarded, buyer, service, link=spelling)
    other = await place_order_for(guarded, buyer, service, link="HTTPS://Instagram.com/p/X/")
    assert (await Order.get(id=other.id)).link == "HTTPS://Instagram.com/p/X/"
    assert await Order.all().count() == 2


async def test_the_duplicate_guard_accepts_other_links_services_and_buyers(app: AppContext) -> None:
    guarded = with_settings(app, refuse_duplicate_orders=True)
    buyer, other = await create_user(balance=10_000), await create_user(balance=10_000)
    service = await create_service()
    await place_order_for(guarded, buyer, service)

    await place_order_for(guarded, buyer, service, link=f"{LINK}?page=2")
    await place_order_for(guarded, buyer, await create_service())
    await place_order_for(guarded, other, service)

    assert await Order.all().count() == 4


async def test_without_a_guard_an_order_may_be_placed_twice(app: AppContext) -> None:
    buyer, service = await create_user(balance=10_000), await create_service()
    await factories.create_order(buyer, service, link=LINK)

    await place_order_for(app, buyer, service)

    assert await Order.all().count() == 2


@pytest.mark.parametrize(
    ("price", "quantity"),
    [(MAX_AMOUNT, 1_001), (1_001, MAX_AMOUNT), (2**63 - 1, MAX_AMOUNT)],
)
async def test_a_charge_beyond_the_largest_amount_is_refused_however_rich_the_buyer(
    price: int, quantity: int, app: AppContext
) -> None:
    buyer = await create_user(balance=MAX_AMOUNT)
    service = await create_service(price=price, max_quantity=MAX_AMOUNT)
    before = await read_stored_rows()

    with pytest.raises(InvalidInput) as refusal:
        await place_order_for(app, buyer, service, quantity=quantity)

    assert refusal.value.field == "quantity"
    assert await read_stored_rows() == before


@pytest.mark.parametrize(("price", "quantity"), [(MAX_AMOUNT, 1_000), (1_000, MAX_AMOUNT)])
async def test_the_largest_charge_is_debited_exactly(price: int, quantity: int, app: AppContext) -> None:
    buyer = await create_user(balance=MAX_AMOUNT)
    service = await create_service(price=price, max_quantity=MAX_AMOUNT)

    await place_order_for(app, buyer, service, quantity=quantity)

    order = await Order.get()
    assert (order.charge, order.quantity) == (MAX_AMOUNT, quantity)
    assert await get_balance(buyer) == 0


async def test_a_free_service_charges_nothing_and_enters_nothing(app: AppContext) -> None:
    buyer, service = await create_user(), await create_service(price=0)

    order = await place_order_for(app, buyer, service)

    assert (order.charge, order.status) == (0, OrderStatus.PENDING)
    assert (await get_balance(buyer), await get_ledger(buyer)) == (0, [])
