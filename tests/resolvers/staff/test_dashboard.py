"""The shop's figures: what adding everything up by hand gives, by days as Tehran has them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

import database
from domain.enums import PaymentStatus, TicketStatus
from domain.order_status import FULLY_REFUNDED, OrderStatus
from domain.roles import UserRole
from models import Order, Payment, Provider, Ticket
from resolvers.app_context import AppContext
from resolvers.staff.dashboard import DayFigures, get_shop_figures
from tests.resolvers.factories import create_ticket
from tests.resolvers.staff.scenario import (
    Scenario,
    create_refused_order,
    create_scenario,
    create_staff_member,
)

pytestmark = pytest.mark.both_databases

TEHRAN = ZoneInfo("Asia/Tehran")
DAYS = 5
UNDER_WAY = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.INPROGRESS)


@pytest.mark.parametrize("seed", range(3))
async def test_figures_equal_sums_computed_in_python(seed: int, app: AppContext) -> None:
    chance = Random(seed)
    scenario = await create_scenario(app)
    await create_random_orders(scenario, chance)

    found = await get_shop_figures(scenario.owner, days=DAYS)

    now = await database.now()
    orders = await Order.all()
    credited = [(payment.credited_at, payment.amount) for payment in await Payment.all()]
    today = now.astimezone(TEHRAN).date()
    assert [day.day for day in found.days] == [today - timedelta(days=back) for back in range(DAYS)][::-1]
    for day in found.days:
        placed = [order for order in orders if to_day(order.created_at) == day.day]
        kept = [order for order in placed if order.status not in FULLY_REFUNDED]
        paid = [
            amount for timestamp, amount in credited if timestamp is not None and to_day(timestamp) == day.day
        ]
        assert day == DayFigures(
            day=day.day,
            order_count=len(kept),
            income=sum(order.charge - order.refunded for order in kept),
            deposits=sum(paid),
        )
    counted = Counter(order.status for order in orders if to_day(order.created_at) >= found.days[0].day)
    assert {status: count for status, count in found.statuses.items() if count} == counted
    assert set(found.statuses) == set(OrderStatus)
    quiet = [order for order in orders if order.updated_at < now - timedelta(days=1)]
    assert found.slow == sum(order.status in UNDER_WAY for order in quiet)
    assert found.queue.awaiting == sum(order.status is OrderStatus.AWAITING for order in orders)


def to_day(timestamp: datetime) -> date:
    return timestamp.astimezone(TEHRAN).date()


async def create_random_orders(scenario: Scenario, chance: Random) -> None:
    """Orders and payments over the last week, in every state."""
    now = await database.now()
    for _ in range(40):
        order = await create_refused_order(scenario.app, scenario.service, scenario.buyer)
        timestamp = now - timedelta(seconds=chance.randrange(7 * 86_400))
        status = chance.choice(list(OrderStatus))
        charge = chance.randrange(1, 10_000)
        await Order.filter(id=order.id).update(
            status=status,
            charge=charge,
            refunded=charge if status in FULLY_REFUNDED else chance.choice([0, charge // 2]),
            created_at=timestamp,
            updated_at=timestamp,
        )
    for number in range(20):
        timestamp = now - timedelta(seconds=chance.randrange(7 * 86_400))
        await Payment.create(
            user_id=scenario.buyer.id,
            gateway="sandbox",
            authority=f"a{number}",
            amount=chance.randrange(1, 10_000),
            status=PaymentStatus.PAID,
            created_at=timestamp,
            updated_at=timestamp,
            credited_at=timestamp,
        )


@pytest.mark.parametrize(("before_midnight", "day"), [(True, 0), (False, 1)])
async def test_a_day_begins_at_midnight_in_tehran(before_midnight: bool, day: int, app: AppContext) -> None:
    scenario = await create_scenario(app)
    midnight = (await database.now()).astimezone(TEHRAN).replace(hour=0, minute=0, second=0)
    timestamp = midnight.astimezone(UTC) - timedelta(seconds=int(before_midnight))
    await Order.filter(id=scenario.order.id).update(created_at=timestamp)

    found = await get_shop_figures(scenario.owner, days=2)

    assert [figures.order_count for figures in found.days] == [int(day == 0), int(day == 1)]


async def test_uncredited_payments_are_no_deposits(app: AppContext) -> None:
    scenario = await create_scenario(app)
    now = await database.now()
    await Payment.create(
        user_id=None,
        gateway="sandbox",
        authority="test",
        amount=500,
        status=PaymentStatus.PAID,
        created_at=now,
        updated_at=now,
        credited_at=now,
    )

    assert (await get_shop_figures(scenario.owner, days=1)).days[0].deposits == 0


async def test_tickets_awaiting_an_answer_are_open(app: AppContext) -> None:
    scenario = await create_scenario(app)
    for status in TicketStatus:
        ticket = await create_ticket(scenario.buyer)
        await Ticket.filter(id=ticket.id).update(status=status)
    await Ticket.filter(id=scenario.ticket.id).delete()

    assert (await get_shop_figures(scenario.owner)).open_tickets == 2


async def test_disabled_providers_are_not_shown(app: AppContext) -> None:
    scenario = await create_scenario(app)
    await Provider.filter(id=scenario.provider.id).update(balance="12.5", currency="USD")
    reported = (await get_shop_figures(await create_staff_member(UserRole.MANAGER))).providers
    await Provider.filter(id=scenario.provider.id).update(is_active=False)

    assert [(provider.balance, provider.currency) for provider in reported] == [("12.5", "USD")]
    assert (await get_shop_figures(scenario.owner)).providers == []
