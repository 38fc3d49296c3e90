"""`add` for each of the eleven service types, with the panel API's parameter names."""

from datetime import timedelta

import pytest

import database
from domain import calendar_days
from domain.service_types import ServiceType
from models import Order
from tests.reseller_api.reseller_client import Reseller
from tests.resolvers.factories import create_service

LINES = "first\r\n\r\nsecond\nthird"
FORMS: dict[ServiceType, dict[str, str]] = {
    ServiceType.DEFAULT: {"link": "page", "quantity": "30"},
    ServiceType.PACKAGE: {"link": "page"},
    ServiceType.CUSTOM_COMMENTS: {"link": "page", "comments": LINES},
    ServiceType.CUSTOM_COMMENTS_PACKAGE: {"link": "page", "comments": LINES},
    ServiceType.MENTIONS_WITH_HASHTAGS: {
        "link": "page",
        "quantity": "30",
        "usernames": "a\nb",
        "hashtags": "x\ny",
    },
    ServiceType.MENTIONS_CUSTOM_LIST: {"link": "page", "usernames": LINES},
    ServiceType.MENTIONS_HASHTAG: {"link": "page", "quantity": "30", "hashtag": "x"},
    ServiceType.MENTIONS_USER_FOLLOWERS: {"link": "page", "quantity": "30", "username": "ali"},
    ServiceType.MENTIONS_MEDIA_LIKERS: {
        "link": "page",
        "quantity": "30",
        "media": "https://example.com/p/2",
    },
    ServiceType.COMMENT_LIKES: {"link": "page", "quantity": "30", "username": "ali"},
    ServiceType.SUBSCRIPTIONS: {
        "username": "ali",
        "min": "10",
        "max": "15",
        "posts": "2",
        "delay": "30",
        "expiry": "31/12/2099",
    },
}
STORED: dict[ServiceType, dict[str, object]] = {
    ServiceType.DEFAULT: {"quantity": 30, "charge": 30},
    ServiceType.PACKAGE: {"quantity": 1, "charge": 1_000},
    ServiceType.CUSTOM_COMMENTS: {"quantity": 3, "charge": 3, "comments": "first\nsecond\nthird"},
    ServiceType.CUSTOM_COMMENTS_PACKAGE: {"quantity": 1, "charge": 1_000, "comments": "first\nsecond\nthird"},
    ServiceType.MENTIONS_WITH_HASHTAGS: {"quantity": 30, "usernames": "a\nb", "hashtags": "x\ny"},
    ServiceType.MENTIONS_CUSTOM_LIST: {"quantity": 3, "usernames": "first\nsecond\nthird"},
    ServiceType.MENTIONS_HASHTAG: {"quantity": 30, "hashtag": "x"},
    ServiceType.MENTIONS_USER_FOLLOWERS: {"quantity": 30, "username": "ali"},
    ServiceType.MENTIONS_MEDIA_LIKERS: {"quantity": 30, "media": "https://example.com/p/2"},
    ServiceType.COMMENT_LIKES: {"quantity": 30, "username": "ali"},
    ServiceType.SUBSCRIPTIONS: {
        "quantity": 30,
        "link": "ali",
        "username": "ali",
        "subscription_min": 10,
        "subscription_max": 15,
        "subscription_posts": 2,
        "subscription_delay": 30,
        "subscription_expiry": "31/12/2099",
    },
}


@pytest.mark.parametrize("kind", ServiceType)
async def test_an_order_of_each_type_is_placed_as_requested(kind: ServiceType, reseller: Reseller) -> None:
    service = await create_service(type=kind)
    answer = await reseller.call("add", service=service.id, **FORMS[kind])
    [row] = await Order.all().values()
    assert answer == {"order": row["id"]}
    assert {name: row[name] for name in STORED[kind]} == STORED[kind]


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        (kind, name)
        for kind, form in FORMS.items()
        for name in form
        if not (kind is ServiceType.SUBSCRIPTIONS and name in ("delay", "expiry"))
    ],
)
async def test_a_missing_required_field_is_named(
    kind: ServiceType, left_out: str, reseller: Reseller
) -> None:
    service = await create_service(type=kind)
    form = {name: text for name, text in FORMS[kind].items() if name != left_out}
    assert await reseller.call("add", service=service.id, **form) == {"error": f"Incorrect {left_out}"}
    assert await Order.all().count() == 0
    assert await reseller.balance() == 100_000


@pytest.mark.parametrize(
    ("fields", "runs", "interval", "quantity"),
    [
        ({"runs": "3", "interval": "10"}, 3, 10, 30),
        ({"runs": "0", "interval": "0"}, 0, 0, 10),
        ({"runs": "", "interval": ""}, 0, 0, 10),
    ],
)
async def test_an_order_is_a_drip_feed_only_where_it_has_runs(
    fields: dict[str, str], runs: int, interval: int, quantity: int, reseller: Reseller
) -> None:
    service = await create_service(drip_feed=True)
    await reseller.call("add", service=service.id, link="page", quantity=10, **fields)
    order = await Order.get()
    assert (order.runs, order.interval, order.quantity) == (runs, interval, quantity)
    assert order.is_drip_feed == (runs > 0)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"runs": "3"}, "interval"),
        ({"interval": "10"}, "runs"),
        ({"runs": "many", "interval": "10"}, "runs"),
        ({"runs": "-1", "interval": "10"}, "runs"),
        ({"runs": "10001", "interval": "10"}, "runs"),
        ({"runs": "2", "interval": "99999"}, "interval"),
    ],
)
async def test_half_a_drip_feed_is_refused(fields: dict[str, str], named: str, reseller: Reseller) -> None:
    service = await create_service(drip_feed=True)
    answer = await reseller.call("add", service=service.id, link="page", quantity=10, **fields)
    assert answer == {"error": f"Incorrect {named}"}


async def test_a_drip_feed_of_a_service_without_it_is_refused(reseller: Reseller) -> None:
    service = await create_service()
    form = {"link": "page", "quantity": 10, "runs": 2, "interval": 5}
    assert await reseller.call("add", service=service.id, **form) == {"error": "Incorrect runs"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"posts": "0"}, "posts"),
        ({"posts": "x"}, "posts"),
        ({"min": "20"}, "max"),
        ({"delay": "7"}, "delay"),
        ({"delay": "x"}, "delay"),
        ({"expiry": "2030-01-01"}, "expiry"),
        ({"expiry": "31/02/2030"}, "expiry"),
        ({"expiry": "yesterday"}, "expiry"),
    ],
)
async def test_a_subscription_that_cannot_be_is_refused(
    changed: dict[str, str], named: str, reseller: Reseller
) -> None:
    if changed == {"expiry": "yesterday"}:
        changed = {"expiry": calendar_days.format_day((await database.now()).date() - timedelta(days=1))}
    service = await create_service(type=ServiceType.SUBSCRIPTIONS)
    form = {**FORMS[ServiceType.SUBSCRIPTIONS], **changed}
    assert await reseller.call("add", service=service.id, **form) == {"error": f"Incorrect {named}"}


async def test_a_subscription_needs_neither_delay_nor_expiry(reseller: Reseller) -> None:
    service = await create_service(type=ServiceType.SUBSCRIPTIONS)
    form = {"username": "ali", "min": 1, "max": 2, "posts": 3, "delay": "", "expiry": ""}
    assert "order" in await reseller.call("add", service=service.id, **form)
    order = await Order.get()
    assert (order.subscription_delay, order.subscription_expiry, order.quantity) == (0, None, 6)


async def test_persian_digits_count(reseller: Reseller) -> None:
    service = await create_service()
    await reseller.call("add", service=service.id, link="page", quantity="۲۵")
    assert (await Order.get()).quantity == 25
