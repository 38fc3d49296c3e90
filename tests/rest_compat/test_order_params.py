"""The legacy app's order form, as it is sent, against the order that is stored."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import httpx
import pytest

from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import LedgerEntry, Order, Service
from resolvers.app_context import AppContext
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import create_service
from tests.rest_compat.reference import list_answers

Fields = dict[str, object]

LINK = "https://www.instagram.com/p/CA2-Sn-n9YX/"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
BALANCE = 1_000_000
PRICE = 3_000
# What every order holds unless its type gives it a value.
EMPTY: Fields = {
    "comments": None,
    "usernames": None,
    "username": None,
    "hashtags": None,
    "hashtag": None,
    "media": None,
    "subscription_posts": None,
    "subscription_min": None,
    "subscription_max": None,
    "subscription_delay": None,
    "subscription_expiry": None,
    "subscription_status": None,
    "is_drip_feed": False,
    "runs": 0,
    "interval": 0,
    "drip_feed_quantity": 0,
}
# Parameters of other types, which the form sends all the same.
NOISE: Fields = {
    "service_type": "subscriptions",
    "api_provider_id": 99,
    "api_service_id": 99,
    "interval": 30,
    "runs": 1,
    "charge": 0,
    "status": "completed",
    "user_id": 1,
    "uid": 1,
}
# Type, what is sent, and what is stored of it; the charge is that of a price of 3,000 for 1,000.
FORMS: dict[ServiceType, tuple[Fields, Fields]] = {
    ServiceType.DEFAULT: ({"quantity": 100}, {"quantity": 100, "charge": 300}),
    ServiceType.PACKAGE: ({}, {"quantity": 1, "charge": 3_000}),
    ServiceType.CUSTOM_COMMENTS: (
        {"comments": "عالی بود\r\n\n  nice, really \nخوب"},
        {"comments": "عالی بود\nnice, really\nخوب", "quantity": 3, "charge": 9},
    ),
    ServiceType.CUSTOM_COMMENTS_PACKAGE: (
        {"comments_custom_package": "one\ntwo", "comments": "of another type"},
        {"comments": "one\ntwo", "quantity": 1, "charge": 3_000},
    ),
    ServiceType.MENTIONS_WITH_HASHTAGS: (
        {"quantity": 100, "usernames": "sara\nreza", "hashtags": "#یک\n#two", "hashtag": "#unused"},
        {"usernames": "sara\nreza", "hashtags": "#یک\n#two", "quantity": 100, "charge": 300},
    ),
    ServiceType.MENTIONS_CUSTOM_LIST: (
        {"usernames_custom": "sara\nreza\n", "usernames": "of_another_type"},
        {"usernames": "sara\nreza", "quantity": 2, "charge": 6},
    ),
    ServiceType.MENTIONS_HASHTAG: (
        {"quantity": 100, "hashtag": " #یک ", "hashtags": "#unused"},
        {"hashtag": "#یک", "quantity": 100, "charge": 300},
    ),
    ServiceType.MENTIONS_USER_FOLLOWERS: (
        {"quantity": 100, "username": "sara"},
        {"username": "sara", "quantity": 100, "charge": 300},
    ),
    ServiceType.MENTIONS_MEDIA_LIKERS: (
        {"quantity": 100, "media_url": "https://www.instagram.com/p/B_8/?a=1&b=2"},
        {"media": "https://www.instagram.com/p/B_8/?a=1&b=2", "quantity": 100, "charge": 300},
    ),
    ServiceType.COMMENT_LIKES: (
        {"quantity": 100, "username": "sara"},
        {"username": "sara", "quantity": 100, "charge": 300},
    ),
    ServiceType.SUBSCRIPTIONS: (
        {
            "username": "sara",
            "sub_posts": 4,
            "sub_min": 50,
            "sub_max": 100,
            "sub_delay": 30,
            "sub_expiry": "31/12/2199",
        },
        {
            "username": "sara",
            "subscription_posts": 4,
            "subscription_min": 50,
            "subscription_max": 100,
            "subscription_delay": 30,
            "subscription_expiry": "31/12/2199",
            "subscription_status": SubscriptionStatus.ACTIVE,
            "quantity": 400,
            "charge": 1_200,
        },
    ),
}
# What each type cannot do without.
NEEDED = [
    (kind, name)
    for kind, (sent, _) in FORMS.items()
    for name in sent
    if name != "sub_expiry" and (kind, name) not in {
        (ServiceType.CUSTOM_COMMENTS_PACKAGE, "comments"),
        (ServiceType.MENTIONS_WITH_HASHTAGS, "hashtag"),
        (ServiceType.MENTIONS_CUSTOM_LIST, "usernames"),
        (ServiceType.MENTIONS_HASHTAG, "hashtags"),
    }
]  # fmt: skip


def as_json(form: Fields) -> tuple[str, bytes]:
    return "application/json", json.dumps(form).encode()


def as_texts(form: Fields) -> tuple[str, bytes]:
    """JSON whose numbers are texts."""
    return as_json({name: None if value is None else str(value) for name, value in form.items()})


def as_form(form: Fields) -> tuple[str, bytes]:
    fields = {name: value for name, value in form.items() if value is not None}
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def in_persian_digits(form: Fields) -> tuple[str, bytes]:
    numbers = {name for name, value in form.items() if isinstance(value, int)} | {"sub_expiry"}
    return as_form(
        {name: str(value).translate(PERSIAN) if name in numbers else value for name, value in form.items()}
    )


def as_multipart(form: Fields) -> tuple[str, bytes]:
    parts = "".join(
        f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
        if value is not None
    )
    return "multipart/form-data; boundary=line", f"{parts}--line--\r\n".encode()


ENCODINGS = [as_json, as_texts, as_form, in_persian_digits, as_multipart]
Encoding = Callable[[Fields], tuple[str, bytes]]
Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def send(client: httpx.AsyncClient, app: AppContext) -> Send:
    """Orders the service with a form, as a buyer who can pay."""
    buyer = await create_authorization(app, await create_user(balance=BALANCE))

    async def send(
        service: Service, form: Fields, *, encoding: Encoding = as_json, noise: Fields = NOISE
    ) -> httpx.Response:
        named = {"service_id": service.id, "category_id": service.category_id, "link": LINK}
        content_type, content = encoding({**named, **noise, **form})
        headers = {**buyer, "Content-Type": content_type}
        return await client.post("/api/v1/order", headers=headers, content=content)

    return send


async def create_service_of(kind: ServiceType, *, drip_feed: bool = False) -> Service:
    return await create_service(type=kind, price=PRICE, max_quantity=10_000, drip_feed=drip_feed)


def get_stored_order(order: Order) -> Fields:
    return {name: getattr(order, name) for name in (*EMPTY, "quantity", "charge")}


async def check_refused(answer: Awaitable[httpx.Response]) -> None:
    """The documented 400, and nothing stored."""
    before = await read_stored_rows()
    refused = await answer
    assert (refused.status_code, refused.json()) == (200, list_answers("POST", "/v1/order")[1])
    assert await read_stored_rows() == before


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: encoding.__name__)
@pytest.mark.parametrize("kind", FORMS)
async def test_an_order_of_each_type_is_stored_as_its_form_says(
    kind: ServiceType, encoding: Encoding, send: Send
) -> None:
    sent, expected = FORMS[kind]

    answer = await send(await create_service_of(kind), sent, encoding=encoding)

    assert (answer.status_code, answer.json()["status"]) == (200, 201), answer.text
    order = await Order.get()
    assert get_stored_order(order) == {**EMPTY, **expected}
    assert (order.service_type, order.link, order.status) == (kind, LINK, OrderStatus.PENDING)
    assert order.source is OrderSource.MOBILE_APP
    charge = await LedgerEntry.get(order_id=order.id)
    assert (charge.amount, charge.balance_after) == (-order.charge, BALANCE - order.charge)


@pytest.mark.parametrize(("kind", "name"), NEEDED)
async def test_an_order_without_something_that_its_type_needs_is_refused(
    kind: ServiceType, name: str, send: Send
) -> None:
    service = await create_service_of(kind)
    sent = {key: value for key, value in FORMS[kind][0].items() if key != name}

    await check_refused(send(service, sent))
    await check_refused(send(service, {**sent, name: " "}))


@pytest.mark.parametrize("switch", ["on", "ON", " On "])
async def test_a_drip_feed_that_is_on_is_stored_with_its_total(switch: str, send: Send) -> None:
    service = await create_service_of(ServiceType.DEFAULT, drip_feed=True)

    await send(service, {"quantity": 100, "is_drip_feed": switch, "runs": "۳", "interval": "15"})

    drip_feed = {"is_drip_feed": True, "runs": 3, "interval": 15, "drip_feed_quantity": 100}
    assert get_stored_order(await Order.get()) == {**EMPTY, **drip_feed, "quantity": 300, "charge": 900}


@pytest.mark.parametrize("switch", ["facilis", "off", "", "1", "true", None, True, 1, ["on"], "oñ"])
async def test_a_drip_feed_that_is_anything_but_on_is_one_delivery(switch: object, send: Send) -> None:
    service = await create_service_of(ServiceType.DEFAULT, drip_feed=True)

    await send(service, {"quantity": 100, "is_drip_feed": switch, "runs": 3, "interval": 15})

    assert get_stored_order(await Order.get()) == {**EMPTY, "quantity": 100, "charge": 300}


@pytest.mark.parametrize(
    "change",
    [
        {"runs": None},
        {"runs": 0},
        {"runs": "-1"},
        {"runs": "many"},
        {"runs": 1.5},
        {"interval": None},
        {"interval": ""},
        {"interval": 10_081},
        {"runs": 101},
        {"quantity": 0},
    ],
    ids=str,
)
async def test_a_drip_feed_with_impossible_numbers_is_refused(change: Fields, send: Send) -> None:
    service = await create_service_of(ServiceType.DEFAULT, drip_feed=True)
    sound = {"quantity": 100, "is_drip_feed": "on", "runs": 3, "interval": 15}

    await check_refused(send(service, {**sound, **change}, noise={}))


async def test_a_drip_feed_of_a_service_without_one_is_refused(send: Send) -> None:
    service = await create_service_of(ServiceType.DEFAULT)

    await check_refused(send(service, {"quantity": 100, "is_drip_feed": "on", "runs": 3, "interval": 15}))


async def test_a_subscription_may_leave_out_its_link_and_its_expiry(send: Send) -> None:
    sent = FORMS[ServiceType.SUBSCRIPTIONS][0]

    await send(await create_service_of(ServiceType.SUBSCRIPTIONS), {**sent, "link": None, "sub_expiry": ""})

    order = await Order.get()
    assert (order.link, order.subscription_expiry) == ("sara", None)


@pytest.mark.parametrize(
    "change",
    [
        {"sub_delay": 7},
        {"sub_delay": -5},
        {"sub_delay": "soon"},
        {"sub_posts": 0},
        {"sub_posts": "four"},
        {"sub_min": 101},
        {"sub_min": 0},
        {"sub_max": 10_001},
        {"sub_max": -1},
        {"sub_expiry": "2199-12-31"},
        {"sub_expiry": "31/12/2019"},
        {"sub_expiry": "32/12/2199"},
        {"sub_expiry": ["31/12/2199"]},
        {"username": "sara\nreza"},
    ],
    ids=str,
)
async def test_a_subscription_with_impossible_values_is_refused(change: Fields, send: Send) -> None:
    service = await create_service_of(ServiceType.SUBSCRIPTIONS)

    await check_refused(send(service, {**FORMS[ServiceType.SUBSCRIPTIONS][0], **change}))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (ServiceType.MENTIONS_MEDIA_LIKERS, {"media_url": "sara"}),
        (ServiceType.MENTIONS_MEDIA_LIKERS, {"media_url": "javascript:alert(1)"}),
        (ServiceType.MENTIONS_MEDIA_LIKERS, {"media_url": {"url": "https://example.com"}}),
        (ServiceType.CUSTOM_COMMENTS, {"comments": "\n".join("x" * 10_001)}),
        (ServiceType.CUSTOM_COMMENTS, {"comments": ["one", "two"]}),
        (ServiceType.MENTIONS_CUSTOM_LIST, {"usernames_custom": "x" * 1_001}),
        (ServiceType.PACKAGE, {"is_drip_feed": "on", "runs": 2, "interval": 5}),
        (ServiceType.DEFAULT, {"quantity": "2147483648"}),
        (ServiceType.DEFAULT, {"quantity": 2**63}),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_an_order_with_impossible_values_is_refused_and_leaves_nothing(
    kind: ServiceType, change: Fields, send: Send
) -> None:
    service = await create_service_of(kind, drip_feed=True)

    await check_refused(send(service, {**FORMS[kind][0], **change}))
