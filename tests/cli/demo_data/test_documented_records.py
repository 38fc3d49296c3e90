"""Every record that the reference shows is in the demo, value for value."""

import html
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from domain.order_status import FULLY_REFUNDED
from models import Category, Notification, Order, Service, Ticket, TicketMessage, User, UserGift

Documented = Callable[[str], Any]


def to_unix(timestamp: datetime) -> int:
    """Whole seconds."""
    return int(timestamp.timestamp())


def to_legacy_service(service: Service) -> dict[str, object]:
    """All columns of a service, as `top_services` shows them."""
    return {
        "ids": service.legacy_key,
        "uid": service.added_by_id,
        "add_type": service.source,
        "type": service.type,
        "api_service_id": int(service.provider_service_id or 0),
        "api_provider_id": service.provider_id,
        **public_columns(service),
    }


def public_columns(service: Service) -> dict[str, object]:
    """The columns of a service that `services` shows."""
    return {
        "id": service.id,
        "cate_id": service.category_id,
        "name": service.name,
        "desc": service.description,
        "price": service.price,
        "original_price": service.original_price,
        "min": service.min_quantity,
        "max": service.max_quantity,
        "dripfeed": int(service.drip_feed),
        "status": int(service.is_active),
        "changed": to_unix(service.updated_at),
        "created": to_unix(service.created_at),
    }


@pytest.mark.usefixtures("demo_db")
async def test_orders_that_count_give_the_documented_table_of_services(documented: Documented) -> None:
    counts = Counter(order.service_id for order in await Order.exclude(status__in=FULLY_REFUNDED))
    services = {service.id: service for service in await Service.all()}

    shown = documented("stats/top_services")["services"]
    assert [
        {"service_id": number, "count": count, "service": to_legacy_service(services[number])}
        for number, count in counts.most_common(10)
    ] == shown
    frequencies = [count for _, count in counts.most_common(11)]
    assert len(set(frequencies)) == 11


@pytest.mark.usefixtures("demo_db")
async def test_category_136_holds_exactly_the_documented_services(documented: Documented) -> None:
    services = await Service.filter(category_id=136).order_by("-id")

    assert [public_columns(service) for service in services] == documented("services")["services"]


@pytest.mark.usefixtures("demo_db")
async def test_categories_are_the_documented_ones(documented: Documented) -> None:
    assert [
        {
            "id": category.id,
            "name": category.name,
            "desc": category.description,
            "image": category.image,
            "sort": category.position,
            "status": int(category.is_active),
            "changed": to_unix(category.updated_at),
            "created": to_unix(category.created_at),
        }
        for category in await Category.all().order_by("-id")
    ] == documented("categories")["categories"]


@pytest.mark.usefixtures("demo_db")
async def test_user_176_is_the_documented_one(documented: Documented) -> None:
    user = await User.get(id=176)

    shown = documented("user")["user"] | {"email": "ehsan@example.com"}
    assert {
        "id": user.id,
        "ids": user.legacy_key,
        "role": user.role,
        "login_type": user.login_type,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "mobile": user.mobile,
        "mobile_verified": int(user.mobile_verified),
        "timezone": user.timezone,
        "more_information": user.more_information,
        "settings": user.settings,
        "desc": user.description,
        "balance": user.balance,
        "custom_rate": user.custom_rate,
        "api_key": user.api_key_hash,
        "spent": user.spent,
        "activation_key": None,
        "reset_key": None,
        "history_ip": None,
        "status": int(user.is_active),
        "changed": to_unix(user.updated_at),
        "created": to_unix(user.created_at),
    } == shown


@pytest.mark.usefixtures("demo_db")
async def test_users_176_and_180_have_only_their_documented_order(documented: Documented) -> None:
    (listed,) = documented("order")["orders"]

    assert [to_legacy_order(order) for order in await Order.filter(user_id=176)] == [documented("order/{id}")]
    assert [to_legacy_order(order) for order in await Order.filter(user_id=180)] == [listed]


def to_legacy_order(order: Order) -> dict[str, object]:
    """All columns of an order, as the reference shows them."""
    return {
        "id": order.id,
        "ids": order.legacy_key,
        "type": order.source,
        "cate_id": order.category_id,
        "service_id": order.service_id,
        "service_type": order.service_type,
        "api_provider_id": order.provider_id,
        "api_service_id": order.provider_service_id,
        "api_order_id": int(order.provider_order_id or 0),
        "uid": order.user_id,
        "link": order.link,
        "quantity": order.quantity,
        "usernames": order.usernames,
        "username": order.username,
        "hashtags": order.hashtags,
        "hashtag": order.hashtag,
        "media": order.media,
        "comments": order.comments,
        "sub_posts": order.subscription_posts,
        "sub_min": order.subscription_min,
        "sub_max": order.subscription_max,
        "sub_delay": order.subscription_delay,
        "sub_expiry": order.subscription_expiry,
        "sub_response_orders": order.subscription_response_orders,
        "sub_response_posts": order.subscription_response_posts,
        "sub_status": order.subscription_status,
        "charge": order.charge,
        "status": order.status,
        "start_counter": order.start_count,
        "remains": str(order.remains),
        "is_drip_feed": int(order.is_drip_feed),
        "runs": order.runs,
        "interval": order.interval,
        "dripfeed_quantity": order.drip_feed_quantity,
        "note": order.note,
        "changed": to_unix(order.updated_at),
        "created": to_unix(order.created_at),
    }


@pytest.mark.usefixtures("demo_db")
async def test_the_ticket_and_its_messages_are_the_documented_ones(documented: Documented) -> None:
    shown = documented("user/tickets/{id}")["ticket"]
    ticket = await Ticket.get(user_id=176)
    messages = await TicketMessage.all().order_by("id")

    assert [
        {
            "id": ticket.id,
            "ids": ticket.legacy_key,
            "uid": ticket.user_id,
            "description": ticket.description,
            "subject": ticket.subject,
            "status": ticket.status,
            "created": to_unix(ticket.created_at),
            "changed": to_unix(ticket.updated_at),
        }
    ] == documented("user/tickets")["tickets"]
    assert [
        {
            "id": message.id,
            "ids": message.legacy_key,
            "uid": message.user_id,
            "ticket_id": message.ticket_id,
            "message": message.message,
            "is_read": int(message.is_read),
            "changed": to_unix(message.updated_at),
            "created": to_unix(message.created_at),
        }
        for message in messages
    ] == shown["messages"]


@pytest.mark.usefixtures("demo_db")
async def test_the_notification_is_the_documented_one(documented: Documented) -> None:
    assert [
        {
            "id": str(notification.id),
            "message": notification.message,
            "created_at": to_unix(notification.created_at),
            "read_at": notification.read_at,
        }
        for notification in await Notification.filter(user_id=176)
    ] == documented("user/notifications")["notifications"]


@pytest.mark.usefixtures("demo_db")
async def test_the_gift_is_the_documented_one(documented: Documented) -> None:
    won = await UserGift.get(user_id=176).prefetch_related("gift__service")
    gift = won.gift

    (shown,) = documented("user/gifts")["gifts"]
    assert {
        "gift": {
            "id": gift.id,
            "service_id": gift.service_id,
            "min": gift.min_quantity,
            "max": gift.max_quantity,
            "status": int(gift.is_active),
            "created": to_unix(gift.created_at),
            "changed": to_unix(gift.updated_at),
            "service": public_columns(gift.service)
            | {"desc": html.escape(gift.service.description, quote=False)},
        },
        "used": int(won.is_used),
        "link": won.link,
        "created": to_unix(won.created_at),
        "changed": to_unix(won.updated_at),
        "expired_at": to_unix(won.expires_at),
    } == shown
    assert gift.min_quantity <= won.quantity <= gift.max_quantity
