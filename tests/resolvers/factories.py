"""Makers of the shop's records, each valid until a test says otherwise."""

import secrets
from datetime import datetime, timedelta

import database
from domain.enums import NotificationKind, TicketStatus
from domain.order_status import OrderSource, OrderStatus
from domain.service_types import ServiceSource, ServiceType
from models import AccessToken, Category, Gift, Notification, Order, Service, Ticket, User, UserGift
from tests.fakes import TIMESTAMP


async def create_category(
    *, name: str = "Followers", position: int = 0, is_active: bool = True, created_at: datetime = TIMESTAMP
) -> Category:
    return await Category.create(
        name=name, position=position, is_active=is_active, created_at=created_at, updated_at=created_at
    )


async def create_service(
    *,
    category: Category | None = None,
    name: str = "Followers, slow",
    price: int = 1_000,
    original_price: int | None = None,
    type: ServiceType = ServiceType.DEFAULT,  # noqa: A002 - the column's name
    drip_feed: bool = False,
    is_active: bool = True,
    min_quantity: int = 1,
    max_quantity: int = 1_000,
) -> Service:
    return await Service.create(
        category=category or await create_category(),
        name=name,
        price=price,
        original_price=original_price,
        type=type,
        drip_feed=drip_feed,
        is_active=is_active,
        min_quantity=min_quantity,
        max_quantity=max_quantity,
        source=ServiceSource.MANUAL,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )


async def create_order(
    user: User,
    service: Service,
    *,
    charge: int = 1_000,
    status: OrderStatus = OrderStatus.PENDING,
    link: str = "https://example.com/p/1",
    created_at: datetime = TIMESTAMP,
) -> Order:
    return await Order.create(
        source=OrderSource.GRAPHQL,
        user=user,
        category_id=service.category_id,
        service=service,
        service_type=service.type,
        link=link,
        quantity=10,
        charge=charge,
        status=status,
        created_at=created_at,
        updated_at=created_at,
    )


async def create_ticket(user: User, *, status: TicketStatus = TicketStatus.NEW) -> Ticket:
    return await Ticket.create(
        user=user,
        subject="Late",
        description="Where is it?",
        status=status,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )


async def create_session(user: User) -> AccessToken:
    """A session of the app's that was opened just now."""
    now = await database.now()
    return await AccessToken.create(
        id=secrets.token_hex(40), user=user, issued_at=now, expires_at=now + timedelta(days=1)
    )


async def create_notification(
    user: User, *, created_at: datetime = TIMESTAMP, read_at: datetime | None = None
) -> Notification:
    return await Notification.create(
        user=user,
        kind=NotificationKind.GIFT_WON,
        message="You won",
        created_at=created_at,
        read_at=read_at,
    )


async def create_gift(service: Service, *, min_quantity: int = 30, max_quantity: int = 100) -> Gift:
    return await Gift.create(
        service=service,
        min_quantity=min_quantity,
        max_quantity=max_quantity,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )


async def win_gift(
    user: User, gift: Gift, *, now: datetime, lasts: timedelta = timedelta(hours=24)
) -> UserGift:
    return await UserGift.create(
        user=user,
        gift=gift,
        quantity=gift.min_quantity,
        created_at=now,
        updated_at=now,
        expires_at=now + lasts,
    )
