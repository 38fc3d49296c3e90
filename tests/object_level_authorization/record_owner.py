"""A user with a record of each kind that has ids, in a state in which its owner may change it."""

from dataclasses import dataclass
from uuid import UUID

import database
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from models import LedgerEntry, Order, Payment, Refill, Service, TicketMessage, User
from resolvers import sessions
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import (
    create_gift,
    create_notification,
    create_order,
    create_service,
    create_session,
    create_ticket,
    win_gift,
)
from tests.resolvers.provider_factories import create_provider

Key = int | str | UUID


@dataclass(frozen=True)
class Owner:
    """The user and the keys of the records; `Delivered` is an order that may be refilled."""

    user: User
    keys: dict[str, Key]


async def create_owner() -> Owner:
    user = await create_user(balance=10_000)
    service = await create_service()
    await Service.filter(id=service.id).update(can_refill=True)
    waiting, delivered, refilled = [await create_order(user, service) for _ in range(3)]
    await Order.filter(id=waiting.id).update(dispatch=Dispatch.QUEUED)
    await Order.filter(id__in=[delivered.id, refilled.id]).update(
        status=OrderStatus.COMPLETED, provider_id=(await create_provider()).id, provider_order_id="7"
    )
    ticket = await create_ticket(user)
    message = await TicketMessage.create(
        ticket=ticket, user=user, message="m", created_at=TIMESTAMP, updated_at=TIMESTAMP
    )
    refill = await Refill.create(order=refilled, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    payment = await Payment.create(
        user=user, gateway="sandbox", amount=1_000, created_at=TIMESTAMP, updated_at=TIMESTAMP
    )
    won = await win_gift(user, await create_gift(service), now=await database.now())
    return Owner(
        user,
        {
            "User": user.id,
            "Order": waiting.id,
            "Delivered": delivered.id,
            "Refill": refill.id,
            "Ticket": ticket.id,
            "TicketMessage": message.id,
            "Notification": (await create_notification(user)).id,
            "Payment": payment.id,
            "LedgerEntry": (await LedgerEntry.get(user_id=user.id)).id,
            "Gift": won.gift_id,
            "UserGift": won.id,
            "UserSession": sessions.to_public_id((await create_session(user)).id),
            "Service": service.id,
            "Category": service.category_id,
        },
    )
