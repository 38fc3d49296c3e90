"""Legacy responses: the documented values and order of keys, and what must never be in them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

import database
from domain.order_status import OrderSource, OrderStatus
from domain.roles import UserRole
from models import Category, Gift, Notification, Order, Service, Ticket, TicketMessage, User, UserGift
from resolvers.login import IssuedSession
from resolvers.statistics import TopService, TopUser
from rest_compat.serializers import catalogue, gifts, notifications, orders, stats, tickets, users
from tests.rest_compat.reference import get_answer
from tests.subtest_cases import for_each
from web.responses import Body

TIMESTAMP = datetime(2020, 6, 6, 8, 24, 19, tzinfo=UTC)
UNIX = 1591431859
TIMES = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}


@pytest.fixture(autouse=True, scope="module")
def _known_models() -> None:
    """Tortoise gives models their foreign keys on the first connection, and they stay."""

    async def connect() -> None:
        async with database.open_connections("sqlite://:memory:"):
            pass

    asyncio.run(connect())


def new_user(role: UserRole = UserRole.USER, **fields: object) -> User:
    return User(id=176, role=role, password_hash="hash", api_key_hash="hash", **{**TIMES, **fields})


def new_service(**fields: object) -> Service:
    service = Service(
        id=1,
        category_id=2,
        name="n",
        price=1,
        min_quantity=1,
        max_quantity=2,
        source="api",
        **{**TIMES, **fields},
    )
    service._saved_in_db = True
    return service


def new_order(**fields: object) -> Order:
    values = {
        "source": OrderSource.DIRECT,
        "user_id": 1,
        "category_id": 2,
        "service_id": 3,
        **TIMES,
        **fields,
    }
    return Order(id=9, link="l", quantity=5, charge=7, service_type="default", **values)


def new_ticket() -> Ticket:
    return Ticket(id=19, user_id=176, subject="s", description="d", **TIMES)


def new_message() -> TicketMessage:
    return TicketMessage(id=41, ticket_id=19, user_id=176, message="m", **TIMES)


def new_notification(read_at: datetime | None = None) -> Notification:
    return Notification(
        id=UUID("dc0ecfbd-1405-4f4e-9d4f-6bf9fd86cfbc"),
        user_id=176,
        message="m",
        created_at=TIMESTAMP,
        read_at=read_at,
    )


def new_user_gift(service: Service) -> UserGift:
    gift = Gift(id=1, service=service, min_quantity=30, max_quantity=100, **TIMES)
    gift._saved_in_db = True
    return UserGift(id=23, user_id=176, gift=gift, quantity=42, expires_at=TIMESTAMP, **TIMES)


def serialize(body: object, *keys: str | int) -> object:
    """The value at a path of keys and indexes."""
    for key in keys:
        assert isinstance(body, Mapping | Sequence)
        body = body[key]  # type: ignore[index]
    return body


def spelling(value: object) -> object:
    """The keys of an answer in order, at every depth; the first item stands for its list."""
    if isinstance(value, dict):
        return [(key, spelling(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [spelling(item) for item in value[:1]]
    return None


@for_each(
    ("method", "path", "make"),
    [
        ("POST", "/v1/login", lambda: users.login_code_sent(TIMESTAMP)),
        ("POST", "/v1/login/verify", lambda: users.signed_in(IssuedSession("t", TIMESTAMP, new_user()))),
        ("GET", "/v1/logout", users.signed_out),
        ("GET", "/v1/user", lambda: users.profile(new_user())),
        ("POST", "/v1/user", lambda: users.profile(new_user())),
        ("GET", "/v1/user/notifications", lambda: notifications.notification_list([new_notification()])),
        (
            "GET",
            "/v1/user/notifications/unread",
            lambda: notifications.unread_notification_list([new_notification()]),
        ),
        ("POST", "/v1/user/notifications", notifications.notifications_marked_read),
        ("GET", "/v1/user/tickets", lambda: tickets.ticket_list([new_ticket()])),
        ("POST", "/v1/user/tickets", lambda: tickets.ticket_created(new_ticket(), new_user())),
        (
            "GET",
            "/v1/user/tickets/{id}",
            lambda: tickets.ticket_with_messages(new_ticket(), new_user(), [new_message()]),
        ),
        ("POST", "/v1/user/tickets/{id}", lambda: tickets.ticket_message_created(new_message())),
        ("GET", "/v1/stats/top_users", lambda: stats.top_users([TopUser(new_user(), 1, 2)])),
        ("GET", "/v1/stats/top_services", lambda: stats.top_services([TopService(new_service(), 1)])),
        ("GET", "/v1/services", lambda: catalogue.service_list([new_service()])),
        ("GET", "/v1/categories", lambda: catalogue.category_list([Category(id=1, name="n", **TIMES)])),
        ("GET", "/v1/order", lambda: orders.order_list([new_order()])),
        ("GET", "/v1/order/{id}", lambda: orders.order_detail(new_order())),
        ("GET", "/v1/user/gifts", lambda: gifts.gift_list([new_user_gift(new_service())])),
    ],
)
def test_keys_are_the_documented_ones_in_their_order(
    method: str, path: str, make: Callable[[], Body]
) -> None:
    assert spelling(make()) == spelling(get_answer(method, path))


@for_each(
    ("role", "spelled"),
    [
        (UserRole.USER, "user"),
        (UserRole.SUPPORT, "supporter"),
        (UserRole.MANAGER, "admin"),
        (UserRole.OWNER, "admin"),
    ],
)
def test_role_has_the_old_panels_spelling(role: UserRole, spelled: str) -> None:
    assert serialize(users.profile(new_user(role)), "user", "role") == spelled


def test_user_shows_no_secret_and_no_address() -> None:
    user = serialize(users.profile(new_user()), "user")
    assert isinstance(user, dict)
    assert "hash" not in user.values()
    assert {user[key] for key in ("api_key", "activation_key", "reset_key", "history_ip")} == {None}


def test_top_user_has_a_masked_mobile_or_null() -> None:
    rows = [TopUser(new_user(mobile="09305172399"), 26, 11164220), TopUser(new_user(), 1, 1)]
    shown = stats.top_users(rows)
    assert [serialize(shown, "users", index, "mobile") for index in (0, 1)] == ["0930****399", None]


@for_each(("stored", "shown"), [("630", 630), ("a-1", "a-1"), (None, None)])
def test_top_service_has_a_number_where_the_providers_id_is_one(stored: str | None, shown: object) -> None:
    body = stats.top_services([TopService(new_service(provider_service_id=stored), 1)])
    assert serialize(body, "services", 0, "service", "api_service_id") == shown


def test_order_has_remains_and_the_providers_service_as_strings() -> None:
    body = orders.order_detail(new_order(provider_service_id="1001", remains=12, status=OrderStatus.PARTIAL))
    assert (body["remains"], body["api_service_id"], body["status"]) == ("12", "1001", "partial")


def test_reply_has_the_tickets_id_as_a_string() -> None:
    body = tickets.ticket_message_created(new_message())
    assert serialize(body, "ticket_message", "ticket_id") == "19"


def test_gift_escapes_the_services_html_and_the_catalogue_does_not() -> None:
    service = new_service(description='<p>a & "b"</p>')
    won, listed = gifts.gift_list([new_user_gift(service)]), catalogue.service_list([service])
    assert serialize(won, "gifts", 0, "gift", "service", "desc") == '&lt;p&gt;a &amp; "b"&lt;/p&gt;'
    assert serialize(listed, "services", 0, "desc") == '<p>a & "b"</p>'


def test_a_read_notification_shows_when_it_was_read() -> None:
    body = notifications.notification_list([new_notification(read_at=TIMESTAMP)])
    assert serialize(body, "notifications", 0, "read_at") == UNIX
