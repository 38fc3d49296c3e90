"""Tallies and noted changes together are at every moment what adding up all orders gives."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from tortoise.transactions import in_transaction

from domain.order_status import GIVEN_BACK, OrderStatus
from models import Order, OrderDelta, ServiceTally, UserTally, database
from resolvers import audit, stats, tallies
from resolvers.shop import Shop
from tests.database_state import recorded_statements
from tests.fakes import create_user
from tests.resolvers.records import create_order, create_service
from tests.searches import DEPTH

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
EVER = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_DAY = datetime(2026, 3, 20, 12, tzinfo=UTC)


async def added_up() -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """All users and services by adding up all orders, in the tables' order."""
    amounts: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    ordered: Counter[int] = Counter()
    for order in await Order.exclude(status__in=GIVEN_BACK):
        amounts[order.user_id] += order.charge
        counts[order.user_id] += 1
        ordered[order.service_id] += 1
    users = sorted(counts, key=lambda user_id: (-amounts[user_id], user_id))
    services = sorted(ordered, key=lambda service_id: (-ordered[service_id], service_id))
    return (
        [(user_id, counts[user_id], amounts[user_id]) for user_id in users],
        [(service_id, ordered[service_id]) for service_id in services],
    )


async def added_up_since(moment: datetime) -> list[tuple[int, int, int]]:
    """All users by adding up the orders of the moment and of later ones."""
    totals: dict[int, tuple[int, int]] = {}
    for order in await Order.exclude(status__in=GIVEN_BACK):
        if order.created_at >= moment:
            count, amount = totals.get(order.user_id, (0, 0))
            totals[order.user_id] = (count + 1, amount + order.charge)
    rows = [(user_id, count, amount) for user_id, (count, amount) in totals.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


async def assert_exact(limit: int) -> None:
    users, services = await added_up()
    for day in range(4):
        since = FIRST_DAY + timedelta(hours=19 * day)
        assert await tallies.top_user_tallies_since(since, limit) == (await added_up_since(since))[:limit]
    assert await tallies.top_user_tallies(limit) == users[:limit]
    assert await tallies.top_service_tallies(limit) == services[:limit]


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(2 * DEPTH))
async def test_a_random_history_is_tallied_exactly(seed: int, shop: Shop) -> None:
    chance = Random(seed)
    users = [await create_user() for _ in range(5)]
    services = [await create_service() for _ in range(4)]
    orders: list[Order] = []
    for _ in range(80):
        act = chance.randrange(6)
        if act <= 1 or not orders:
            user, service = chance.choice(users), chance.choice(services)
            status = chance.choice(list(OrderStatus))
            orders.append(
                await create_order(user, service, charge=chance.choice([0, 1, 100, 10**12]), status=status)
            )
            placed = FIRST_DAY + timedelta(seconds=chance.randrange(3 * 86_400))
            await Order.filter(id=orders[-1].id).update(created_at=placed)
        elif act == 2:
            order = chance.choice(orders)
            await Order.filter(id=order.id).update(status=chance.choice(list(OrderStatus)))
        elif act == 3:
            some = [order.id for order in chance.sample(orders, min(3, len(orders)))]
            await Order.filter(id__in=some).update(
                charge=chance.randrange(1_000),
                user_id=chance.choice(users).id,
                service=chance.choice(services),
            )
        elif act == 4:
            order = orders.pop(chance.randrange(len(orders)))
            await Order.filter(id=order.id).delete()
        else:
            await tallies.fold_deltas(shop)
        await assert_exact(limit=chance.choice([1, 3, 10]))

    # These orders were never charged to a wallet, so other checks find differences.
    assert not any("tally" in found.check for found in await audit.audit_ledger())
    while await tallies.fold_deltas(shop):
        await assert_exact(limit=10)
    assert await OrderDelta.all().count() == 0
    await assert_exact(limit=10)


async def test_what_is_rolled_back_is_not_noted() -> None:
    user, service = await create_user(), await create_service()

    async def fail() -> None:
        async with in_transaction():
            await create_order(user, service)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await OrderDelta.all().count() == 0
    assert await stats.top_users() == []


async def test_what_does_not_count_is_not_noted() -> None:
    order = await create_order(await create_user(), await create_service())
    noted = await OrderDelta.all().count()

    await Order.filter(id=order.id).update(remains=5, status=OrderStatus.PROCESSING, note="on its way")

    assert await OrderDelta.all().count() == noted == 1


async def test_the_tables_are_read_by_one_statement_each(shop: Shop) -> None:
    await create_order(await create_user(), await create_service())
    await tallies.fold_deltas(shop)
    await create_order(await create_user(), await create_service())

    with recorded_statements() as statements:
        await tallies.top_user_tallies(10)
        await tallies.top_service_tallies(10)

    assert len(statements) == 2


async def test_all_time_and_since_ever_agree(shop: Shop) -> None:
    users, service = [await create_user() for _ in range(3)], await create_service()
    for place, user in enumerate((*users, users[0])):
        await create_order(user, service, charge=100 + place)
    await tallies.fold_deltas(shop)

    always = [(row.user.id, row.order_count, row.amount) for row in await stats.top_users()]

    assert always == [(row.user.id, row.order_count, row.amount) for row in await stats.top_users(since=EVER)]


async def test_the_audit_finds_a_tally_that_is_wrong(shop: Shop) -> None:
    user = await create_user()
    await create_order(user, await create_service(), charge=100)
    await tallies.fold_deltas(shop)
    await UserTally.filter(user_id=user.id).update(amount=99)

    found = [found for found in await audit.audit_ledger() if "tally" in found.check]

    assert [(one.record, one.expected, one.found) for one in found] == [(f"user {user.id}", 100, 99)]


async def test_since_is_exact_around_midnight_in_iran_in_every_zone(shop: Shop) -> None:
    user, service = await create_user(), await create_service()
    midnight, tick = datetime(2026, 1, 1, 20, 30, tzinfo=UTC), timedelta(microseconds=1)
    moments = [midnight + step for step in (-tick, 0 * tick, tick, timedelta(days=1))]
    for moment in moments:
        order = await create_order(user, service, charge=100)
        await Order.filter(id=order.id).update(created_at=moment)
    for _ in range(2):
        for zone in (UTC, timezone(timedelta(hours=3, minutes=30)), timezone(-timedelta(hours=8))):
            counts = [
                [row.order_count for row in await stats.top_users(since=since.astimezone(zone))]
                for since in (*moments, moments[-1] + tick)
            ]
            assert counts == [[4], [3], [2], [1], []]
        await tallies.fold_deltas(shop)


async def test_the_first_and_the_last_moment_there_are_can_be_asked_since() -> None:
    await create_order(await create_user(), await create_service())
    edges = [
        edge.replace(tzinfo=timezone(timedelta(hours=hours)))
        for edge in (datetime.min, datetime.max)  # noqa: DTZ901 - they get their zones here
        for hours in (-14, 14)
    ]

    assert [len(await stats.top_users(since=edge)) for edge in edges] == [1, 1, 0, 0]


async def test_since_reads_orders_by_the_index_of_one_day_s_moments() -> None:
    explain = "EXPLAIN" if database.dialect() == "postgres" else "EXPLAIN QUERY PLAN"
    async with in_transaction() as transaction:
        if database.dialect() == "postgres":
            # With few rows a scan is as cheap; what is asked is whether the index serves at all.
            await transaction.execute_query("SET LOCAL enable_seqscan = off")
        plan = await transaction.execute_query_dict(
            database.spelled(f"{explain} {tallies._TOP_USERS_SINCE}", database.dialect()),
            [1, FIRST_DAY, FIRST_DAY + timedelta(days=1), 10],
        )

    text = "\n".join(str(value) for row in plan for value in row.values())
    served = {"postgres": "(created_at >= ", "sqlite": "(created_at>? AND created_at<?)"}
    assert served[database.dialect()] in text


async def test_several_workers_fold_while_orders_come_and_change(shop: Shop) -> None:
    users = [await create_user() for _ in range(3)]
    services = [await create_service() for _ in range(3)]

    async def order(place: int) -> None:
        placed = await create_order(users[place % 3], services[place % 2], charge=place)
        if place % 4 == 0:
            await Order.filter(id=placed.id).update(status=OrderStatus.CANCELED)

    async def fold(_: int) -> None:
        for _ in range(10):
            await tallies.fold_deltas(shop)
            await asyncio.sleep(0)

    if database.dialect() == "sqlite":
        # One process and one connection: they take turns.
        for place in range(60):
            await order(place)
            await tallies.fold_deltas(shop)
    else:
        await asyncio.gather(*map(order, range(60)), *map(fold, range(3)))
    await assert_exact(limit=10)
    while await tallies.fold_deltas(shop):
        """Until nothing is left."""
    await assert_exact(limit=10)
    assert await ServiceTally.all().count() == 2
