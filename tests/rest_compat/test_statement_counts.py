"""The number of statements of a list does not depend on its length."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.enums import LedgerKind, NotificationKind
from domain.money import Toman
from domain.order_status import OrderSource
from domain.service_types import ServiceSource, ServiceType
from models import (
    Category,
    Gift,
    Notification,
    Order,
    Payment,
    Service,
    Ticket,
    TicketMessage,
    User,
    UserGift,
)
from resolvers import wallet
from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fakes import TIMESTAMP, create_user
from tests.fixtures import create_authorization

TIMES: dict[str, Any] = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}


async def add_order(user: User, service: Service) -> Order:
    return await Order.create(
        user=user, category_id=service.category_id, service=service, source=OrderSource.DIRECT,
        service_type=ServiceType.DEFAULT, link="x", quantity=1, charge=1, **TIMES,
    )  # fmt: skip


async def add_entry(
    user: User, kind: LedgerKind, *, cause: str, order: Order | None = None, payment: Payment | None = None
) -> None:
    await wallet.credit(
        user.id, Toman(1), kind=kind, cause=cause, order=order, payment=payment, now=TIMESTAMP
    )


async def add_rows(user: User, number: int) -> Ticket:
    """`number` records of each kind that lists show; returns a ticket with as many messages."""
    ticket = await Ticket.create(user=user, subject="s", description="d", **TIMES)
    for index in range(number):
        category = await Category.create(name=f"c{index}", **TIMES)
        service = await Service.create(
            category=category,
            name="s",
            price=1,
            min_quantity=1,
            max_quantity=9,
            source=ServiceSource.MANUAL,
            **TIMES,
        )
        await add_order(await create_user(), service)
        order = await add_order(user, service)
        payment = await Payment.create(user=user, gateway="sandbox", amount=1, **TIMES)
        await add_entry(user, LedgerKind.PAYMENT, cause=f"payment:{payment.id}", payment=payment)
        await add_entry(user, LedgerKind.REFUND, cause=f"order:{order.id}", order=order)
        gift = await Gift.create(service=service, min_quantity=1, max_quantity=2, **TIMES)
        await UserGift.create(
            user=user, gift=gift, quantity=1, expires_at=TIMESTAMP + timedelta(days=1), **TIMES
        )
        await Ticket.create(user=user, subject="s", description="d", **TIMES)
        await TicketMessage.create(ticket=ticket, user=user, message="m", **TIMES)
        await Notification.create(
            id=uuid.uuid4(), user=user, kind=NotificationKind.GIFT_WON, message="m", created_at=TIMESTAMP
        )
    return ticket


LISTS = [
    "user/notifications", "user/notifications/unread", "user/tickets", "user/tickets/{ticket}", "order",
    "user/gifts", "services", "categories", "stats/top_users", "stats/top_services",
]  # fmt: skip


async def test_a_list_costs_as_many_statements_at_3_rows_as_at_1(
    client: httpx.AsyncClient, app: AppContext, subtests: pytest.Subtests
) -> None:
    costs: dict[int, dict[str, int]] = {}
    for rows in (1, 3):
        user = await create_user()
        ticket = await add_rows(user, rows)
        headers = await create_authorization(app, user)
        costs[rows] = {}
        for path in LISTS:
            with record_statements() as statements:
                answer = await client.get(f"/api/v1/{path.format(ticket=ticket.id)}", headers=headers)
            assert answer.json()["status"] == 200, path
            costs[rows][path] = len(statements)
    for path in LISTS:
        with subtests.test(path=path):
            assert costs[1][path] == costs[3][path] > 0
