"""The shop's figures: what adding everything up by hand gives, by days as Tehran has them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from domain.order_status import GIVEN_BACK, OrderStatus
from domain.roles import UserRole
from domain.states import PaymentStatus, TicketStatus
from models import Order, Payment, Provider, Ticket, database
from resolvers.shop import Shop
from resolvers.staff.figures import DayFigures, shop_figures
from tests.resolvers.records import create_ticket
from tests.resolvers.staff.world import World, create_world, refused, staff_member

pytestmark = pytest.mark.both_databases

TEHRAN = ZoneInfo("Asia/Tehran")
DAYS = 5
UNDER_WAY = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.INPROGRESS)


@pytest.mark.parametrize("seed", range(3))
async def test_they_are_what_adding_up_by_hand_gives(seed: int, shop: Shop) -> None:
    chance = Random(seed)
    world = await create_world(shop)
    await scatter(world, chance)

    found = await shop_figures(world.owner, days=DAYS)

    now = await database.now()
    orders = await Order.all()
    credited = [(payment.credited_at, payment.amount) for payment in await Payment.all()]
    today = now.astimezone(TEHRAN).date()
    assert [day.day for day in found.days] == [today - timedelta(days=back) for back in range(DAYS)][::-1]
    for day in found.days:
        placed = [order for order in orders if day_of(order.created_at) == day.day]
        kept = [order for order in placed if order.status not in GIVEN_BACK]
        paid = [amount for moment, amount in credited if moment is not None and day_of(moment) == day.day]
        assert day == DayFigures(
            day=day.day,
            order_count=len(kept),
            income=sum(order.charge - order.refunded for order in kept),
            deposits=sum(paid),
        )
    counted = Counter(order.status for order in orders if day_of(order.created_at) >= found.days[0].day)
    assert {status: count for status, count in found.statuses.items() if count} == counted
    assert set(found.statuses) == set(OrderStatus)
    quiet = [order for order in orders if order.updated_at < now - timedelta(days=1)]
    assert found.slow == sum(order.status in UNDER_WAY for order in quiet)
    assert found.queue.awaiting == sum(order.status is OrderStatus.AWAITING for order in orders)


def day_of(moment: datetime) -> date:
    return moment.astimezone(TEHRAN).date()


async def scatter(world: World, chance: Random) -> None:
    """Orders and payments over the last week, in every state."""
    now = await database.now()
    for _ in range(40):
        order = await refused(world.shop, world.service, world.buyer)
        moment = now - timedelta(seconds=chance.randrange(7 * 86_400))
        status = chance.choice(list(OrderStatus))
        charge = chance.randrange(1, 10_000)
        await Order.filter(id=order.id).update(
            status=status,
            charge=charge,
            refunded=charge if status in GIVEN_BACK else chance.choice([0, charge // 2]),
            created_at=moment,
            updated_at=moment,
        )
    for number in range(20):
        moment = now - timedelta(seconds=chance.randrange(7 * 86_400))
        await Payment.create(
            user_id=world.buyer.id,
            gateway="sandbox",
            authority=f"a{number}",
            amount=chance.randrange(1, 10_000),
            status=PaymentStatus.PAID,
            created_at=moment,
            updated_at=moment,
            credited_at=moment,
        )


@pytest.mark.parametrize(("before_midnight", "day"), [(True, 0), (False, 1)])
async def test_a_day_begins_at_midnight_in_tehran(before_midnight: bool, day: int, shop: Shop) -> None:
    world = await create_world(shop)
    midnight = (await database.now()).astimezone(TEHRAN).replace(hour=0, minute=0, second=0)
    moment = midnight.astimezone(UTC) - timedelta(seconds=int(before_midnight))
    await Order.filter(id=world.order.id).update(created_at=moment)

    found = await shop_figures(world.owner, days=2)

    assert [figures.order_count for figures in found.days] == [int(day == 0), int(day == 1)]


async def test_what_nobody_was_credited_for_is_no_deposit(shop: Shop) -> None:
    world = await create_world(shop)
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

    assert (await shop_figures(world.owner, days=1)).days[0].deposits == 0


async def test_tickets_that_wait_for_an_answer_are_open(shop: Shop) -> None:
    world = await create_world(shop)
    for status in TicketStatus:
        ticket = await create_ticket(world.buyer)
        await Ticket.filter(id=ticket.id).update(status=status)
    await Ticket.filter(id=world.ticket.id).delete()

    assert (await shop_figures(world.owner)).open_tickets == 2


async def test_providers_that_are_off_are_not_told(shop: Shop) -> None:
    world = await create_world(shop)
    await Provider.filter(id=world.provider.id).update(balance="12.5", currency="USD")
    told = (await shop_figures(await staff_member(UserRole.MANAGER))).providers
    await Provider.filter(id=world.provider.id).update(is_active=False)

    assert [(provider.balance, provider.currency) for provider in told] == [("12.5", "USD")]
    assert (await shop_figures(world.owner)).providers == []
